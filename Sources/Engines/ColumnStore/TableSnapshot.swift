package import SignalModel

/// What one scan sees of a table, fixed at the moment it was taken: sealed blocks and the batches not yet sealed; every row once.
/// Files of parts that are merged away meanwhile stay until the last snapshot that holds them is gone.
package struct TableSnapshot: Sendable {
    /// A sealed block: its header in memory, its rows on disk.
    package struct Block: Sendable {
        package let header: BlockHeader
        private let source: any BlockSource
        private let index: Int

        init(header: BlockHeader, source: any BlockSource, index: Int) {
            self.header = header
            self.source = source
            self.index = index
        }

        /// A block whose rows come from elsewhere than a part, for tests of who reads them.
        package init(header: BlockHeader, load: @escaping @Sendable () throws(StorageError) -> TableBatch) {
            self.init(header: header, source: LoadedBlock(load: load), index: 0)
        }

        /// Reads, checks, opens and decodes the block; blocks the calling thread.
        /// - Throws: `.corrupt` when it is damaged: it is then set aside, and the next snapshot leaves it out; `.keyGone` when its
        ///   key was destroyed; `.budget` when there is no memory for it.
        package func rows() throws(StorageError) -> TableBatch { try source.rows(ofBlock: index) }
    }

    /// Within a partition in the order in which their rows were committed (oldest part first); within a part in the layout's order.
    package let blocks: [Block]
    /// Newer than every block of their partition; within a partition in order of commit.
    package let batches: BatchList

    package init(blocks: [Block], batches: BatchList) {
        self.blocks = blocks
        self.batches = batches
    }

    package init(blocks: [Block], batches: [TableBatch]) { self.init(blocks: blocks, batches: BatchList(batches)) }
}

/// Where a sealed block's rows are read from.
protocol BlockSource: Sendable {
    func rows(ofBlock index: Int) throws(StorageError) -> TableBatch
}

private struct LoadedBlock: BlockSource {
    let load: @Sendable () throws(StorageError) -> TableBatch

    func rows(ofBlock index: Int) throws(StorageError) -> TableBatch { try load() }
}
