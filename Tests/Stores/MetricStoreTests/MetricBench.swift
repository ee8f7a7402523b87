import Bytes
import ColumnStore
import Columns
import Platform
import SignalModel
import Simulation

@testable import MetricStore

/// The store on the real engine over a simulated disk, and the model beside it: whatever happens, both answer the same.
final class MetricBench {
    let model = ModelStore()
    let clock: ManualClock
    private(set) var disk: SimulatedFileSystem
    let queries = ThreadPoolExecutor(name: "query", threads: 1)
    private(set) var engine: ColumnStore
    private(set) var store: MetricStore
    private var nextID: UInt64 = 0
    private let seriesMax: Int
    private let tiers: MetricTiers

    init(
        _ disk: SimulatedFileSystem = SimulatedFileSystem(), clock: ManualClock = ManualClock(), seriesMax: Int = 1000,
        tiers: MetricTiers = MetricTiers(), isStepped: Bool = false
    ) throws {
        self.disk = disk
        self.clock = clock
        self.seriesMax = seriesMax
        self.tiers = tiers
        (engine, store) = try Self.open(disk, clock, queries, seriesMax, tiers, isStepped)
    }

    deinit { queries.stop() }

    private static func open(
        _ disk: SimulatedFileSystem, _ clock: ManualClock, _ queries: ThreadPoolExecutor, _ seriesMax: Int, _ tiers: MetricTiers,
        _ isStepped: Bool = false
    ) throws -> (ColumnStore, MetricStore) {
        let index = try SeriesIndex.stored(at: storedIndex, in: disk, seriesMax: seriesMax)
            ?? SeriesIndex(key: FingerprintKey(seed: Array(repeating: 7, count: 32)), seriesMax: seriesMax)
        let engine = try ColumnStore.open(
            directory: "/store", fileSystem: disk, clock: clock,
            layouts: [SeriesDefinitionLayout(index: index), SampleLayout(index: index, tiers: tiers)],
            configuration: .small, isStepped: isStepped)
        return (engine, MetricStore(engine: engine, index: index, tiers: tiers, queries: queries))
    }

    func write(_ batch: MetricBatch) async throws {
        nextID += 1
        _ = try await engine.commit(store.prepare(batch), id: BatchID(high: 1, low: nextID))
        _ = try await model.commit(model.prepare(batch), id: BatchID(high: 1, low: nextID))
    }

    static let storedIndex = "/store/series.index"

    /// With the series index as the server stores it.
    func restart() async throws {
        try await engine.stop()
        try store.index.store(at: Self.storedIndex, in: disk, countMin: 1)
        (engine, store) = try Self.open(disk, clock, queries, seriesMax, tiers)
    }

    /// A row as a scan hands it out.
    struct Row: Equatable {
        var labels: LabelSet
        var width: Int64
        var time: Int64
        var value, count, minimum, maximum: Double
        var detail: [UInt8]

        var text: String { "\(labels) \(time) \(value) \(count) \(minimum) \(maximum) \(detail)" }
    }

    /// Series by series in the order of their labels.
    func rows(
        _ reader: some MetricReader, _ tenant: Tenant, matching matchers: [LabelMatcher] = [], in range: TimeRange = .all
    ) async throws -> [Row] {
        let found = try await reader.series(matching: matchers, of: tenant, in: range, limit: 10_000).sorted {
            $0.labels.encoded.lexicographicallyPrecedes($1.labels.encoded)
        }
        let budget = QueryBudget(clock: clock, seconds: 60, bytesMax: 1 << 30)
        var cursor = try await reader.scan(MetricScan(tenant: tenant, series: found.map(\.id), range: range, budget: budget))
        var rows: [Int: [Row]] = [:]
        var chunk = ColumnChunk()
        while try await cursor.next(into: &chunk) {
            for run in chunk.runs.indices {
                let key = chunk.runs[run].key
                for row in chunk.rows(ofRun: run) { rows[key, default: []].append(Self.row(chunk, row, found[key].labels, chunk.runs[run].width)) }
            }
        }
        return rows.sorted { $0.key < $1.key }.flatMap(\.value)
    }

    func samples(_ reader: some MetricReader, _ matchers: [LabelMatcher], _ tenant: Tenant, _ range: TimeRange) async throws -> [String] {
        try await rows(reader, tenant, matching: matchers, in: range).map(\.text)
    }

    private static func row(_ chunk: ColumnChunk, _ row: Int, _ labels: LabelSet, _ width: Int64) -> Row {
        func double(_ column: MetricColumn) -> Double? { chunk.columns[column.rawValue].vector.doubles?[row] }
        let value = double(.value)!
        return Row(
            labels: labels, width: width, time: chunk.columns[MetricColumn.time.rawValue].vector.int64s![row], value: value,
            count: double(.count) ?? 1, minimum: double(.minimum) ?? value, maximum: double(.maximum) ?? value,
            detail: chunk.columns[MetricColumn.detail.rawValue].vector.strings.map { Array($0[row]) } ?? [])
    }
}

extension ColumnStore.Configuration {
    /// Journal files are written out whole, and the simulated disk keeps them in memory.
    static var small: Self {
        var configuration = Self()
        configuration.journalFileBytes = 1 << 20
        configuration.recordBytesMax = 1 << 19
        return configuration
    }
}
