import AWSProtocol
import LogsInsights
import Platform
import SignalModel

/// One Insights query from its first scan to its result.
struct InsightsRun: Sendable {
    struct Outcome: Sendable {
        var status: QueryRegistry.Status
        /// Why it failed; nil when it did not.
        var reason: String?
        var rows: [InsightsResult.Row] = []
    }

    private let logs: LogAccess
    private let request: QueryRegistry.Request
    private let budget: QueryBudget
    private let startedAt: Int64

    init(logs: LogAccess, request: QueryRegistry.Request, budget: QueryBudget) {
        self.logs = logs
        self.request = request
        self.budget = budget
        startedAt = logs.clock.monotonicNanoseconds
    }

    /// - Parameter report: called after each chunk.
    func outcome(report: (InsightsExecution.Statistics) -> Void) async -> Outcome {
        do { return Outcome(status: .Complete, rows: try await rows(report: report)) } catch let error as StorageError {
            return Outcome(status: error.code == .cancelled ? .Cancelled : hasRunOut ? .Timeout : .Failed, reason: error.message)
        } catch {
            return Outcome(status: .Failed, reason: "\(error)")
        }
    }

    /// - Throws: what the store throws.
    func rows(report: (InsightsExecution.Statistics) -> Void) async throws -> [InsightsResult.Row] {
        let query = request.query
        var scans: [GroupScan] = []
        for group in request.groups {
            scans.append(
                try await GroupScan(
                    query, of: group, tenant: request.tenant, range: request.range, isMerged: request.groups.count > 1, budget: budget,
                    logs: logs))
        }
        var merged = MergedScan(scans, order: query.order)
        var execution = query.execution(
            rowLimit: request.rowLimit, heldBytesMax: logs.configuration.queryHeldBytesMax,
            moment: InsightsMoment(now: request.created, range: request.range))
        var heldBytes = 0
        while !execution.isSatisfied, let (chunk, rowsScanned) = try await merged.next() {
            try budget.spend()
            try execution.consume(chunk, recordsScanned: rowsScanned)
            try budget.keep(max(0, execution.heldBytes - heldBytes))
            heldBytes = max(heldBytes, execution.heldBytes)
            report(execution.statistics)
        }
        let result = execution.finish()
        report(result.statistics)
        return result.rows
    }

    private var hasRunOut: Bool { Double(logs.clock.monotonicNanoseconds - startedAt) >= logs.configuration.querySeconds * 1e9 }
}
