package import Columns
package import ColumnStore
package import Platform
package import SignalModel
import Synchronization

/// Metrics on the embedded engine.
///
///     let index = SeriesIndex(key: key, seriesMax: 1_000_000)
///     let engine = try ColumnStore.open(…, layouts: [SeriesDefinitionLayout(index: index), SampleLayout(index: index, …), …])
///     let store = MetricStore(engine: engine, index: index, queries: queryThreads)
///     try await engine.commit(store.prepare(batch), id: id)
package struct MetricStore: MetricWriter, MetricReader {
    private let engine: ColumnStore
    let index: SeriesIndex
    private let tiers: MetricTiers
    private let queries: ThreadPoolExecutor

    /// - Parameter tiers: those of the layout.
    package init(engine: ColumnStore, index: SeriesIndex, tiers: MetricTiers = MetricTiers(), queries: ThreadPoolExecutor) {
        self.engine = engine
        self.index = index
        self.tiers = tiers
        self.queries = queries
    }

    /// Series that are known, and those that were refused because their tenant had too many.
    package var figures: (series: Int, refusedSeries: Int) { (index.seriesCount, index.refusedSeries.load(ordering: .relaxed)) }

    package func prepare(_ batch: MetricBatch) throws(StorageError) -> [TableBatch] {
        guard batch.rowCount > 0 else { return [] }
        let numbers = try index.numbers(of: batch.labelSets, kinds: batch.kinds, tenant: batch.tenant)
        let series = batch.series.map { numbers[Int($0)] }
        func optional(_ values: [Double]) -> Vector { values.isEmpty ? .absent : .double(values) }
        return prepare(
            series: series, times: batch.times,
            more: [.double(batch.values), optional(batch.counts), optional(batch.minima), optional(batch.maxima), .absent],
            tenant: batch.tenant)
    }

    package func numbers(of labelSets: BytesVector, kinds: [SeriesKind], tenant: Tenant) throws(StorageError) -> [SeriesID] {
        try index.numbers(of: labelSets, kinds: kinds, tenant: tenant)
    }

    package func prepare(_ samples: SampleBatch) throws(StorageError) -> [TableBatch] {
        func optional(_ values: [Double]) -> Vector { values.isEmpty ? .absent : .double(values) }
        return prepare(
            series: samples.series, times: samples.times,
            more: [
                .double(samples.values), optional(samples.counts), optional(samples.minima), optional(samples.maxima),
                samples.details.count > 0 ? .bytes(samples.details) : .absent,
            ], tenant: samples.tenant)
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
        guard let found = index.entries(matching: matchers, of: tenant, newestSampleFrom: range.start, countMax: limit) else {
            throw StorageError(code: .budget, message: "cannot list series: more than \(limit) match, which is the limit")
        }
        return found
    }

    package func scan(_ plan: MetricScan) async throws(StorageError) -> any ScanCursor {
        let snapshot = engine.snapshot(of: .samples) { plan.range.overlaps(tiers.times(of: $0)) }
        return SampleCursor(plan: plan, snapshot: snapshot, index: index, tiers: tiers, queries: queries)
    }
}
