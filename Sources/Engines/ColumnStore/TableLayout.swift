package import SignalModel

// What a store tells the engine about one of its tables. Called per block or per batch, never per row.

/// Rows of one partition and scope, encoded: the engine compresses, seals, checksums and writes them as they are.
package struct EncodedBlock: Sendable {
    package let rowCount: Int
    /// Smallest and largest of the table's time column.
    package let times: ClosedRange<Int64>
    /// What a scan needs to skip the block without reading it, in the layout's own form; kept in memory while the part is open.
    package let summary: [UInt8]
    package let payload: [UInt8]

    package init(rowCount: Int, times: ClosedRange<Int64>, summary: [UInt8], payload: [UInt8]) {
        self.rowCount = rowCount
        self.times = times
        self.summary = summary
        self.payload = payload
    }
}

/// A block as the engine knows it without reading its payload.
package struct BlockHeader: Sendable {
    package let scope: BlockScope
    package let partition: PartitionKey
    package let rowCount: Int
    package let times: ClosedRange<Int64>
    package let summary: [UInt8]

    package init(scope: BlockScope, partition: PartitionKey, rowCount: Int, times: ClosedRange<Int64>, summary: [UInt8]) {
        self.scope = scope
        self.partition = partition
        self.rowCount = rowCount
        self.times = times
        self.summary = summary
    }
}

package protocol TableLayout: Sendable {
    var table: TableID { get }

    /// Sorts and cuts the rows of one partition and scope into blocks. Serves sealing and merging alike.
    /// - Parameter batches: oldest first; of rows that are equal in the sort order the earlier stays first.
    func encode(_ batches: [TableBatch]) throws(StorageError) -> [EncodedBlock]

    /// The rows of a block, in the block's order.
    /// - Throws: `.corrupt` when the payload does not make sense.
    func decode(_ payload: [UInt8], of header: BlockHeader) throws(StorageError) -> TableBatch

    /// Rows became visible: by a commit, or by replay of the journal at start. Called on the engine's threads, in order of commit.
    func didPublish(_ batch: TableBatch)

    /// A sealed block was found at start, before any replay.
    /// - Throws: `.corrupt`; the part is then set aside.
    func didFind(_ header: BlockHeader, read: () throws(StorageError) -> TableBatch) throws(StorageError)

    /// True when nobody may see these rows any more (retention, deleted group); a merge then leaves them out, and a part of nothing
    /// else is dropped.
    /// - Parameter now: UTC nanoseconds.
    func isDead(_ header: BlockHeader, now: Int64) -> Bool
}
