import Bytes
import SignalModel

/// The first format of parts, which is only read any more: blocks of one section each, no filters. Byte by byte in
/// `Documentation/Formats/part-v1.md`.
enum PartV1: PartFormat {
    static let magics = PartFrame.Magics(head: 0x3130_5452_4150_5747, trailer: 0x3130_444E_4550_5747)  // "GWPART01", "GWPEND01"

    enum Piece: UInt8 { case payload = 0, summary = 1 }

    static func additional(section: Int, part: UInt64, block: Int, table: TableID, scope: BlockScope) -> [UInt8] {
        additional(.payload, part: part, block: block, table: table, scope: scope)
    }

    static func additional(_ piece: Piece, part: UInt64, block: Int, table: TableID, scope: BlockScope) -> [UInt8] {
        var writer = ByteWriter(capacity: 64)
        writer.append(bytes: "part".utf8)
        writer.append(uint8: piece.rawValue)
        writer.append(uint64: part)
        writer.append(uint32: UInt32(block))
        writer.append(uint8: table.rawValue)
        writer.append(scope)
        return writer.bytes
    }
}
