package import SignalModel
import Columns

/// Reads the buckets of many requests, each series once: requests for one metric share a scan, whatever their periods and ranges.
///
///     let tables = try await BucketReader(reader: store, tenant: tenant, budget: budget).read(requests)
package struct BucketReader: Sendable {
    /// A metric that has more series (units, and series of more dimensions under its name) is refused, not read in part.
    package static let seriesMax = 1_000_000

    private let reader: any MetricReader
    private let tenant: Tenant
    private let budget: QueryBudget

    package init(reader: any MetricReader, tenant: Tenant, budget: QueryBudget) {
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
        guard !entries.isEmpty else { return requests.map { BucketTable(period: $0.period) } }
        var folds = entries.map { entry in SeriesFolds(entry, requests: requests) }
        var cursor = try await reader.scan(MetricScan(tenant: tenant, series: entries.map(\.id), range: whole, budget: budget))
        var chunk = ColumnChunk()
        while try await cursor.next(into: &chunk) {
            let columns = try MetricChunk(chunk)
            var held = 0
            for run in chunk.runs.indices { held += folds[chunk.runs[run].key].add(chunk.rows(ofRun: run), of: columns) }
            try budget.spend(bytes: held)
        }
        for index in folds.indices { folds[index].finish() }
        return requests.indices.map { request in
            folds.reduce(BucketTable(period: requests[request].period)) { table, series in
                series.folds[request].map { table.merged(with: $0.table) } ?? table
            }
        }
    }
}

/// What one series gives to each of the requests; nil where a request asks for another unit.
private struct SeriesFolds {
    var folds: [BucketFold?]

    init(_ entry: SeriesEntry, requests: [BucketRequest]) {
        let unit = MetricUnit.of(entry.labels)
        folds = requests.map { $0.unit == nil || $0.unit == unit ? BucketFold($0, kind: entry.kind) : nil }
    }

    mutating func add(_ rows: Range<Int>, of chunk: MetricChunk) -> Int {
        var bytes = 0
        for index in folds.indices { bytes += folds[index]?.add(rows, of: chunk) ?? 0 }
        return bytes
    }

    mutating func finish() {
        for index in folds.indices { _ = folds[index]?.finish() }
    }
}
