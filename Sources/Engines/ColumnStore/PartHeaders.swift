import SignalModel

/// The headers of a part's blocks as they stay in memory for as long as the part is open: some thirty bytes a block, so that data of any size
/// leave room for work. What else the index says is read when it is asked for (`Part.index()`).
struct PartHeaders: Sendable {
    private struct Entry {
        let first: Int64
        let last: Int64
        /// In `scopes`.
        let scope: UInt32
        let rowCount: UInt32
        let form: UInt8
        let isKeyGone: Bool
    }

    private let partition: PartitionKey
    private let scopes: [BlockScope]
    private let entries: [Entry]

    init(_ index: PartIndex) {
        partition = index.partition
        var scopes: [BlockScope] = []
        entries = index.blocks.map { block in
            // Blocks of one scope follow each other.
            if scopes.last != block.header.scope { scopes.append(block.header.scope) }
            return Entry(
                first: block.header.times.lowerBound, last: block.header.times.upperBound, scope: UInt32(scopes.count - 1),
                rowCount: UInt32(block.header.rowCount), form: block.header.form, isKeyGone: block.isKeyGone)
        }
        self.scopes = scopes
    }

    var indices: Range<Int> { entries.indices }

    subscript(place: Int) -> BlockHeader {
        let entry = entries[place]
        return BlockHeader(
            scope: scopes[Int(entry.scope)], partition: partition, form: entry.form, rowCount: Int(entry.rowCount),
            times: entry.first...entry.last)
    }

    /// The key of its scope was gone when the part was opened.
    func isKeyGone(_ place: Int) -> Bool { entries[place].isKeyGone }
}
