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
        guard let group = groups.group(number: plan.group.number) else { return LogScanResult(cursor: LogCursor(plan: plan, snapshot: TableSnapshot(blocks: [], batches: []), queries: queries)) }
        var plan = plan
        if let floor = group.retentionFloor(now: clock.wallNanoseconds) {
            plan.range.start = max(plan.range.start, Timestamp(nanoseconds: floor))
        }
        let snapshot = engine.snapshot(of: .logs) { plan.range.overlaps(DayWindow.times(of: $0.window)) }
        return LogScanResult(cursor: LogCursor(plan: plan, snapshot: snapshot, queries: queries))
    }
}
