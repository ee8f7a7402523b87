import Columns
package import ColumnStore
package import Platform
package import SignalModel

/// Log events on the embedded engine. A partition is a day and a retention.
package struct LogStore: LogWriter, LogReader {
    private let engine: ColumnStore
    private let groups: LiveLogGroups
    private let arrivals: ArrivalNumbers
    private let queries: ThreadPoolExecutor
    private let clock: any TimeSource

    private static let unsealedBytes = 4 << 20

    /// - Parameters: `groups` and `arrivals` are those of the engine's `LogLayout`.
    package init(engine: ColumnStore, groups: LiveLogGroups, arrivals: ArrivalNumbers, queries: ThreadPoolExecutor, clock: any TimeSource) {
        self.engine = engine
        self.groups = groups
        self.arrivals = arrivals
        self.queries = queries
        self.clock = clock
    }

    package func prepare(_ batch: LogBatch) throws(StorageError) -> [TableBatch] {
        let first = arrivals.take(batch.times.count)
        // What the directory knows now counts: a key may have been given to the group since the caller read it.
        let key = (groups.group(number: batch.group.number) ?? batch.group).dataKey
        return DayWindow.rows(of: batch.times).map { window, rows in
            let isWhole = rows.count == batch.times.count
            let times = isWhole ? batch.times : rows.map { batch.times[$0] }
            return TableBatch(
                table: .logs, partition: PartitionKey(retentionDays: UInt16(batch.group.retentionDays ?? 0), window: window),
                scope: BlockScope(tenant: batch.tenant, group: batch.group.number, key: key),
                times: (times.min() ?? 0)...(times.max() ?? 0), rowCount: rows.count,
                columns: [
                    .int64(times), .int64([Int64](repeating: batch.ingestionTime.nanoseconds, count: rows.count)),
                    .uint32(isWhole ? batch.streams : rows.map { batch.streams[$0] }), .uint64(rows.map { first + UInt64($0) }),
                    .bytes(isWhole ? batch.messages : batch.messages.gathered(rows)),
                ])
        }
    }

    package func scan(_ plan: LogScan) async throws(StorageError) -> LogScanResult {
        // What the directory knows now counts, not what the caller read a while ago: a deleted group has no rows.
        guard let group = groups.group(number: plan.group.number) else { return LogScanResult(cursor: LogCursor(plan: plan, sources: [], queries: queries)) }
        var plan = plan
        if let floor = group.retentionFloor(now: clock.wallNanoseconds) {
            plan.range.start = max(plan.range.start, Timestamp(nanoseconds: floor))
        }
        let snapshot = engine.snapshot(of: .logs) { plan.range.overlaps(DayWindow.times(of: $0.window)) }
        // Asking key filters reads the disk: not on a thread that answers requests.
        let sources = try await withTaskExecutorPreference(queries) { [plan] () async throws(StorageError) in try Self.sources(snapshot, plan) }
        return LogScanResult(cursor: LogCursor(plan: plan, sources: sources, queries: queries))
    }

    private static func sources(_ snapshot: TableSnapshot, _ plan: LogScan) throws(StorageError) -> [LogSource] {
        func isWanted(_ scope: BlockScope, _ times: ClosedRange<Int64>) -> Bool {
            scope.group == plan.group.number && scope.tenant == plan.tenant && plan.range.overlaps(times)
        }
        let blocks = snapshot.blocks.filter { isWanted($0.header.scope, $0.header.times) }
        let sources = try LogPruning(plan).blocks(blocks).map { LogSource(times: $0.header.times, .block($0)) }
        return sources + unsealed(snapshot.batches.filter { isWanted($0.scope, $0.times) })
    }

    /// Batches in memory that lie together in time are looked at together, some megabytes at once: what passes of them is held.
    private static func unsealed(_ batches: [TableBatch]) -> [LogSource] {
        var sources: [LogSource] = []
        var group: [TableBatch] = []
        var bytes = 0
        for batch in batches.sorted(by: { $0.times.lowerBound < $1.times.lowerBound }) {
            group.append(batch)
            bytes += batch.byteCount
            guard bytes >= unsealedBytes else { continue }
            sources.append(LogSource(group))
            (group, bytes) = ([], 0)
        }
        return group.isEmpty ? sources : sources + [LogSource(group)]
    }
}
