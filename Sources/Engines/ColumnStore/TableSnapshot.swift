package import SignalModel

/// What one scan sees of a table, fixed at the moment it was taken: sealed blocks and the batches not yet sealed. Files of parts that
/// are merged away meanwhile stay until the last snapshot that holds them is gone.
package struct TableSnapshot: Sendable {
    /// A sealed block: its header in memory, its rows on disk.
    package struct Block: Sendable {
        package let header: BlockHeader
        private let load: @Sendable () throws(StorageError) -> TableBatch

        package init(header: BlockHeader, load: @escaping @Sendable () throws(StorageError) -> TableBatch) {
            self.header = header
            self.load = load
        }

        /// Reads, checks, opens and decodes the block; blocks the calling thread.
        package func rows() throws(StorageError) -> TableBatch { try load() }
    }

    /// In the order in which their rows were committed (oldest part first); within a part in the layout's order.
    package let blocks: [Block]
    /// Newer than every block, in order of commit.
    package let batches: [TableBatch]

    package init(blocks: [Block], batches: [TableBatch]) {
        self.blocks = blocks
        self.batches = batches
    }
}
