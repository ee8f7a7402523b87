import AWSProtocol
import FilterPatterns
import SignalModel
import WireFormats

/// Searches streams of a group, oldest events first.
/// Source: CloudWatch Logs API reference, FilterLogEvents. Fixtures: `aws/logs/FilterLogEvents/`.
struct FilterLogEvents: APIOperation {
    static let name = "FilterLogEvents"
    static let readsMuch = true
    let logs: LogAccess

    struct Input: APIInput {
        let group: GroupReference
        let streams: [String]
        let prefix: String?
        let range: TimeRange
        let patternText: String
        let pattern: FilterPattern?
        let token: String?
        let limit: Int

        init(from reader: inout InputReader) throws {
            streams = reader.texts(
                "logStreamNames", count: 1...Limits.namedStreamsMax, length: 1...Limits.nameLengthMax, pattern: LogNames.stream)
            prefix = reader.text("logStreamNamePrefix", length: 1...Limits.nameLengthMax, pattern: LogNames.stream)
            let start = reader.milliseconds("startTime"), end = reader.milliseconds("endTime")
            patternText = reader.text("filterPattern", length: 0...Limits.patternLengthMax) ?? ""
            token = reader.text("nextToken", length: 1...8192)
            limit = Int(reader.integer("limit", in: 1...Int64(Limits.pageEventsMax)) ?? Int64(Limits.pageEventsMax))
            group = try GroupReference(from: &reader)
            if prefix != nil, !streams.isEmpty {
                throw AWSError.invalidParameter("logStreamNames and logStreamNamePrefix are mutually exclusive.")
            }
            // The end belongs to the range, as it does nowhere else.
            let pastEnd = end.flatMap { Timestamp(exactlyMilliseconds: $0.milliseconds + 1) }
            range = TimeRange(start: start ?? Timestamp(nanoseconds: 0), end: pastEnd ?? TimeRange.all.end)
            pattern = try Self.pattern(patternText)
        }

        private static func pattern(_ text: String) throws -> FilterPattern? {
            guard !text.isEmpty else { return nil }
            do { return try FilterPattern(parsing: text) } catch {
                throw AWSError.invalidParameter("Invalid filter pattern: \(error.reason) at character \(error.position)")
            }
        }

        /// What a token of this search is for.
        func scope(_ group: LogGroup) -> [String] {
            ["FilterLogEvents", "\(group.number)", patternText, prefix ?? "", "\(range.start.nanoseconds)", "\(range.end.nanoseconds)"]
                + streams
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let group = try await logs.group(input.group, of: context.tenant)
        let scope = input.scope(group)
        let start = try input.token.map { text in
            guard let token = EventToken(text, for: scope) else { throw AWSError.invalidPageToken() }
            return token.position
        }
        let page = try await logs.page(
            of: EventSearch(
                tenant: context.tenant, group: group, streams: try await streams(input, in: group, of: context.tenant), range: input.range,
                pattern: input.pattern, order: .oldestFirst, start: start, limit: input.limit))
        let names = try await logs.streamNames.names(of: Set(page.events.map(\.stream)), in: group, of: context.tenant)
        return .members(
            ("events", .list(page.events.map { Self.shown($0, stream: names[$0.stream]) })), ("searchedLogStreams", []),
            ("nextToken", page.rest.map { .text(EventToken(.forward, $0).text(for: scope)) }))
    }

    /// Nil: every stream.
    private func streams(_ input: Input, in group: LogGroup, of tenant: Tenant) async throws -> [UInt32]? {
        if let prefix = input.prefix { return try await logs.streams(in: group, of: tenant, prefix: prefix).map(\.number) }
        guard !input.streams.isEmpty else { return nil }
        var numbers: [UInt32] = []
        for name in input.streams { numbers.append(try await logs.stream(name, in: group, of: tenant).number) }
        return numbers
    }

    private static func shown(_ event: LogEvent, stream: String?) -> WireValue {
        .members(
            ("logStreamName", stream.map(WireValue.text)), ("timestamp", .integer(event.milliseconds)), ("message", .text(event.text)),
            ("ingestionTime", .integer(event.ingestionMilliseconds)), ("eventId", .text(event.id)))
    }
}
