import Columns
package import ColumnStore
package import Platform
package import SignalModel

/// Spans on the embedded engine. A partition is a day of span starts.
package struct TraceStore: TraceWriter, TraceReader {
    private let engine: ColumnStore
    private let arrivals: ArrivalNumbers
    private let queries: ThreadPoolExecutor

    /// - Parameter arrivals: the same that the engine's `SpanLayout` has.
    package init(engine: ColumnStore, arrivals: ArrivalNumbers, queries: ThreadPoolExecutor) {
        self.engine = engine
        self.arrivals = arrivals
        self.queries = queries
    }

    package func prepare(_ batch: SpanBatch) throws(StorageError) -> [TableBatch] {
        let columns = batch.columns(firstArrival: arrivals.take(batch.rowCount))
        let days = DayWindow.rows(of: batch.starts)
        return days.map { window, rows in
            let starts = rows.map { batch.starts[$0] }
            return TableBatch(
                table: .spans, partition: PartitionKey(window: window), scope: BlockScope(tenant: batch.tenant),
                times: (starts.min() ?? 0)...(starts.max() ?? 0), rowCount: rows.count,
                columns: days.count == 1 ? columns : Self.gathered(columns, rows))
        }
    }

    /// Some of the rows, each with its own context.
    private static func gathered(_ columns: [Vector], _ rows: [Int]) -> [Vector] {
        SpanColumn.allCases.map { column in
            let vector = columns[column.rawValue]
            if column == .context, let contexts = vector.strings { return .bytes(contexts.filledDown().gathered(rows)) }
            return vector.gathered(rows)
        }
    }

    package func scan(_ plan: SpanScan) async throws(StorageError) -> any ScanCursor {
        let snapshot = engine.snapshot(of: .spans) { plan.range.overlaps(DayWindow.times(of: $0.window)) }
        return SpanCursor(plan: plan, snapshot: snapshot, queries: queries)
    }
}
