import Bytes
import SignalModel

/// What a part holds, without its rows. The same for every format.
struct PartIndex: Sendable {
    /// A piece of a block that is one envelope in the file.
    struct Section: Sendable, Equatable {
        private let stored: UInt32
        private let plain: UInt32

        /// - Precondition: neither is more than an envelope can have.
        init(storedBytes: Int, plainBytes: Int) {
            (stored, plain) = (UInt32(storedBytes), UInt32(plainBytes))
        }

        var storedBytes: Int { Int(stored) }
        var plainBytes: Int { Int(plain) }
    }

    struct Block: Sendable {
        let header: BlockHeader
        /// In the layout's own form.
        let summary: ArraySlice<UInt8>
        /// Of the first section's envelope in the file; the others follow without gaps.
        let offset: Int
        /// None is ever empty.
        let sections: Stretch<Section>
        /// The key of its scope was gone when the part was opened: there is no summary, and no way to read it.
        let isKeyGone: Bool

        var storedBytes: Int { sections.reduce(0) { $0 + $1.storedBytes } }
        var plainBytes: Int { sections.reduce(0) { $0 + $1.plainBytes } }

        func with(summary: ArraySlice<UInt8>, isKeyGone: Bool) -> Block {
            Block(header: header, summary: summary, offset: offset, sections: sections, isKeyGone: isKeyGone)
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

    /// What it takes in memory, when it is in one piece.
    var byteCount: Int {
        blocks.reduce(256 + filters.reduce(0) { $0 + 128 + 4 * $1.places.count }) { sum, block in
            sum + MemoryLayout<Block>.stride + block.summary.count + block.sections.count * MemoryLayout<Section>.stride
        }
    }

    /// The same with what differs in length, block by block, in one piece for all: an index may be kept for long, and small pieces by the
    /// thousand hold on to the memory around them.
    var inOnePiece: PartIndex {
        var summaries: [UInt8] = []
        summaries.reserveCapacity(blocks.reduce(0) { $0 + $1.summary.count })
        for block in blocks { summaries.append(contentsOf: block.summary) }
        var sections: [Section] = []
        sections.reserveCapacity(blocks.reduce(0) { $0 + $1.sections.count })
        for block in blocks { sections.append(contentsOf: block.sections) }
        var (summariesEnd, sectionsEnd) = (0, 0)
        let joined = blocks.map { block in
            let summary = summaries[summariesEnd..<(summariesEnd + block.summary.count)]
            let own = sections[sectionsEnd..<(sectionsEnd + block.sections.count)]
            (summariesEnd, sectionsEnd) = (summary.endIndex, own.endIndex)
            return Block(header: block.header, summary: summary, offset: block.offset, sections: Stretch(own), isKeyGone: block.isKeyGone)
        }
        return PartIndex(
            format: format, number: number, table: table, partition: partition, blocks: joined, filters: filters, fileBytes: fileBytes)
    }
}

/// A stretch of an array that others have a part in; counted from 0.
struct Stretch<Element: Sendable>: RandomAccessCollection, Sendable {
    private let slice: ArraySlice<Element>

    init(_ slice: ArraySlice<Element>) { self.slice = slice }

    var startIndex: Int { 0 }
    var endIndex: Int { slice.count }
    subscript(position: Int) -> Element { slice[slice.startIndex + position] }
}
