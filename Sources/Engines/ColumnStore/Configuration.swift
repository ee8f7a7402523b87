package import Platform
package import SignalModel

extension ColumnStore {
    /// Sizes in bytes of memory or disk, times in nanoseconds. The defaults serve one machine with a few gigabytes of memory;
    /// `checked` holds their relations.
    package struct Configuration: Sendable {
        /// Length to which journal files are pre-written. Two exist at least: the one written to and the next.
        package var journalFileBytes = 64 << 20
        /// Pages of journal files are written whole, with zeros behind the last record: of a page that is written in part, and is not in memory,
        /// the kernel reads the rest first, and everybody waits for that.
        package var journalPageBytes = 4096
        /// What one commit may hold, encoded. A record never spans two journal files.
        package var recordBytesMax = 32 << 20
        /// How much of what waits is written and synced together. More only makes the first of a group wait longer.
        package var groupBytesMax = 4 << 20
        /// What may wait for the committer before commits are refused with `.busy`.
        package var queueBytesMax = 64 << 20
        /// Unsealed rows, with what holding them costs, are sealed above this size …
        package var sealBytes = 64 << 20
        /// … or when the oldest of them is this old.
        package var sealAge: Int64 = 600_000_000_000
        /// … or when so many journal files wait for it besides the one being written, however little is in them: a life that is cut short
        /// leaves a file of its own. Where there are twice as many at a start, they are sealed before the store opens.
        package var journalFilesMax = 4
        /// Commits are refused with `.busy` while more than this is unsealed; also bounds the replay at start.
        package var unsealedBytesMax = 256 << 20
        /// Merges wait for seals while a greater share of that is unsealed.
        package var pressingShare = 0.75
        /// Batch ids remembered for retries.
        package var recentBatchesMax = 65_536
        /// Commits fail with `.noSpace` while fewer bytes are free: merges and the journal need room to work.
        package var freeBytesMin = 256 << 20
        /// Adjacent parts merged at once.
        package var mergePartsMin = 4
        package var mergePartsMax = 16
        /// Decoded bytes of the parts that one merge may take.
        package var mergeBytesMax = 256 << 20
        /// The same two where blocks are carried as they are: then a merge gains little besides fewer files to ask, and costs little.
        package var carriedPartsMin = 8
        package var carriedBytesMax = 1 << 30
        /// What merges write in a second at most; they read about as much.
        package var mergeBytesPerSecond = 64 << 20
        /// A longer file is given back in steps of so many bytes, twenty a second.
        package var removalStepBytes = 16 << 20
        /// Where merges reserve memory for the blocks they read; nil counts nothing.
        package var mergeMemory: MemoryBudget?
        /// A part is rewritten when a greater share of its rows is dead.
        package var deadShareMax = 0.3
        /// How often parts are looked through for dead rows.
        package var retentionPeriod: Int64 = 60_000_000_000
        /// Rest after work that failed, before it is tried again.
        package var retryAfter: Int64 = 10_000_000_000
        /// Blocks that take fewer bytes on disk get no key filter: reading them costs no more than asking one would.
        package var filterBlockBytesMin = 2048
        /// Key filters of keyed scopes that are kept open.
        package var filterCacheBytes = 16 << 20
        /// Indexes of parts that are kept in memory: some 1,500 bytes a block of logs.
        package var indexCacheBytes = 64 << 20
        /// Where rows that are committed hold their memory until they are sealed; nil counts nothing.
        package var ingestMemory: MemoryBudget?
        /// Where reads of blocks reserve their memory; nil counts nothing.
        package var readMemory: MemoryBudget?

        /// Told of rows as they become visible by a commit (not by replay at start), on the committer's thread and before the answer: it
        /// must not wait.
        package var didPublish: @Sendable (TableBatch) -> Void = { _ in }

        /// Asked before dead rows of a partition are dropped; false keeps them for another while (they are being archived).
        package var mayDrop: @Sendable (TableID, PartitionKey) -> Bool = { _, _ in true }

        package init() {}

        /// - Precondition: the relations hold; a server checks what users set before it gets here.
        var checked: Configuration {
            precondition(groupBytesMax > 0 && queueBytesMax >= groupBytesMax, "the queue must hold a group")
            precondition(recordBytesMax < journalFileBytes, "a journal file must hold a record")
            precondition(journalPageBytes > 0, "a page must hold something")
            precondition(recordBytesMax <= 1 << 30, "a record of over 1 GB cannot be compressed at once")
            precondition(sealBytes <= unsealedBytesMax, "sealing must begin before commits are refused")
            precondition(journalFilesMax > 0, "a full journal file must be able to wait for its seal")
            precondition(mergeBytesPerSecond > 0, "a merge must be able to go on")
            precondition(removalStepBytes > 0, "a file that is removed must get shorter")
            precondition(min(mergePartsMin, carriedPartsMin) >= 2, "a merge joins two parts at least")
            precondition(mergePartsMax >= max(mergePartsMin, carriedPartsMin), "a merge may take as many parts as it must")
            return self
        }
    }
}
