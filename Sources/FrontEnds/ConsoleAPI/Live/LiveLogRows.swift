import Columns
import FilterPatterns
import SignalModel
import WireFormats

/// The rows of a committed batch of log events, as FilterLogEvents would show them.
struct LiveLogRows {
    private let times: [Int64]
    private let ingestionTimes: [Int64]
    private let streams: [UInt32]
    private let numbers: [UInt64]
    private let messages: BytesVector
    private let names: [UInt32: String]
    private let group: String

    init(_ batch: TableBatch, _ group: LogGroup, _ names: StreamNames) async throws {
        guard let times = batch.columns[LogColumn.time.rawValue].int64s,
            let ingestionTimes = batch.columns[LogColumn.ingestionTime.rawValue].int64s,
            let streams = batch.columns[LogColumn.stream.rawValue].uint32s,
            let numbers = batch.columns[LogColumn.eventNumber.rawValue].uint64s,
            let messages = batch.columns[LogColumn.message.rawValue].strings
        else { throw StorageError(code: .corrupt, message: "cannot follow log events: columns are of the wrong type") }
        (self.times, self.ingestionTimes, self.streams, self.numbers, self.messages) = (times, ingestionTimes, streams, numbers, messages)
        self.group = group.name
        self.names = try await names.names(of: Set(streams), in: group, of: batch.scope.tenant)
    }

    struct Frame {
        var bytes: [UInt8]
        var count: Int
    }

    func frames(of subscription: String, where pattern: FilterPattern?) -> [Frame] {
        var frames: [Frame] = []
        var events: [WireValue] = []
        var bytes = 0
        func cut() {
            guard !events.isEmpty else { return }
            let frame = LiveFrame.event("logs", ["id": .text(subscription), "group": .text(group), "events": .list(events)])
            frames.append(Frame(bytes: frame, count: events.count))
            (events, bytes) = ([], 0)
        }
        for row in times.indices where pattern?.matches(messages[row]) ?? true {
            let size = min(messages[row].count, Limits.messageBytesMax)
            if events.count == Limits.frameEventsMax || bytes + size > Limits.frameBytesMax { cut() }
            events.append(event(row))
            bytes += size
        }
        cut()
        return frames
    }

    private func event(_ row: Int) -> WireValue {
        let message = messages[row]
        let isCut = message.count > Limits.messageBytesMax
        return .members(
            ("eventId", .text(LogEventID.text(time: times[row], number: numbers[row], stream: streams[row]))),
            ("logStreamName", names[streams[row]].map(WireValue.text)),
            ("timestamp", .integer(Timestamp(nanoseconds: times[row]).milliseconds)),
            ("ingestionTime", .integer(Timestamp(nanoseconds: ingestionTimes[row]).milliseconds)),
            ("message", .text(String(decoding: message.prefix(Limits.messageBytesMax), as: UTF8.self))), ("isCut", isCut ? true : nil))
    }
}
