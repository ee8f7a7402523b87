package import Platform
package import SignalModel

/// What one scan sees of a table, fixed at the moment it was taken: sealed blocks and the batches not yet sealed; every row once.
/// Files of parts that are merged away meanwhile stay until the last snapshot that holds them is gone.
package struct TableSnapshot: Sendable {
    /// A sealed block: its header in memory, all else on disk.
    package struct Block: Sendable {
        package let header: BlockHeader
        let part: Part
        let place: Int
        /// Where its reads reserve their memory.
        let memory: MemoryBudget?

        init(header: BlockHeader, part: Part, place: Int, memory: MemoryBudget?) {
            self.header = header
            self.part = part
            self.place = place
            self.memory = memory
        }

        /// Reads, checks, opens and decodes the whole block; blocks the calling thread.
        /// - Throws: `.corrupt` when it is damaged: it is then set aside, and the next snapshot leaves it out; `.keyGone` when its
        ///   key was destroyed; `.budget` when there is no memory for it.
        package func rows() throws(StorageError) -> TableBatch { try part.rows(ofBlock: place, memory: memory) }

        /// As `rows()`, but reads only the sections that `decode` asks for; the columns that it leaves out are `.absent`.
        package func rows(decode: (SectionReader) throws(StorageError) -> TableBatch) throws(StorageError) -> TableBatch {
            try part.rows(ofBlock: place, memory: memory, readsAll: false, decode: decode)
        }

        /// True when both are the same block of the same part.
        package func isSame(as other: Block) -> Bool { part === other.part && place == other.place }

        /// What its layout noted when it wrote the block. `TableSnapshot.forEachSummary` asks for those of many.
        /// - Throws: `.corrupt`, `.inputOutput`; `.keyGone`.
        package func summary() throws(StorageError) -> ArraySlice<UInt8> { try TableSnapshot.summary(ofBlock: place, try part.index()) }

        /// One section's bytes as the layout wrote them. Their memory is the caller's to account for.
        package func section(_ index: Int) throws(StorageError) -> [UInt8] { try sections([index])[0] }

        /// Several sections' bytes; those that lie beside each other are read at once.
        package func sections(_ wanted: [Int]) throws(StorageError) -> [[UInt8]] {
            try part.sections(wanted, ofBlock: place, memory: memory)
        }
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

    /// The blocks among `blocks` that may fulfil a condition on their keys, in the same order, found without reading any of their
    /// data. Blocks without a key filter stay. Blocks the calling thread for a few small reads a part.
    ///
    ///     let blocks = try TableSnapshot.blocks(snapshot.blocks, thatMayHold: .all([.key(hash("error")), .key(hash("timeout"))]))
    ///
    /// - Throws: `.inputOutput`; `.corrupt` when a part's index cannot be read any more. A damaged filter is reported, and excludes nothing.
    package static func blocks(_ blocks: [Block], thatMayHold condition: KeyCondition) throws(StorageError) -> [Block] {
        var kept: [Block] = []
        var start = 0
        while start < blocks.count {
            var end = start + 1
            while end < blocks.count, blocks[end].part === blocks[start].part { end += 1 }
            let isKept = try blocks[start].part.places(blocks[start..<end].lazy.map(\.place), thatMayHold: condition)
            for block in blocks[start..<end] where isKept[block.place] { kept.append(block) }
            start = end
        }
        return kept
    }

    /// Calls `body` with each block's summary, in order. Where a part's index is not in memory, it is read. One index is held at a time, however
    /// many parts there are; a summary that `body` keeps holds on to its part's.
    /// - Throws: as `Block.summary()`; what `body` throws.
    package static func forEachSummary(
        of blocks: [Block], _ body: (Block, ArraySlice<UInt8>) throws(StorageError) -> Void
    ) throws(StorageError) {
        var last: (part: Part, index: PartIndex)?
        for block in blocks {
            if last?.part !== block.part { last = (block.part, try block.part.index()) }
            try body(block, try summary(ofBlock: block.place, last!.index))
        }
    }

    private static func summary(ofBlock place: Int, _ index: PartIndex) throws(StorageError) -> ArraySlice<UInt8> {
        guard !index.blocks[place].isKeyGone else {
            throw StorageError(code: .keyGone, message: "cannot read block \(place) of part \(index.number): its key was destroyed")
        }
        return index.blocks[place].summary
    }
}
