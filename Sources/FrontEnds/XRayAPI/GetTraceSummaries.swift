import AWSProtocol
import SignalModel
import WireFormats

/// One line a trace, those with the newest spans first.
/// Source: X-Ray API reference, GetTraceSummaries. Filter expressions, sampling strategies and the time of a service are refused.
struct GetTraceSummaries: APIOperation {
    static let name = "GetTraceSummaries"
    private static let pageSize = 100
    let queries: TraceQueries

    enum TimeRangeType: String, CaseIterable, Sendable { case TraceId, Event, Service }

    struct Input: APIInput {
        let range: TimeRange
        let rangeType: TimeRangeType
        let token: PageToken?

        init(from reader: inout InputReader) throws {
            range = TimeRange(start: reader.requiredTimestamp("StartTime"), end: reader.requiredTimestamp("EndTime"))
            rangeType = reader.enumeration("TimeRangeType") ?? .TraceId
            let filter = reader.text("FilterExpression")
            let tokenText = reader.text("NextToken")
            let isSampling = reader.bool("Sampling") ?? false
            try reader.check()
            guard range.start < range.end else { throw AWSError.invalidRequest("StartTime must be before EndTime") }
            guard range.end.nanoseconds - range.start.nanoseconds <= 86_400_000_000_000 else {
                throw AWSError.invalidRequest("Time range cannot be longer than 24 hours")
            }
            guard filter?.isEmpty ?? true else { throw AWSError.invalidRequest("Filter expressions are not supported by this server yet") }
            guard !isSampling, !reader.has("SamplingStrategy") else {
                throw AWSError.invalidRequest("Sampling of summaries is not supported by this server yet")
            }
            guard rangeType != .Service else { throw AWSError.invalidRequest("TimeRangeType Service is not supported by this server yet") }
            token = try tokenText.map { text in
                guard let token = PageToken(text) else { throw AWSError.invalidRequest("Invalid NextToken") }
                return token
            }
        }
    }

    /// The last trace of the page before: summaries go on after it.
    struct PageToken {
        let position: TraceSearch.Position

        var text: String { "\(position.start)-\(position.trace.hexText)" }

        init(_ position: TraceSearch.Position) { self.position = position }

        init?(_ text: String) {
            let parts = text.split(separator: "-")
            guard parts.count == 2, let start = Int64(parts[0]), let id = TraceID(String(parts[1])) else { return nil }
            self.init(TraceSearch.Position(start: start, trace: id))
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let budget = queries.budget()
        let search = TraceSearch(reader: queries.reader, tenant: context.tenant, range: input.range, budget: budget)
        let page = try await search.page(after: input.token?.position, count: Self.pageSize)
        let traces = try await queries.traces(page.traces.map(\.trace), of: context.tenant, budget: budget)
        let wanted = traces.filter { input.rangeType == .Event || isBegun($0, in: input.range) }
        return .members(
            ("TraceSummaries", .list(wanted.map { TraceSummary($0).wire })), ("ApproximateTime", .timestamp(input.range.start.nanoseconds)),
            ("TracesProcessedCount", .integer(Int64(wanted.count))),
            ("NextToken", page.isLast ? nil : page.traces.last.map { .text(PageToken($0).text) }))
    }

    /// By the time in the trace's id, in whole seconds; by its first span where the id is random.
    private func isBegun(_ trace: Trace, in range: TimeRange) -> Bool {
        let hasTime = abs(trace.id.epochSeconds - trace.start.seconds) <= 86_400
        guard hasTime else { return range.contains(trace.start) }
        return range.start.seconds <= trace.id.epochSeconds && Timestamp(seconds: trace.id.epochSeconds) < range.end
    }
}
