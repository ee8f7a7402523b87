import Alarms
import Bytes
import Catalog
import ColumnStore
import LogStore
import MetricStore
import Platform
import SignalModel
import TraceStore

/// Everything that is kept: the catalog, the engine and the three stores on it.
///
/// In the data directory: `LOCK`, held while a server runs; `catalog.db` and what SQLite puts beside it; `store/`, the engine's; `keys/`, what
/// encrypted log groups are sealed with.
struct Storage: Sendable {
    /// As long as CloudWatch keeps its coarsest data: there is one resolution, the one that was sent.
    private static let metricRetention: Int64 = 455 * 86_400_000_000_000
    private static let traceRetention: Int64 = 30 * 86_400_000_000_000
    private static let seriesMax = 1_000_000

    let catalog: Catalog
    let engine: ColumnStore
    let metrics: MetricStore
    let logs: LogStore
    let logGroups: LogGroupDirectory
    let traces: TraceStore
    let quotas: QuotaBook
    /// Threads that may read files.
    let queries: ThreadPoolExecutor
    private let lock: DirectoryLock

    static func open(
        _ directory: String, memory: MemoryShares, clock: any TimeSource, random: RandomSource, log: Log,
        didPublish: @escaping @Sendable (TableBatch) -> Void = { _ in }
    ) async throws -> Storage {
        let files = LinuxFileSystem()
        try files.createDirectory(directory)
        let lock = try DirectoryLock(directory)
        let catalog = try Catalog.open(directory + "/catalog.db")

        let series = SeriesIndex(key: FingerprintKey(seed: random.bytes(32)), seriesMax: seriesMax)
        let groups = LiveLogGroups()
        let statistics = LogStatistics()
        let events = ArrivalNumbers(clock: clock)
        let spans = ArrivalNumbers(clock: clock)
        let groupKeys = try LocalGroupKeys(directory: directory + "/keys", files: files, random: random)
        let dataKeys = try LogDataKeys(directory: directory + "/keys", files: files, provider: groupKeys, random: random)
        let directoryOfGroups = try await LogGroupDirectory(
            catalog: catalog, live: groups, statistics: statistics, keys: dataKeys, random: random)

        var configuration = ColumnStore.Configuration()
        configuration.readMemory = memory.queries
        configuration.didPublish = didPublish
        let storeLog = log.named("store")
        let engine = try ColumnStore.open(
            directory: directory + "/store", fileSystem: files, clock: clock,
            layouts: [
                SeriesDefinitionLayout(index: series), SampleLayout(index: series, retentionNanoseconds: metricRetention),
                LogLayout(groups: groups, statistics: statistics, arrivals: events),
                SpanLayout(arrivals: spans, retentionNanoseconds: traceRetention),
            ],
            configuration: configuration, keyRing: dataKeys, random: random) { event in storeLog.warning("store event", ["event": "\(event)"]) }
        let queries = ThreadPoolExecutor(name: "query", threads: 2, nice: 5)
        return Storage(
            catalog: catalog, engine: engine, metrics: MetricStore(engine: engine, index: series, queries: queries),
            logs: LogStore(engine: engine, groups: groups, arrivals: events, queries: queries, clock: clock), logGroups: directoryOfGroups,
            traces: TraceStore(engine: engine, arrivals: spans, queries: queries), quotas: try await QuotaBook(catalog: catalog),
            queries: queries, lock: lock)
    }

    /// Seals what is in memory and closes everything.
    func close() async throws {
        try await engine.stop()
        catalog.close()
        queries.stop()
    }
}

/// How the one memory setting is spent.
struct MemoryShares: Sendable {
    /// Bodies of requests and rows not yet sealed.
    let ingest: MemoryBudget
    let queries: MemoryBudget

    init(bytes: Int) {
        ingest = MemoryBudget(name: "ingest", bytesMax: bytes / 10 * 3)
        queries = MemoryBudget(name: "queries", bytesMax: bytes / 5)
    }
}
