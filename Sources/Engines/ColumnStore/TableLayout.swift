package import SignalModel

// What a store tells the engine about one of its tables. Called per block or per batch, never per row.

/// A stretch of a block that is read and opened by itself: a column, or several that are always wanted together.
package struct EncodedSection: Sendable {
    /// What is tried on the section; it is kept only where it gains a sixteenth.
    package enum Compression: Sendable { case none, lz4, zstd }

    package let bytes: [UInt8]
    package let compression: Compression

    package init(_ bytes: [UInt8], compression: Compression = .zstd) {
        self.bytes = bytes
        self.compression = compression
    }
}

/// Rows of one partition and scope, encoded: the engine compresses, seals, checksums and writes them as they are.
package struct EncodedBlock: Sendable {
    /// The layout's own number for how it wrote this block, so that it can change its mind; blocks of parts of version 1 have 0.
    package let form: UInt8
    package let rowCount: Int
    /// Smallest and largest of the table's time column.
    package let times: ClosedRange<Int64>
    /// What a scan needs to skip the block without reading it, in the layout's own form.
    package let summary: [UInt8]
    /// At least one, in an order that puts beside each other what is read together.
    package let sections: [EncodedSection]
    /// Hashes of what a scan may look for in this block (trace ids, tokens), each once, in any order; they need not be well mixed.
    /// Nil: nothing is known, and no look for a key skips the block.
    package let keys: [UInt64]?

    package init(
        form: UInt8 = 0, rowCount: Int, times: ClosedRange<Int64>, summary: [UInt8], sections: [EncodedSection], keys: [UInt64]? = nil
    ) {
        precondition(!sections.isEmpty, "a block has a section at least")
        self.form = form
        self.rowCount = rowCount
        self.times = times
        self.summary = summary
        self.sections = sections
        self.keys = keys
    }

    /// A block of one section.
    package init(rowCount: Int, times: ClosedRange<Int64>, summary: [UInt8], payload: [UInt8]) {
        self.init(rowCount: rowCount, times: times, summary: summary, sections: [EncodedSection(payload)])
    }
}

/// A block as the engine knows it without reading anything.
package struct BlockHeader: Sendable {
    package let scope: BlockScope
    package let partition: PartitionKey
    /// As the layout gave it in `EncodedBlock.form`.
    package let form: UInt8
    package let rowCount: Int
    package let times: ClosedRange<Int64>

    package init(scope: BlockScope, partition: PartitionKey, form: UInt8 = 0, rowCount: Int, times: ClosedRange<Int64>) {
        self.scope = scope
        self.partition = partition
        self.form = form
        self.rowCount = rowCount
        self.times = times
    }
}

/// What a merge makes of a block.
package enum MergedBlock: Sendable {
    /// It goes on as it is, from disk to disk: its sections are checked and not opened, its key filter is copied.
    case carried(TableSnapshot.Block)
    case new(EncodedBlock)
}

/// How a layout merges, which says how large the parts may be that it joins.
package enum MergeManner: Sendable {
    /// Everything is decoded first.
    case atOnce
    /// However many blocks there are, a few are in memory.
    case blockByBlock
    /// As `blockByBlock`, and most of them are carried: a merge costs no more than the copying.
    case carrying
}

package protocol TableLayout: Sendable {
    var table: TableID { get }

    /// Bits of the key filter for each key of a block, 1 to 24: with 10 of them a block that does not hold a key is read for nothing
    /// once in 120 times, with 8 once in 46, with 12 once in 320.
    var bitsPerKey: Int { get }

    /// Sorts and cuts the rows of one partition and scope into blocks.
    /// - Parameter batches: oldest first; of rows that are equal in the sort order the earlier stays first.
    func encode(_ batches: [TableBatch]) throws(StorageError) -> [EncodedBlock]

    /// The rows of a block, all columns, in the block's order.
    /// - Throws: `.corrupt` when the sections do not make sense.
    func decode(_ sections: SectionReader, of header: BlockHeader) throws(StorageError) -> TableBatch

    /// Joins the blocks of one partition and scope. A layout whose blocks are sorted can do it block by block, and so in little memory;
    /// what it does not give, the engine does by decoding everything and encoding it anew.
    ///
    /// - Parameters:
    ///   - runs: the blocks of each part, in the part's order; oldest part first.
    ///   - emit: takes the new blocks in their order; it writes them to disk, so that they need not be kept. A block is carried once at most.
    func merge(
        _ runs: [[TableSnapshot.Block]], emit: (MergedBlock) throws(StorageError) -> Void
    ) throws(StorageError)

    var mergeManner: MergeManner { get }

    /// Rows became visible: by a commit, or by replay of the journal at start. Called on the engine's threads, in order of commit.
    func didPublish(_ batch: TableBatch)

    /// A sealed block was found at start, before any replay.
    /// - Throws: `.corrupt`; the block is then set aside.
    func didFind(_ block: TableSnapshot.Block) throws(StorageError)

    /// True when nobody may see these rows any more (retention, deleted group); a merge then leaves them out, and a part of nothing
    /// else is dropped.
    /// - Parameter now: UTC nanoseconds.
    func isDead(_ header: BlockHeader, now: Int64) -> Bool

    /// The partition that a block's rows belong in now that they are old, as `move` makes them; nil while they stay where they are.
    /// Depends on nothing but the block's partition, its scope and the time, so that all rows of a scope move together.
    func successor(of header: BlockHeader, now: Int64) -> PartitionKey?

    /// Makes of the blocks of one partition and scope those that replace them in the partition after it: in one step, so that every
    /// snapshot sees the rows in one form or the other.
    ///
    /// - Parameters: as of `merge`.
    func move(
        _ runs: [[TableSnapshot.Block]], to partition: PartitionKey, emit: (EncodedBlock) throws(StorageError) -> Void
    ) throws(StorageError)
}

extension TableLayout {
    package var bitsPerKey: Int { 10 }
    package var mergeManner: MergeManner { .atOnce }

    package func successor(of header: BlockHeader, now: Int64) -> PartitionKey? { nil }

    package func move(
        _ runs: [[TableSnapshot.Block]], to partition: PartitionKey, emit: (EncodedBlock) throws(StorageError) -> Void
    ) throws(StorageError) {
        throw StorageError(code: .corrupt, message: "cannot move rows of table \(table.rawValue): they have no other partition")
    }

    package func merge(
        _ runs: [[TableSnapshot.Block]], emit: (MergedBlock) throws(StorageError) -> Void
    ) throws(StorageError) {
        var batches: [TableBatch] = []
        for run in runs {
            for block in run { batches.append(try block.rows()) }
        }
        for block in try encode(batches) { try emit(.new(block)) }
    }
}
