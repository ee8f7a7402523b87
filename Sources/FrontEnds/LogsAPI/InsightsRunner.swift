import LogsInsights
import Platform
package import SignalModel

/// Runs Insights queries for the server itself, such as those of log alarms; one at a time for each caller, beside those of clients.
package struct InsightsRunner: Sendable {
    package typealias Row = [(field: String, value: String)]

    private let logs: LogAccess
    private let executor: (any TaskExecutor)?

    /// - Parameter executor: where queries run; it should be that of the store's scans.
    package init(logs: LogAccess, executor: (any TaskExecutor)?) {
        self.logs = logs
        self.executor = executor
    }

    /// What is wrong with a query, with the place; nil when it can be run.
    package func refusal(of text: String) -> String? {
        do {
            _ = try InsightsQuery(parsing: text)
            return nil
        } catch {
            return "\(error.message) (at position \(error.start + 1))"
        }
    }

    /// - Parameter groups: names or ARNs; of another tenant's there are none.
    /// - Throws: for a group that is not there, and what the store throws.
    package func rows(of text: String, groups: [String], of tenant: Tenant, in range: TimeRange) async throws -> [Row] {
        var found: [LogGroup] = []
        for identifier in groups {
            guard let reference = GroupReference(identifier: identifier), reference.belongs(to: tenant),
                let group = try await logs.directory.group(named: reference.name, of: tenant)
            else { throw StorageError(code: .limit, message: "cannot query log group \(identifier): it does not exist") }
            found.append(group)
        }
        let request = QueryRegistry.Request(
            tenant: tenant, groups: found, range: range, text: text, query: try InsightsQuery(parsing: text), rowLimit: Limits.queryRowsMax,
            created: Timestamp(nanoseconds: logs.clock.wallNanoseconds))
        let budget = QueryBudget(clock: logs.clock, seconds: logs.configuration.querySeconds, bytesMax: logs.configuration.queryBytesMax)
        let logs = logs
        let rows = try await Task(executorPreference: executor) { try await InsightsRun(logs: logs, request: request, budget: budget).rows { _ in } }.value
        return rows.map { row in row.cells.map { ($0.field, $0.value) } }
    }
}
