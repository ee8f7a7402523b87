import Bytes
import Platform
import SignalModel

/// The first format of parts: one file, blocks first, their index after them. Byte by byte in `Documentation/Formats/part.md`:
///
///     [8 B "GWPART01"][8 B number] [envelope of a block]… [envelope of the index] [trailer: 40 B]
///     trailer: [8 B index offset][8 B index bytes][8 B number][8 B checksum of these][8 B "GWPEND01"]
///
/// It becomes read-only when a `PartV2` comes.
enum PartV1 {
    static let headBytes = 16
    static let trailerBytes = 40
    static let headMagic: UInt64 = 0x3130_5452_4150_5747  // "GWPART01"
    static let trailerMagic: UInt64 = 0x3130_444E_4550_5747  // "GWPEND01"
    /// An index of more would hold a hundred times as many blocks as a part may.
    private static let indexBytesMax = 256 << 20

    /// What a sealed piece of a part is bound to: it opens nowhere else.
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

    enum Piece: UInt8 { case payload = 0, summary = 1 }

    /// - Throws: `.corrupt`; `.keyGone`; `.inputOutput`.
    static func payload(
        of block: PartIndex.Block, at place: Int, in index: PartIndex, file: any File, cipher: Cipher
    ) throws(StorageError) -> [UInt8] {
        let key = try cipher.key(block.header.scope.key)
        let bytes = try read(file, at: block.offset, count: block.storedBytes, part: index.number)
        let bound =
            key == nil
            ? [] : additional(.payload, part: index.number, block: place, table: index.table, scope: block.header.scope)
        return try decoding("block \(place) of part \(index.number)", bytes) { reader throws(BytesError) in
            let envelope = try Envelope(&reader)
            try reader.expectEnd()
            guard envelope.plainBytes == block.plainBytes else {
                throw BytesError(code: .malformed, message: "cannot open envelope: its length is not the index's")
            }
            return try envelope.opened(key: key, additional: bound)
        }
    }

    /// Reads the index of a part, a second time when the first fails its checks.
    static func index(of number: UInt64, file: any File, cipher: Cipher) throws(StorageError) -> PartIndex {
        do throws(StorageError) {
            return try indexOnce(of: number, file: file, cipher: cipher)
        } catch {
            guard error.code == .corrupt else { throw error }
            return try indexOnce(of: number, file: file, cipher: cipher)
        }
    }

    private static func indexOnce(of number: UInt64, file: any File, cipher: Cipher) throws(StorageError) -> PartIndex {
        let size = try onDisk { () throws(FileError) in try file.size() }
        guard size >= headBytes + trailerBytes else { throw .corrupt("part \(number)", "\(size) bytes are too few") }
        let head = try read(file, at: 0, count: headBytes, part: number)
        let trailer = try read(file, at: size - trailerBytes, count: trailerBytes, part: number)
        let place = try decoding("part \(number)", trailer) { reader throws(BytesError) in
            try indexPlace(&reader, trailer, part: number, indexEnd: size - trailerBytes)
        }
        try decoding("part \(number)", head) { reader throws(BytesError) in
            guard try reader.uint64() == headMagic, try reader.uint64() == number else { throw malformed("its head is another's") }
        }
        let stored = try read(file, at: place.lowerBound, count: place.count, part: number)
        let plain = try decoding("index of part \(number)", stored) { reader throws(BytesError) in
            let envelope = try Envelope(&reader)
            try reader.expectEnd()
            return try envelope.opened(key: nil, additional: [])
        }
        return try PartIndexCoding.decode(plain, number: number, blocksEnd: place.lowerBound, fileBytes: size, cipher: cipher)
    }

    private static func indexPlace(
        _ reader: inout ByteReader, _ trailer: [UInt8], part: UInt64, indexEnd: Int
    ) throws(BytesError) -> Range<Int> {
        let offset = try reader.uint64()
        let bytes = try reader.uint64()
        let number = try reader.uint64()
        guard try reader.uint64() == Checksum.xxh3(Array(trailer[..<24])), try reader.uint64() == trailerMagic, number == part else {
            throw malformed("its trailer is damaged or another's")
        }
        guard bytes <= indexBytesMax, offset >= headBytes, offset <= UInt64(indexEnd), offset + bytes == indexEnd else {
            throw malformed("its index lies elsewhere")
        }
        return Int(offset)..<indexEnd
    }

    private static func malformed(_ why: String) -> BytesError {
        BytesError(code: .malformed, message: "cannot read part: \(why)")
    }

    private static func read(_ file: any File, at offset: Int, count: Int, part: UInt64) throws(StorageError) -> [UInt8] {
        let bytes = try onDisk { () throws(FileError) in try file.bytes(at: offset, count: count) }
        guard bytes.count == count else { throw .corrupt("part \(part)", "it ends at byte \(offset + bytes.count)") }
        return bytes
    }
}
