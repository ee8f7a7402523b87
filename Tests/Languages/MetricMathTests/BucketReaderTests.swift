import Columns
import MetricMath
import SignalModel
import Simulation
import Testing

struct BucketReaderTests {
    private let tenant = Tenant(account: "123456789012", region: "us-east-1")
    private let latency = MetricIdentity(namespace: "Shop", name: "Latency", dimensions: [("Service", "cart"), ("Zone", "a")])
    private let second: Int64 = 1_000_000_000

    private func store(_ rows: [(labels: LabelSet, kind: SeriesKind, seconds: Int64, value: Double, count: Double)]) async throws
        -> ModelStore
    {
        let store = ModelStore()
        for (index, row) in rows.enumerated() {
            var batch = MetricBatch(tenant: tenant)
            let series = batch.addSeries(row.labels, kind: row.kind)
            batch.append(series: series, time: Timestamp(seconds: row.seconds), value: row.value, count: row.count)
            _ = try await store.commit(try store.prepare(batch), id: BatchID(high: 0, low: UInt64(index)))
        }
        return store
    }

    private func request(unit: String? = nil, period: Int64 = 60, from start: Int64 = 0, to end: Int64 = 600) -> BucketRequest {
        BucketRequest(
            metric: latency, unit: unit, period: period * second,
            range: TimeRange(start: Timestamp(seconds: start), end: Timestamp(seconds: end)),
            keepsSamples: true)
    }

    private func read(_ requests: [BucketRequest], from store: ModelStore, bytesMax: Int = 1 << 20) async throws -> [BucketTable] {
        let budget = QueryBudget(clock: ManualClock(), seconds: 10, bytesMax: bytesMax)
        return try await BucketReader(reader: store, tenant: tenant, budget: budget).read(requests)
    }

    @Test func `an identity and its labels say the same`() {
        let labels = latency.labels(unit: "Seconds")
        #expect(labels[LabelSet.unit] == "Seconds" && MetricUnit.of(labels) == "Seconds")
        #expect(MetricIdentity(labels: labels) == latency && latency.isSame(as: labels))
        #expect(MetricIdentity(namespace: "Shop", name: "Latency", dimensions: [("Zone", "a"), ("Service", "cart")]) == latency)
        #expect(latency.labels(unit: "None")[LabelSet.unit] == nil)
        #expect(MetricIdentity(labels: LabelSet([(LabelSet.metricName, "up")])) == nil)
        #expect(!latency.isSame(as: LabelSet(latency.labels(unit: "None").pairs + [("More", "x")])))
    }

    @Test func `rows fall into the period that holds them, and only those in the range count`() async throws {
        let labels = latency.labels(unit: "None")
        let store = try await store([
            (labels, .accumulating, 0, 1, 1), (labels, .accumulating, 59, 2, 1), (labels, .accumulating, 60, 4, 3),
            (labels, .accumulating, 600, 9, 1),
        ])
        let tables = try await read([request(), request(period: 300), request(from: 30, to: 90)], from: store)
        #expect(tables[0].starts == [0, 60 * second] && tables[0].series(of: .sum).values == [3, 12])
        #expect(tables[1].starts == [0] && tables[1].series(of: .sampleCount).values == [5])
        #expect(tables[2].starts == [30 * second] && tables[2].series(of: .sum).values == [14])
    }

    @Test func `units are apart when asked for and together when not`() async throws {
        let store = try await store([
            (latency.labels(unit: "Seconds"), .accumulating, 0, 1, 1), (latency.labels(unit: "Milliseconds"), .accumulating, 30, 500, 1),
            (latency.labels(unit: "None"), .accumulating, 120, 7, 1),
            (LabelSet(latency.labels(unit: "None").pairs + [("More", "x")]), .accumulating, 0, 1000, 1),
        ])
        let tables = try await read([request(), request(unit: "Seconds"), request(unit: "None"), request(unit: "Bytes")], from: store)
        #expect(tables[0].series(of: .sum).values == [501, 7] && tables[0].series(of: .percentile(100)).values == [500, 7])
        #expect(tables[1].series(of: .sum).values == [1] && tables[2].series(of: .sum).values == [7] && tables[3].isEmpty)
    }

    @Test func `of a sampled series the last row of a time counts`() async throws {
        let labels = latency.labels(unit: "None")
        let store = try await store([(labels, .sampled, 0, 1, 1), (labels, .sampled, 0, 5, 1), (labels, .sampled, 30, 3, 1)])
        let tables = try await read([request()], from: store)
        #expect(tables[0].series(of: .sum).values == [8] && tables[0].series(of: .sampleCount).values == [2])
    }

    @Test func `the budget ends a read instead of shortening its answer`() async throws {
        let labels = latency.labels(unit: "None")
        let store = try await store((0..<50).map { (labels, .accumulating, $0, Double($0), 1) })
        await #expect(throws: StorageError.self) { try await read([request(period: 1)], from: store, bytesMax: 1000) }
    }

    @Test func `chunks may be cut anywhere`() async throws {
        var random = SeededRandom(seed: 3)
        let labels = latency.labels(unit: "None")
        let rows = (0..<200).map { _ in (Int64.random(in: 0..<600, using: &random), Double(Int.random(in: 0..<100, using: &random))) }
            .sorted { $0.0 < $1.0 }
        let whole = try await read([request()], from: try await store(rows.map { (labels, .accumulating, $0.0, $0.1, 1) }))
        for size in [1, 2, 7, 199] {
            let reader = ChoppedReader(labels: labels, rows: rows.map { ($0.0 * second, $0.1) }, size: size)
            let budget = QueryBudget(clock: ManualClock(), seconds: 10, bytesMax: 1 << 20)
            #expect(try await BucketReader(reader: reader, tenant: tenant, budget: budget).read([request()]) == whole)
        }
    }
}

/// One series in chunks of a given size.
private struct ChoppedReader: MetricReader {
    let labels: LabelSet
    let rows: [(Int64, Double)]
    let size: Int

    func series(matching: [LabelMatcher], of: Tenant, in: TimeRange, limit: Int) async throws(StorageError) -> [SeriesEntry] {
        [SeriesEntry(id: 0, labels: labels, kind: .accumulating, lastTime: Timestamp(seconds: 0))]
    }

    func scan(_ plan: MetricScan) async throws(StorageError) -> any ScanCursor {
        PreparedCursor(
            stride(from: 0, to: rows.count, by: size).map { start in
                let part = rows[start..<min(start + size, rows.count)]
                return ColumnChunk(
                    rowCount: part.count,
                    columns: [.absent, Column(.int64(part.map(\.0))), Column(.double(part.map(\.1))), .absent, .absent, .absent],
                    runs: [ColumnChunk.Run(key: 0, firstRow: 0)])
            })
    }
}
