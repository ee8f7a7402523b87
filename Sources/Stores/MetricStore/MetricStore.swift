package import Columns
package import ColumnStore
package import Platform
package import SignalModel

/// Metrics on the embedded engine.
///
///     let index = SeriesIndex(key: key, seriesMax: 1_000_000)
///     let engine = try ColumnStore.open(…, layouts: [SeriesDefinitionLayout(index: index), SampleLayout(index: index, …), …])
///     let store = MetricStore(engine: engine, index: index, queries: queryThreads)
///     try await engine.commit(store.prepare(batch), id: id)
package struct MetricStore: MetricWriter, MetricReader {
    private let engine: ColumnStore
    private let index: SeriesIndex
    private let queries: ThreadPoolExecutor

    package init(engine: ColumnStore, index: SeriesIndex, queries: ThreadPoolExecutor) {
        self.engine = engine
        self.index = index
        self.queries = queries
    }

    package func prepare(_ batch: MetricBatch) throws(StorageError) -> [TableBatch] {
        guard batch.rowCount > 0 else { return [] }
        let numbers = try index.numbers(of: batch.labelSets, kinds: batch.kinds, tenant: batch.tenant)
        let series = batch.series.map { numbers[Int($0)] }
        func optional(_ values: [Double]) -> Vector { values.isEmpty ? .absent : .double(values) }
        return prepare(
            series: series, times: batch.times,
            more: [.double(batch.values), optional(batch.counts), optional(batch.minima), optional(batch.maxima)], tenant: batch.tenant)
    }

    package func numbers(of labelSets: BytesVector, kinds: [SeriesKind], tenant: Tenant) throws(StorageError) -> [SeriesID] {
        try index.numbers(of: labelSets, kinds: kinds, tenant: tenant)
    }

    package func prepare(_ samples: SampleBatch) throws(StorageError) -> [TableBatch] {
        prepare(
            series: samples.series, times: samples.times, more: [.double(samples.values), .absent, .absent, .absent],
            tenant: samples.tenant)
    }

    /// - Parameter more: the columns after series and time.
    private func prepare(series: [SeriesID], times: [Int64], more: [Vector], tenant: Tenant) -> [TableBatch] {
        guard let first = times.min(), let last = times.max() else { return [] }
        var result: [TableBatch] = []
        if let definitions = index.definitions(of: series, tenant: tenant) { result.append(definitions) }
        func samples(_ window: Int32, _ range: ClosedRange<Int64>, _ columns: [Vector]) -> TableBatch {
            TableBatch(
                table: .samples, partition: PartitionKey(window: window), scope: BlockScope(tenant: tenant), times: range,
                rowCount: columns[0].count ?? 0, columns: columns)
        }
        let columns = [.uint32(series), .int64(times)] + more
        let (firstDay, lastDay) = (DayWindow.number(of: first), DayWindow.number(of: last))
        guard firstDay != lastDay else { return result + [samples(firstDay, first...last, columns)] }
        for (window, rows) in DayWindow.rows(of: times) {
            let ofDay = rows.map { times[$0] }
            result.append(samples(window, (ofDay.min() ?? 0)...(ofDay.max() ?? 0), columns.map { $0.gathered(rows) }))
        }
        return result
    }

    package func series(
        matching matchers: [LabelMatcher], of tenant: Tenant, in range: TimeRange, limit: Int
    ) async throws(StorageError) -> [SeriesEntry] {
        let found = index.entries(matching: matchers, of: tenant, newestSampleFrom: range.start)
        guard found.count <= limit else {
            throw StorageError(code: .budget, message: "cannot list series: \(found.count) match and the limit is \(limit)")
        }
        return found
    }

    package func scan(_ plan: MetricScan) async throws(StorageError) -> any ScanCursor {
        let snapshot = engine.snapshot(of: .samples) { plan.range.overlaps(DayWindow.times(of: $0.window)) }
        return SampleCursor(plan: plan, areSampled: index.areSampled(plan.series), snapshot: snapshot, queries: queries)
    }
}

/// Samples of the plan's series, sorted at the first call and then handed out run by run.
private struct SampleCursor: ScanCursor {
    private let plan: MetricScan
    /// One a series of the plan: of its samples of one time the last written stands for all.
    private let areSampled: [Bool]
    private let queries: ThreadPoolExecutor
    private var snapshot: TableSnapshot?
    private var rows = SampleRows()
    private var order: [Int] = []
    private var place = 0

    init(plan: MetricScan, areSampled: [Bool], snapshot: TableSnapshot, queries: ThreadPoolExecutor) {
        self.plan = plan
        self.areSampled = areSampled
        self.snapshot = snapshot
        self.queries = queries
    }

    mutating func next(into chunk: inout ColumnChunk) async throws(StorageError) -> Bool {
        if let snapshot {
            self.snapshot = nil
            let (plan, areSampled) = (plan, areSampled)
            (rows, order) = try await withTaskExecutorPreference(queries) { () async throws(StorageError) in
                try Self.load(plan, areSampled, snapshot)
            }
        }
        try plan.budget.spend()
        guard place < order.count else {
            chunk = ColumnChunk()
            return false
        }
        let slice = order[place..<min(place + ColumnChunk.rowsMax, order.count)]
        place = slice.endIndex
        chunk = ColumnChunk(rowCount: slice.count, columns: rows.columns(slice), runs: runs(slice))
        return true
    }

    private func runs(_ slice: ArraySlice<Int>) -> [ColumnChunk.Run] {
        var result: [ColumnChunk.Run] = []
        for (row, position) in slice.enumerated() where result.last?.key != Int(rows.series[position]) {
            result.append(ColumnChunk.Run(key: Int(rows.series[position]), firstRow: row))
        }
        return result
    }

    /// Reads on the query threads. The rows' `series` are positions in the plan, so that the order is the plan's.
    private static func load(_ plan: MetricScan, _ areSampled: [Bool], _ snapshot: TableSnapshot) throws(StorageError) -> (SampleRows, [Int]) {
        let wanted = Set(plan.series)
        var rows = SampleRows()
        func isWanted(_ number: SeriesID, _ time: Int64) -> Bool {
            wanted.contains(number) && plan.range.contains(Timestamp(nanoseconds: time))
        }
        for block in snapshot.blocks where block.header.scope.tenant == plan.tenant && plan.range.overlaps(block.header.times) {
            guard try SampleSummary(block.header).holds(anyOf: wanted) else { continue }
            let batch = try block.rows()
            try plan.budget.spend(bytes: batch.byteCount)
            try rows.append(batch, where: isWanted)
        }
        for batch in snapshot.batches where batch.scope.tenant == plan.tenant && plan.range.overlaps(batch.times) {
            try plan.budget.spend(bytes: batch.byteCount)
            try rows.append(batch, where: isWanted)
        }
        var positions: [SeriesID: UInt32] = [:]
        for (position, number) in plan.series.enumerated() { positions[number] = UInt32(position) }
        rows.renumber { positions[$0] ?? 0 }
        let order = rows.sortedOrder()
        // Rows of one series and time stand in the order they were written.
        let kept = order.indices.filter { place in
            guard areSampled[Int(rows.series[order[place]])], place + 1 < order.count else { return true }
            return rows.series[order[place]] != rows.series[order[place + 1]] || rows.times[order[place]] != rows.times[order[place + 1]]
        }
        return (rows, kept.count == order.count ? order : kept.map { order[$0] })
    }
}
