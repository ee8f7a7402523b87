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
    package let budget: QueryBudget
    /// Limits that expressions may ask for.
    package var quotas: QuotaLookup = { _ in nil }
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
        // Metrics share a scan when their ranges are about as long: a minute is not worth reading a week of everybody.
        var scans: [Int: [(place: Int, source: BucketSource)]] = [:]
        for (metric, places) in places {
            let (sources, seconds) = try await sources(of: places.map { requests[$0] }, metric)
            scans[seconds.bitWidth - seconds.leadingZeroBitCount, default: []] += zip(places, sources).map { (place: $0, source: $1) }
        }
        for scan in scans.values {
            for (place, table) in zip(scan.map(\.place), try await self.tables(of: scan.map(\.source))) { tables[place] = table }
        }
        return tables
    }

    /// The series of `metric`, by unit.
    /// - Parameter unit: nil for all units.
    package func series(of metric: MetricIdentity, unit: String?, in range: TimeRange) async throws(StorageError) -> [SeriesEntry] {
        try await series(matching: metric.matchers(unit: unit), in: range).filter { metric.isSame(as: $0.labels) }
    }

    /// The series that pass, held to the query's end.
    func series(matching matchers: [LabelMatcher], in range: TimeRange) async throws(StorageError) -> [SeriesEntry] {
        let entryBytes = 256
        let fitting = budget.memoryMax.map { $0 / entryBytes } ?? .max
        let found: [SeriesEntry]
        do throws(StorageError) {
            found = try await reader.series(matching: matchers, of: tenant, in: range, limit: min(Self.seriesMax, fitting))
        } catch {
            guard error.code == .budget, fitting < Self.seriesMax else { throw error }
            throw StorageError(code: .budget, message: "\(error.message); the setting `memory` has room for no more")
        }
        try budget.keep(found.reduce(0) { $0 + $1.labels.encoded.count + entryBytes / 2 })
        return found
    }

    /// - Returns: one source a request, and how many seconds they reach over together.
    private func sources(
        of requests: [BucketRequest], _ metric: MetricIdentity
    ) async throws(StorageError) -> (sources: [BucketSource], seconds: Int64) {
        let units = Set(requests.map(\.unit))
        let whole = requests.dropFirst().reduce(into: requests[0].range) { range, request in
            range.start = min(range.start, request.range.start)
            range.end = max(range.end, request.range.end)
        }
        let entries = try await series(of: metric, unit: units.count == 1 ? requests[0].unit : nil, in: whole)
        let sources = requests.map { request in
            BucketSource(grid: request.grid, series: entries.filter { request.unit == nil || request.unit == MetricUnit.of($0.labels) })
        }
        return (sources, (whole.end.nanoseconds - whole.start.nanoseconds) / PeriodAlignment.second)
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
                    try budget.keep(current?.finish(into: &tables) ?? 0)
                    current = SeriesFolds(key: key, sources, uses[entries[key].id] ?? [])
                }
                held += current?.add(chunk.rows(ofRun: run), of: columns, width: chunk.runs[run].width) ?? 0
            }
            try budget.spend(bytes: held)
        }
        try budget.keep(current?.finish(into: &tables) ?? 0)
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
    /// What each fold holds.
    private var bytes: [Int]

    init(key: Int, _ sources: [BucketSource], _ places: [Int]) {
        self.key = key
        self.places = places
        folds = places.map { BucketFold(sources[$0].grid) }
        bytes = places.map { _ in 0 }
    }

    mutating func add(_ rows: Range<Int>, of chunk: MetricChunk, width: Int64) -> Int {
        var added = 0
        for index in folds.indices {
            let more = folds[index].add(rows, of: chunk, width: width)
            bytes[index] += more
            added += more
        }
        return added
    }

    /// - Returns: how many more bytes the tables hold: new periods, and samples that are kept.
    func finish(into tables: inout [BucketTable]) -> Int {
        var held = 0
        for (index, place) in places.enumerated() {
            let known = tables[place].starts.count
            tables[place].merge(folds[index].table)
            held += (tables[place].starts.count - known) * BucketFold.bucketBytes
            held += max(0, bytes[index] - folds[index].table.starts.count * BucketFold.bucketBytes)
        }
        return held
    }
}
