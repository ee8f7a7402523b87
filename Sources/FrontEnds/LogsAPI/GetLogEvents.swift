import AWSProtocol
import SignalModel
import WireFormats

/// Reads a stream page by page, either way. At the end the token that was sent comes back, by which clients know it.
/// Source: CloudWatch Logs API reference, GetLogEvents. Fixtures: `aws/logs/GetLogEvents/`.
struct GetLogEvents: APIOperation {
    static let name = "GetLogEvents"
    static let readsMuch = true
    let logs: LogAccess

    struct Input: APIInput {
        let group: GroupReference
        let stream: String
        let range: TimeRange
        let token: String?
        let limit: Int
        let startFromHead: Bool

        init(from reader: inout InputReader) throws {
            stream = reader.requiredText("logStreamName", length: 1...Limits.nameLengthMax, pattern: LogNames.stream)
            let start = reader.milliseconds("startTime"), end = reader.milliseconds("endTime")
            token = reader.text("nextToken", length: 1...8192)
            limit = Int(reader.integer("limit", in: 1...Int64(Limits.pageEventsMax)) ?? Int64(Limits.pageEventsMax))
            startFromHead = reader.bool("startFromHead") ?? false
            group = try GroupReference(from: &reader)
            range = TimeRange(start: start ?? Timestamp(nanoseconds: 0), end: end ?? TimeRange.all.end)
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let group = try await logs.group(input.group, of: context.tenant)
        let stream = try await logs.stream(input.stream, in: group, of: context.tenant)
        let scope = ["GetLogEvents", "\(group.number)", "\(stream.number)"]
        let token = try input.token.map { text in
            guard let token = EventToken(text, for: scope) else { throw AWSError.invalidPageToken() }
            return token
        }
        let isForward = token.map { $0.direction == .forward } ?? input.startFromHead
        var events = try await logs.page(
            of: EventSearch(
                tenant: context.tenant, group: group, streams: [stream.number], range: input.range, pattern: nil,
                order: isForward ? .oldestFirst : .newestFirst, start: token?.position, limit: input.limit)
        ).events
        if !isForward { events.reverse() }

        let nowhere = token?.position ?? EventPosition(time: max(0, input.range.start.nanoseconds), number: 0)
        return .members(
            ("events", .list(events.map(Self.shown))),
            ("nextForwardToken", .text(EventToken(.forward, events.last?.position.next ?? nowhere).text(for: scope))),
            ("nextBackwardToken", .text(EventToken(.backward, events.first?.position ?? nowhere).text(for: scope))))
    }

    private static func shown(_ event: LogEvent) -> WireValue {
        ["timestamp": .integer(event.milliseconds), "message": .text(event.text), "ingestionTime": .integer(event.ingestionMilliseconds)]
    }
}
