import Bytes
import SignalModel

/// The list of parts that count, and how far the journal is sealed: the one truth a store starts from. Layout in
/// `Documentation/Formats/manifest.md`.
struct Manifest: Equatable, Sendable {
    struct Entry: Equatable, Sendable {
        let number: UInt64
        /// The part's place among those of its partition.
        let order: UInt64
        let table: TableID
        let partition: PartitionKey
        /// Places of blocks that failed their checks, ascending.
        var damaged: [UInt32]
    }

    private static let magic: UInt64 = 0x3130_494E_414D_5747  // "GWMANI01"
    /// Parts and remembered ids of any sane store fit into a fraction of this.
    static let bytesMax = 256 << 20

    /// Grows with every change.
    var generation: UInt64 = 0
    /// Of the journal's checksums; made once, with the store.
    var salt: UInt64
    /// No part had this number yet, nor any above it.
    var nextPart: UInt64 = 1
    /// Every journal record up to here lies in the parts.
    var sealedThrough: UInt64 = 0
    /// By number.
    var parts: [Entry] = []
    /// The last committed ids among the sealed ones, oldest first.
    var recent: [BatchID] = []

    init(salt: UInt64) { self.salt = salt }

    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 64 + 48 * parts.count + 16 * recent.count)
        writer.append(uint64: Self.magic)
        writer.append(uint64: generation)
        writer.append(uint64: salt)
        writer.append(uint64: nextPart)
        writer.append(uint64: sealedThrough)
        writer.append(varint: UInt64(parts.count))
        for part in parts { Self.append(part, to: &writer) }
        writer.append(varint: UInt64(recent.count))
        for id in recent {
            writer.append(uint64: id.high)
            writer.append(uint64: id.low)
        }
        writer.append(uint64: Checksum.xxh3(writer.bytes))
        return writer.bytes
    }

    private static func append(_ part: Entry, to writer: inout ByteWriter) {
        writer.append(uint64: part.number)
        writer.append(uint64: part.order)
        writer.append(uint8: part.table.rawValue)
        writer.append(part.partition)
        writer.append(varint: UInt64(part.damaged.count))
        for block in part.damaged { writer.append(uint32: block) }
    }

    /// - Throws: `.corrupt`.
    init(decoding bytes: [UInt8]) throws(StorageError) {
        guard bytes.count >= 8 else { throw .corrupt("manifest", "\(bytes.count) bytes are too few") }
        let body = Array(bytes.dropLast(8))
        let checksum = try decoding("manifest", Array(bytes.suffix(8))) { reader throws(BytesError) in try reader.uint64() }
        guard checksum == Checksum.xxh3(body) else { throw .corrupt("manifest", "checksum differs") }
        self = try decoding("manifest", body) { reader throws(BytesError) in try Manifest(&reader) }
    }

    private init(_ reader: inout ByteReader) throws(BytesError) {
        guard try reader.uint64() == Self.magic else {
            throw BytesError(code: .malformed, message: "cannot read manifest: not one, or of another version")
        }
        generation = try reader.uint64()
        salt = try reader.uint64()
        nextPart = try reader.uint64()
        sealedThrough = try reader.uint64()
        for _ in 0..<(try reader.count(ofAtLeast: 25)) { parts.append(try Self.entry(&reader)) }
        for _ in 0..<(try reader.count(ofAtLeast: 16)) { recent.append(BatchID(high: try reader.uint64(), low: try reader.uint64())) }
        try reader.expectEnd()
        let numbers = parts.map(\.number)
        guard zip(numbers, numbers.dropFirst()).allSatisfy(<), numbers.last ?? 0 < nextPart, sealedThrough < UInt64(Int64.max) else {
            throw BytesError(code: .malformed, message: "cannot read manifest: its parts are out of order")
        }
    }

    private static func entry(_ reader: inout ByteReader) throws(BytesError) -> Entry {
        let number = try reader.uint64()
        let order = try reader.uint64()
        let table = try reader.table()
        let partition = try reader.partition()
        var damaged: [UInt32] = []
        for _ in 0..<(try reader.count(ofAtLeast: 4)) { damaged.append(try reader.uint32()) }
        return Entry(number: number, order: order, table: table, partition: partition, damaged: damaged)
    }
}
