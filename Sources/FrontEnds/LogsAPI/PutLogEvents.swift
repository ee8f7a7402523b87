import AWSProtocol
import Columns
import Platform
import SignalModel
import WireFormats

/// Stores events of one stream: all that are neither too old nor too new, or none.
/// Source: CloudWatch Logs API reference, PutLogEvents. Fixtures: `aws/logs/PutLogEvents/`.
struct PutLogEvents: APIOperation {
    static let name = "PutLogEvents"
    let logs: LogAccess

    struct Input: APIInput {
        let group, stream: String
        let events: EventList

        init(from reader: inout InputReader) throws {
            group = reader.requiredText("logGroupName", length: 1...Limits.nameLengthMax, pattern: LogNames.group)
            stream = reader.requiredText("logStreamName", length: 1...Limits.nameLengthMax, pattern: LogNames.stream)
            if !reader.has("logEvents") { reader.violate("logEvents", value: nil, "not be null") }
            let elements = reader.elements("logEvents", count: 1...Limits.eventsMax)
            try reader.check()
            events = try EventList(elements ?? .none)
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let group = try await logs.group(input.group, of: context.tenant)
        let stream = try await logs.stream(input.stream, in: group, of: context.tenant)
        let verdict = input.events.verdict(now: context.now, retentionDays: group.retentionDays)
        var token = JournalPosition(sequence: 0)
        if !verdict.accepted.isEmpty {
            var batch = LogBatch(tenant: context.tenant, group: group, ingestionTime: context.now)
            batch.times = input.events.times[verdict.accepted].map { $0 * 1_000_000 }
            batch.streams = [UInt32](repeating: stream.number, count: verdict.accepted.count)
            batch.messages =
                verdict.accepted.count == input.events.count
                ? input.events.messages : input.events.messages.gathered(Array(verdict.accepted))
            token = try await logs.committer.commit(
                try logs.writer.prepare(batch), id: BatchID(high: logs.random.next(), low: logs.random.next()))
        }
        return .members(("nextSequenceToken", .text(Digits.padded(token.sequence, 56))), ("rejectedLogEventsInfo", verdict.rejected))
    }
}

/// The events of one request, decoded where they lie and checked for all that can be told without knowing the group.
struct EventList: Sendable {
    /// Epoch milliseconds, ascending.
    private(set) var times: [Int64] = []
    private(set) var messages = BytesVector()

    var count: Int { times.count }

    init(_ elements: WireChildren) throws {
        times.reserveCapacity(elements.count)
        var bytes = 0
        for (index, element) in elements.enumerated() {
            let path = "logEvents.\(index + 1).member"
            guard element.kind == .map else { throw AWSError.serialization("cannot read '\(path)': expected a structure") }
            times.append(try Self.time(element["timestamp"], at: path))
            try Self.appendMessage(element["message"], to: &messages, at: path)
            bytes += messages.range(at: index).count + Limits.eventOverheadBytes
        }
        guard bytes <= Limits.batchBytesMax else {
            throw AWSError.invalidParameter("Upload too large: \(bytes) bytes exceeds limit of \(Limits.batchBytesMax)")
        }
        guard zip(times, times.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            throw AWSError.invalidParameter("Log events in a single PutLogEvents request must be in chronological order.")
        }
        if let first = times.first, let last = times.last, last - first > Limits.batchSpanMilliseconds {
            throw AWSError.invalidParameter("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
        }
    }

    private static func time(_ node: WireNode?, at path: String) throws -> Int64 {
        guard let node, !node.isNull else { throw violation(nil, "\(path).timestamp", "not be null") }
        guard let time = node.integer else { throw AWSError.serialization("cannot read '\(path).timestamp': expected epoch milliseconds") }
        guard time >= 0 else { throw violation("\(time)", "\(path).timestamp", "have value greater than or equal to 0") }
        return time
    }

    private static func appendMessage(_ node: WireNode?, to messages: inout BytesVector, at path: String) throws {
        guard let node, !node.isNull else { throw violation(nil, "\(path).message", "not be null") }
        guard node.kind == .text else { throw AWSError.serialization("cannot read '\(path).message': expected a string") }
        let count = node.withBytes { bytes in
            messages.append(UnsafeRawBufferPointer(bytes))
            return bytes.count
        }
        if count == 0 { throw violation("", "\(path).message", "have length greater than or equal to 1") }
    }

    private static func violation(_ value: String?, _ path: String, _ constraint: String) -> AWSError {
        .invalidParameter(
            "1 validation error detected: Value \(value.map { "'\($0)'" } ?? "null") at '\(path)' failed to satisfy constraint: Member must \(constraint)"
        )
    }

    /// Which events are kept, and what the answer says of the others.
    struct Verdict {
        let accepted: Range<Int>
        let rejected: WireValue?
    }

    func verdict(now: Timestamp, retentionDays: Int?) -> Verdict {
        let now = now.milliseconds
        let tooOld = times.prefix { $0 < now - Limits.pastMilliseconds }.count
        let expired = retentionDays.map { days in times.prefix { $0 < now - Int64(days) * 86_400_000 }.count } ?? 0
        let tooNew = times.firstIndex { $0 > now + Limits.futureMilliseconds }
        let start = max(tooOld, expired)
        let isComplete = start == 0 && tooNew == nil
        return Verdict(
            accepted: start..<max(start, tooNew ?? count),
            rejected: isComplete
                ? nil
                : .members(
                    ("tooNewLogEventStartIndex", tooNew.map { .integer(Int64($0)) }),
                    ("tooOldLogEventEndIndex", tooOld > 0 ? .integer(Int64(tooOld)) : nil),
                    ("expiredLogEventEndIndex", expired > tooOld ? .integer(Int64(expired)) : nil)))
    }
}
