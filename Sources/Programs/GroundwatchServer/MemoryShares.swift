import CloudWatchAPI
import ColumnStore
import LogsAPI
package import Platform

/// How the one memory setting is spent. Everything that grows takes from one of these, and is refused when it is used up.
///
/// The rest of the process (code, threads, connections, SQLite) takes some 50 MB that no share has.
package struct MemoryShares: Sendable {
    /// Below this the journal, a query and a merge would get in each other's way.
    package static let bytesMin = 64 << 20

    /// Bodies of requests, what they unpack to, and rows not yet sealed.
    package let ingest: MemoryBudget
    /// The label index.
    package let seriesIndex: MemoryBudget
    /// Blocks that queries read, and what they hold of them.
    package let queries: MemoryBudget
    /// Blocks that merges read.
    package let merges: MemoryBudget
    /// What may be forgotten at any time: indexes of parts, opened key filters, results of queries.
    package let cacheBytesMax: Int

    package init(bytes: Int) {
        ingest = MemoryBudget(name: "ingest", bytesMax: bytes / 10 * 3)
        seriesIndex = MemoryBudget(name: "series index", bytesMax: bytes / 10 * 3)
        queries = MemoryBudget(name: "queries", bytesMax: bytes / 5)
        merges = MemoryBudget(name: "merges", bytesMax: bytes / 10)
        cacheBytesMax = bytes / 10
    }

    /// Rows of a full seal, sorted and encoded beside those that come meanwhile, must fit: so two thirds of the share for unsealed rows,
    /// the rest for bodies.
    func storeConfiguration() -> ColumnStore.Configuration {
        var settings = ColumnStore.Configuration()
        settings.ingestMemory = ingest
        settings.readMemory = queries
        settings.mergeMemory = merges
        settings.unsealedBytesMax = min(settings.unsealedBytesMax, ingest.bytesMax / 3 * 2)
        settings.sealBytes = min(settings.sealBytes, settings.unsealedBytesMax / 4)
        settings.queueBytesMax = min(settings.queueBytesMax, ingest.bytesMax / 4)
        settings.groupBytesMax = min(settings.groupBytesMax, settings.queueBytesMax)
        settings.recordBytesMax = min(settings.recordBytesMax, ingest.bytesMax / 3)
        settings.filterCacheBytes = cacheBytesMax / 4
        settings.indexCacheBytes = cacheBytesMax / 4
        return settings
    }

    func logsConfiguration() -> LogsConfiguration {
        var settings = LogsConfiguration()
        settings.queryHeldBytesMax = min(settings.queryHeldBytesMax, queries.bytesMax / 4)
        settings.memory = queries
        settings.resultBytesMax = min(settings.resultBytesMax, cacheBytesMax / 2)
        return settings
    }

    func metricsConfiguration() -> CloudWatchConfiguration {
        var settings = CloudWatchConfiguration()
        settings.memory = queries
        return settings
    }

    /// An active series takes some 600 bytes with its labels, its place in the index and its newest time.
    func seriesMax(_ wanted: Int) -> Int { min(wanted, seriesIndex.bytesMax / 600) }

    package var budgets: [MemoryBudget] { [ingest, queries, merges] }
}
