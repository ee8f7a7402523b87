import AWSProtocol
import WireFormats

/// Ends a query before its time.
/// Source: CloudWatch Logs API reference, StopQuery. Fixtures: `aws/logs/StopQuery/`.
struct StopQuery: APIOperation {
    static let name = "StopQuery"
    let queries: QueryRegistry

    func run(_ input: QueryReference, in context: RequestContext) async throws -> WireValue {
        let entry = try queries.entry(input, of: context.tenant)
        guard queries.stop(entry.id, of: context.tenant) else { throw AWSError.invalidParameter("The specified query is not running.") }
        return ["success": true]
    }
}
