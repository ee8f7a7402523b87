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
        let first = arrivals.take(batch.rowCount)
        return DayWindow.rows(of: batch.starts).map { window, rows in
            let starts = rows.map { batch.starts[$0] }
            return TableBatch(
                table: .spans, partition: PartitionKey(window: window), scope: BlockScope(tenant: batch.tenant),
                times: (starts.min() ?? 0)...(starts.max() ?? 0), rowCount: rows.count,
                columns: [
                    .uint64(rows.map { batch.traces[$0].high }), .uint64(rows.map { batch.traces[$0].low }),
                    .uint64(rows.map { batch.spans[$0] }), .uint64(rows.map { batch.parents[$0] }), .int64(starts),
                    .int64(rows.map { batch.ends[$0] }), .bytes(batch.names.gathered(rows)), .uint8(rows.map { batch.flags[$0].rawValue }),
                    .bytes(batch.documents.gathered(rows)), .uint64(rows.map { first + UInt64($0) }),
                ])
        }
    }

    package func scan(_ plan: SpanScan) async throws(StorageError) -> any ScanCursor {
        let snapshot = engine.snapshot(of: .spans) { plan.range.overlaps(DayWindow.times(of: $0.window)) }
        return SpanCursor(plan: plan, snapshot: snapshot, queries: queries)
    }
}

/// Block by block in any order; sorted as a whole, at the first call, when the plan wants the newest first.
private struct SpanCursor: ScanCursor {
    private let plan: SpanScan
    private let queries: ThreadPoolExecutor
    private let wantedTraces: Set<TraceID>?
    private let wantedFingerprints: Set<UInt32>
    private var sources: ArraySlice<Source>
    private var ready: ArraySlice<ColumnChunk> = []

    private enum Source {
        case block(TableSnapshot.Block)
        case batch(TableBatch)
    }

    init(plan: SpanScan, snapshot: TableSnapshot, queries: ThreadPoolExecutor) {
        self.plan = plan
        self.queries = queries
        wantedTraces = plan.traces.map(Set.init)
        wantedFingerprints = Set((plan.traces ?? []).map { SpanLayout.fingerprint($0.low) })
        sources = (snapshot.blocks.map(Source.block) + snapshot.batches.map(Source.batch))[...]
    }

    mutating func next(into chunk: inout ColumnChunk) async throws(StorageError) -> Bool {
        try plan.budget.spend()
        while true {
            if let next = ready.popFirst() {
                chunk = next
                return true
            }
            guard !sources.isEmpty else {
                chunk = ColumnChunk()
                return false
            }
            let copy = self
            self = try await withTaskExecutorPreference(queries) { () async throws(StorageError) in
                var advanced = copy
                try advanced.load()
                return advanced
            }
        }
    }

    private mutating func load() throws(StorageError) {
        if plan.order == .newestFirst {
            var all: [TableBatch] = []
            while let source = sources.popFirst() {
                if let rows = try rows(of: source) { all.append(rows) }
            }
            let rows = try SpanRows(all)
            let order = (0..<rows.count).sorted { (rows.starts[$0], rows.arrivals[$0]) > (rows.starts[$1], rows.arrivals[$1]) }
            let columns: [Vector] = [
                .uint64(rows.traceHigh), .uint64(rows.traceLow), .uint64(rows.spans), .uint64(rows.parents), .int64(rows.starts),
                .int64(rows.ends), .bytes(rows.names), .uint8(rows.flags), .bytes(rows.documents), .uint64(rows.arrivals),
            ]
            ready = cut(columns, order)
        } else if let source = sources.popFirst(), let rows = try rows(of: source) {
            ready = cut(rows.columns, Array(0..<rows.rowCount))
        }
    }

    /// The rows of a source that belong to the scan; nil when there are none.
    private func rows(of source: Source) throws(StorageError) -> TableBatch? {
        let batch: TableBatch
        switch source {
        case .block(let block):
            guard block.header.scope.tenant == plan.tenant, plan.range.overlaps(block.header.times) else { return nil }
            if wantedTraces != nil, !(try SpanSummary(block.header).mayHold(anyOf: wantedFingerprints)) { return nil }
            batch = try block.rows()
        case .batch(let rows):
            guard rows.scope.tenant == plan.tenant, plan.range.overlaps(rows.times) else { return nil }
            batch = rows
        }
        try plan.budget.spend(bytes: batch.byteCount)
        let selected = try selectedRows(of: batch)
        guard !selected.isEmpty else { return nil }
        if selected.count == batch.rowCount { return batch }
        return TableBatch(
            table: batch.table, partition: batch.partition, scope: batch.scope, times: batch.times, rowCount: selected.count,
            columns: batch.columns.map { $0.gathered(selected) })
    }

    private func selectedRows(of batch: TableBatch) throws(StorageError) -> [Int] {
        guard batch.columns.count == SpanColumn.allCases.count, let starts = batch.columns[SpanColumn.start.rawValue].int64s,
            let high = batch.columns[SpanColumn.traceHigh.rawValue].uint64s, let low = batch.columns[SpanColumn.traceLow.rawValue].uint64s
        else { throw StorageError(code: .corrupt, message: "cannot read spans: columns are of the wrong type") }
        var selection = plan.predicate.selection(rowCount: batch.rowCount) { name in
            SpanColumn.allCases.first { $0.name == name }.map { Column(batch.columns[$0.rawValue]) } ?? .absent
        }
        for row in 0..<batch.rowCount where selection[row] {
            selection[row] = plan.range.contains(Timestamp(nanoseconds: starts[row]))
                && wantedTraces?.contains(TraceID(high: high[row], low: low[row])) ?? true
        }
        return selection.rows
    }

    private func cut(_ columns: [Vector], _ order: [Int]) -> ArraySlice<ColumnChunk> {
        stride(from: 0, to: order.count, by: ColumnChunk.rowsMax).map { start in
            let rows = Array(order[start..<min(start + ColumnChunk.rowsMax, order.count)])
            return ColumnChunk(rowCount: rows.count, columns: plan.projection.map { Column(columns[$0.rawValue].gathered(rows)) })
        }[...]
    }
}
