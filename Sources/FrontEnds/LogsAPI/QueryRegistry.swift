import AWSProtocol
import Bytes
import LogsInsights
import Platform
import SignalModel
import Synchronization

/// The Insights queries of all tenants: those at work, those that wait, and the results of those that are done, for a while.
///
/// At most `queriesRunningMax` run and `queriesWaitingMax` wait; the next is refused. A tenant only ever sees its own.
package final class QueryRegistry: Sendable {
    enum Status: String, CaseIterable, Sendable {
        case Scheduled, Running, Complete, Failed, Cancelled, Timeout, Unknown

        var isFinal: Bool { self != .Scheduled && self != .Running }
    }

    struct Request: Sendable {
        let tenant: Tenant
        let groups: [LogGroup]
        let range: TimeRange
        let text: String
        let query: InsightsQuery
        let rowLimit: Int
        let created: Timestamp
    }

    struct Entry: Sendable {
        let id: RandomID
        let request: Request
        var status = Status.Scheduled
        /// Why it failed.
        var reason: String?
        var rows: [InsightsResult.Row] = []
        var statistics = InsightsExecution.Statistics()
        var bytesScanned = 0
        /// Set while it runs.
        fileprivate var budget: QueryBudget?
        fileprivate var endedAt: Int64?
        fileprivate var resultBytes = 0
    }

    private struct State {
        var entries: [RandomID: Entry] = [:]
        /// By age, oldest first.
        var ids: [RandomID] = []
        var waiting: [RandomID] = []
        var running = 0
    }

    private let logs: LogAccess
    private let executor: (any TaskExecutor)?
    private let state = Mutex(State())

    /// - Parameter executor: where queries run; it should be that of the store's scans. Nil: the cooperative pool.
    package init(logs: LogAccess, executor: (any TaskExecutor)? = nil) {
        self.logs = logs
        self.executor = executor
    }

    // MARK: What operations ask

    /// - Returns: nil when too many run and wait already.
    func start(_ request: Request) -> RandomID? {
        let id = RandomID(randomBits: logs.random.next(), logs.random.next())
        let isRunning: Bool? = state.withLock { state in
            forgetOld(&state)
            guard state.running < logs.configuration.queriesRunningMax || state.waiting.count < logs.configuration.queriesWaitingMax else {
                return nil
            }
            state.entries[id] = Entry(id: id, request: request)
            state.ids.append(id)
            guard state.running < logs.configuration.queriesRunningMax else {
                state.waiting.append(id)
                return false
            }
            begin(id, &state)
            return true
        }
        guard let isRunning else { return nil }
        if isRunning { Task(executorPreference: executor) { await self.work(from: id) } }
        return id
    }

    func entry(_ id: RandomID, of tenant: Tenant) -> Entry? {
        state.withLock { state in
            forgetOld(&state)
            return state.entries[id].flatMap { $0.request.tenant == tenant ? $0 : nil }
        }
    }

    /// Newest first.
    func entries(of tenant: Tenant) -> [Entry] {
        state.withLock { state in
            forgetOld(&state)
            return state.ids.reversed().compactMap { state.entries[$0] }.filter { $0.request.tenant == tenant }
        }
    }

    /// - Returns: false when it had ended already.
    func stop(_ id: RandomID, of tenant: Tenant) -> Bool {
        state.withLock { state in
            guard let entry = state.entries[id], entry.request.tenant == tenant, !entry.status.isFinal else { return false }
            entry.budget?.cancel()
            state.waiting.removeAll { $0 == id }
            state.entries[id]?.status = .Cancelled
            state.entries[id]?.endedAt = logs.clock.monotonicNanoseconds
            return true
        }
    }

    /// Ends everything; for a server that shuts down.
    package func stopAll() {
        state.withLock { state in
            state.waiting = []
            for id in state.ids where state.entries[id]?.status.isFinal == false {
                state.entries[id]?.budget?.cancel()
                state.entries[id]?.status = .Cancelled
                state.entries[id]?.endedAt = logs.clock.monotonicNanoseconds
            }
        }
    }

    // MARK: At work

    private func begin(_ id: RandomID, _ state: inout State) {
        state.running += 1
        state.entries[id]?.status = .Running
        state.entries[id]?.budget = QueryBudget(
            clock: logs.clock, seconds: logs.configuration.querySeconds, bytesMax: logs.configuration.queryBytesMax,
            memory: logs.configuration.memory)
    }

    /// Runs one query, then those that wait, until none does.
    private func work(from first: RandomID) async {
        var next: RandomID? = first
        while let id = next {
            let entry = state.withLock { $0.entries[id] }
            if let entry, let budget = entry.budget, entry.status == .Running {
                let run = InsightsRun(logs: logs, request: entry.request, budget: budget)
                let outcome = await run.outcome { statistics in self.note(statistics, budget, of: id) }
                end(id, outcome, budget)
            }
            next = state.withLock { state in
                state.running -= 1
                guard !state.waiting.isEmpty else { return nil }
                let id = state.waiting.removeFirst()
                begin(id, &state)
                return id
            }
        }
    }

    private func note(_ statistics: InsightsExecution.Statistics, _ budget: QueryBudget, of id: RandomID) {
        state.withLock { state in
            state.entries[id]?.statistics = statistics
            // A store that tests rows itself hands on only those that passed.
            state.entries[id]?.statistics.recordsScanned = max(statistics.recordsScanned, budget.rowsSoFar)
            state.entries[id]?.bytesScanned = budget.bytesSoFar
        }
    }

    private func end(_ id: RandomID, _ outcome: InsightsRun.Outcome, _ budget: QueryBudget) {
        state.withLock { state in
            guard state.entries[id]?.status == .Running else { return }
            state.entries[id]?.status = outcome.status
            state.entries[id]?.reason = outcome.reason
            state.entries[id]?.rows = outcome.rows
            state.entries[id]?.resultBytes = outcome.rows.reduce(0) {
                $0 + $1.cells.reduce(0) { $0 + $1.value.utf8.count + $1.field.utf8.count + 64 }
            }
            state.entries[id]?.bytesScanned = budget.bytesSoFar
            state.entries[id]?.budget = nil
            state.entries[id]?.endedAt = logs.clock.monotonicNanoseconds
            forgetOld(&state)
        }
    }

    /// Drops what is older than results are kept, and the oldest results while there are too many.
    private func forgetOld(_ state: inout State) {
        let horizon = logs.clock.monotonicNanoseconds - logs.configuration.resultSeconds * 1_000_000_000
        var kept = 0, bytes = 0
        var dropped: Set<RandomID> = []
        for id in state.ids.reversed() {
            guard let entry = state.entries[id], let endedAt = entry.endedAt else { continue }
            kept += 1
            bytes += entry.resultBytes
            // The newest stays whatever its size: somebody has only just asked for it.
            if endedAt < horizon || kept > logs.configuration.resultsMax || kept > 1 && bytes > logs.configuration.resultBytesMax {
                dropped.insert(id)
            }
        }
        guard !dropped.isEmpty else { return }
        for id in dropped { state.entries[id] = nil }
        state.ids.removeAll { dropped.contains($0) }
    }
}
