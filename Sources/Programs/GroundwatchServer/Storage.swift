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
    private let series: SeriesIndex
    private let directory: String
    private let log: Log
    private let lock: DirectoryLock

    static func open(
        _ directory: String, tiers: MetricTiers, memory: MemoryShares, freeBytesMin: Int, clock: any TimeSource, random: RandomSource, log: Log,
        didPublish: @escaping @Sendable (TableBatch) -> Void = { _ in }
    ) async throws -> Storage {
        let files = LinuxFileSystem()
        try files.createDirectory(directory)
        let lock = try DirectoryLock(directory)
        let catalog = try Catalog.open(directory + "/catalog.db")

        let series = try Self.series(directory, files, seriesMax: memory.seriesMax(seriesMax), random: random, log: log)
        let groups = LiveLogGroups()
        let statistics = LogStatistics()
        let events = ArrivalNumbers(clock: clock)
        let spans = ArrivalNumbers(clock: clock)
        let groupKeys = try LocalGroupKeys(directory: directory + "/keys", files: files, random: random)
        let dataKeys = try LogDataKeys(directory: directory + "/keys", files: files, provider: groupKeys, random: random)
        let directoryOfGroups = try await LogGroupDirectory(
            catalog: catalog, live: groups, statistics: statistics, keys: dataKeys, random: random)

        var configuration = memory.storeConfiguration()
        configuration.freeBytesMin = freeBytesMin
        configuration.didPublish = didPublish
        let storeLog = log.named("store")
        let engine = try ColumnStore.open(
            directory: directory + "/store", fileSystem: files, clock: clock,
            layouts: [
                SeriesDefinitionLayout(index: series), SampleLayout(index: series, tiers: tiers),
                LogLayout(groups: groups, statistics: statistics, arrivals: events),
                SpanLayout(arrivals: spans, retentionNanoseconds: traceRetention),
            ],
            configuration: configuration, keyRing: dataKeys, random: random) { event in storeLog.warning("store event", ["event": "\(event)"]) }
        let queries = ThreadPoolExecutor(name: "query", threads: 2, nice: 5)
        return Storage(
            catalog: catalog, engine: engine, metrics: MetricStore(engine: engine, index: series, tiers: tiers, queries: queries),
            logs: LogStore(engine: engine, groups: groups, arrivals: events, queries: queries, clock: clock), logGroups: directoryOfGroups,
            traces: TraceStore(engine: engine, arrivals: spans, queries: queries), quotas: try await QuotaBook(catalog: catalog),
            queries: queries, series: series, directory: directory, log: log, lock: lock)
    }

    /// As an earlier life left it, or a new one, which is filled from the definitions in parts.
    private static func series(
        _ directory: String, _ files: LinuxFileSystem, seriesMax: Int, random: RandomSource, log: Log
    ) throws -> SeriesIndex {
        do throws(StorageError) {
            if let stored = try SeriesIndex.stored(at: seriesFile(directory), in: files, seriesMax: seriesMax) { return stored }
        } catch {
            log.warning("the series index is built anew", ["why": error.message])
            // Numbers that it gave and nobody used may be given to others now: it must never be read again.
            try files.remove(seriesFile(directory))
        }
        return SeriesIndex(key: FingerprintKey(seed: random.bytes(32)), seriesMax: seriesMax)
    }

    private static func seriesFile(_ directory: String) -> String { directory + "/store/series.index" }

    /// Seals what is in memory and closes everything.
    func close() async throws {
        try await engine.stop()
        do throws(FileError) { try series.store(at: Self.seriesFile(directory), in: LinuxFileSystem()) } catch {
            log.warning("the series index is not stored, the next start builds it", ["error": error.message])
        }
        catalog.close()
        queries.stop()
    }
}
