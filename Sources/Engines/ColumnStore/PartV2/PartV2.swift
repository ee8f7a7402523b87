import Bytes
import SignalModel

/// The format of parts that is written: one file, runs of blocks of one scope, each followed by the key filters of its blocks, and the
/// index after them. Byte by byte in `Documentation/Formats/part.md`:
///
///     [head] then runs: [envelope of a section]… [key matrix]…   then [envelope of the index] [trailer]
///
/// It becomes read-only when a `PartV3` comes.
enum PartV2: PartFormat {
    static let magics = PartFrame.Magics(head: 0x3230_5452_4150_5747, trailer: 0x3230_444E_4550_5747)  // "GWPART02", "GWPEND02"

    enum Piece {
        case section(Int), summary, filter

        fileprivate var number: UInt8 {
            switch self {
            case .section: 0
            case .summary: 1
            case .filter: 2
            }
        }
    }

    static func additional(section: Int, part: UInt64, block: Int, table: TableID, scope: BlockScope) -> [UInt8] {
        additional(.section(section), part: part, block: block, table: table, scope: scope)
    }

    /// What a sealed piece of a part is bound to: it opens nowhere else.
    /// - Parameter block: of a filter the first that it speaks of.
    static func additional(_ piece: Piece, part: UInt64, block: Int, table: TableID, scope: BlockScope) -> [UInt8] {
        var writer = ByteWriter(capacity: 64)
        writer.append(bytes: "part2".utf8)
        writer.append(uint8: piece.number)
        writer.append(uint64: part)
        writer.append(uint32: UInt32(block))
        if case .section(let section) = piece { writer.append(uint32: UInt32(section)) } else { writer.append(uint32: 0) }
        writer.append(uint8: table.rawValue)
        writer.append(scope)
        return writer.bytes
    }
}
