import AWSProtocol
import LogsInsights
import WireFormats

/// How far a query is and, once it is complete, its rows.
/// Source: CloudWatch Logs API reference, GetQueryResults. Fixtures: `aws/logs/GetQueryResults/`.
struct GetQueryResults: APIOperation {
    static let name = "GetQueryResults"
    let queries: QueryRegistry

    func run(_ input: QueryReference, in context: RequestContext) async throws -> WireValue {
        let entry = try queries.entry(input, of: context.tenant)
        let statistics: WireValue = [
            "recordsMatched": .double(Double(entry.statistics.recordsMatched)),
            "recordsScanned": .double(Double(entry.statistics.recordsScanned)), "estimatedRecordsSkipped": 0.0,
            "bytesScanned": .double(Double(entry.bytesScanned)), "estimatedBytesSkipped": 0.0,
            "logGroupsScanned": .double(Double(entry.request.groups.count)),
        ]
        // AWS has no words for why a query failed.
        let reason = entry.status == .Failed || entry.status == .Timeout ? entry.reason : nil
        return .members(
            ("queryLanguage", "CWLI"), ("results", .list(entry.rows.map(Self.shown))), ("statistics", statistics),
            ("status", .text(entry.status.rawValue)), ("statusReason", reason.map(WireValue.text)))
    }

    private static func shown(_ row: InsightsResult.Row) -> WireValue {
        .list(row.cells.map { ["field": .text($0.field), "value": .text($0.value)] })
    }
}
