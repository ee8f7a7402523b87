package import SignalModel
import Columns

/// Reads the buckets of many requests, each series once: requests for one metric share a scan, whatever their periods and ranges.
///
///     let tables = try await BucketReader(reader: store, tenant: tenant, budget: budget).read(requests)
package struct BucketReader: Sendable {
    /// A metric that has more series (units, and series of more dimensions under its name) is refused, not read in part.
    package static let seriesMax = 1_000_000

    let reader: any MetricReader
    let tenant: Tenant
    let budget: QueryBudget
    /// Nil: models are trained anew each time, with their default settings.
    let models: TrainedModels?

    package init(reader: any MetricReader, tenant: Tenant, budget: QueryBudget, models: TrainedModels? = nil) {
        self.models = models
        self.reader = reader
        self.tenant = tenant
        self.budget = budget
    }

    /// - Returns: one table a request, in their order.
    /// - Throws: whatever the store throws; nothing is returned then, so nobody takes a part for the whole.
    package func read(_ requests: [BucketRequest]) async throws(StorageError) -> [BucketTable] {
        var tables = requests.map { BucketTable(period: $0.period) }
        var places: [MetricIdentity: [Int]] = [:]
        for (place, request) in requests.enumerated() where !request.range.isEmpty { places[request.metric, default: []].append(place) }
        for (metric, places) in places {
            for (place, table) in zip(places, try await read(places.map { requests[$0] }, of: metric)) { tables[place] = table }
        }
        return tables
    }

    /// The series of `metric`, by unit.
    /// - Parameter unit: nil for all units.
    package func series(of metric: MetricIdentity, unit: String?, in range: TimeRange) async throws(StorageError) -> [SeriesEntry] {
        let found = try await reader.series(matching: metric.matchers(unit: unit), of: tenant, in: range, limit: Self.seriesMax)
        return found.filter { metric.isSame(as: $0.labels) }
    }

    private func read(_ requests: [BucketRequest], of metric: MetricIdentity) async throws(StorageError) -> [BucketTable] {
        let units = Set(requests.map(\.unit))
        let whole = requests.dropFirst().reduce(into: requests[0].range) { range, request in
            range.start = min(range.start, request.range.start)
            range.end = max(range.end, request.range.end)
        }
        let entries = try await series(of: metric, unit: units.count == 1 ? requests[0].unit : nil, in: whole)
        return try await tables(
            of: requests.map { request in
                BucketSource(grid: request.grid, series: entries.filter { request.unit == nil || request.unit == MetricUnit.of($0.labels) })
            })
    }

    /// - Returns: one table a source, in their order. All of them take one scan.
    func tables(of sources: [BucketSource]) async throws(StorageError) -> [BucketTable] {
        var tables = sources.map { BucketTable(period: $0.grid.period) }
        var entries: [SeriesEntry] = []
        var uses: [SeriesID: [Int]] = [:]
        for (place, source) in sources.enumerated() where !source.grid.range.isEmpty {
            for entry in source.series {
                if uses[entry.id] == nil { entries.append(entry) }
                uses[entry.id, default: []].append(place)
            }
        }
        let ranges = sources.map(\.grid.range).filter { !$0.isEmpty }
        guard !entries.isEmpty, let start = ranges.map(\.start).min(), let end = ranges.map(\.end).max() else { return tables }
        let plan = MetricScan(tenant: tenant, series: entries.map(\.id), range: TimeRange(start: start, end: end), budget: budget)
        var cursor = try await reader.scan(plan)
        var chunk = ColumnChunk()
        var current: SeriesFolds?
        while try await cursor.next(into: &chunk) {
            let columns = try MetricChunk(chunk)
            var held = 0
            for run in chunk.runs.indices {
                let key = chunk.runs[run].key
                if current?.key != key {
                    current?.finish(into: &tables)
                    current = SeriesFolds(key: key, entries[key], sources, uses[entries[key].id] ?? [])
                }
                held += current?.add(chunk.rows(ofRun: run), of: columns) ?? 0
            }
            try budget.spend(bytes: held)
        }
        current?.finish(into: &tables)
        return tables
    }
}

/// What a table of buckets is made from.
struct BucketSource: Sendable {
    let grid: BucketGrid
    /// Each once.
    let series: [SeriesEntry]
}

/// What one series gives to each of the sources that it belongs to. The scan goes series by series, so only one of these is there at once.
private struct SeriesFolds {
    /// Of the series' runs.
    let key: Int
    private let places: [Int]
    private var folds: [BucketFold]

    init(key: Int, _ entry: SeriesEntry, _ sources: [BucketSource], _ places: [Int]) {
        self.key = key
        self.places = places
        folds = places.map { BucketFold(sources[$0].grid, kind: entry.kind) }
    }

    mutating func add(_ rows: Range<Int>, of chunk: MetricChunk) -> Int {
        var bytes = 0
        for index in folds.indices { bytes += folds[index].add(rows, of: chunk) }
        return bytes
    }

    mutating func finish(into tables: inout [BucketTable]) {
        for index in folds.indices {
            _ = folds[index].finish()
            tables[places[index]] = tables[places[index]].merged(with: folds[index].table)
        }
    }
}
