import Bytes
import SignalModel

/// What a part holds, without its rows: kept in memory while the part is open. The same for every format.
struct PartIndex: Sendable {
    /// A piece of a block that is one envelope in the file.
    struct Section: Sendable, Equatable {
        let storedBytes: Int
        let plainBytes: Int
    }

    struct Block: Sendable {
        let header: BlockHeader
        /// Of the first section's envelope in the file; the others follow without gaps.
        let offset: Int
        /// None is ever empty.
        let sections: [Section]
        /// The key of its scope was gone when the part was opened: there is no summary, and no way to read it.
        let isKeyGone: Bool

        var storedBytes: Int { sections.reduce(0) { $0 + $1.storedBytes } }
        var plainBytes: Int { sections.reduce(0) { $0 + $1.plainBytes } }

        func with(summary: [UInt8], isKeyGone: Bool) -> Block {
            let header = BlockHeader(
                scope: header.scope, partition: header.partition, form: header.form, rowCount: header.rowCount, times: header.times,
                summary: summary)
            return Block(header: header, offset: offset, sections: sections, isKeyGone: isKeyGone)
        }
    }

    let format: any PartFormat.Type
    let number: UInt64
    let table: TableID
    let partition: PartitionKey
    let blocks: [Block]
    /// Each block stands in one of them at most.
    let filters: [KeyMatrix]
    /// Of the whole file.
    let fileBytes: Int
}
