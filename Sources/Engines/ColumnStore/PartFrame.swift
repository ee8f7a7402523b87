import Bytes
import Platform
import SignalModel

/// What is around the blocks of a part in every version. Byte by byte in `Documentation/Formats/part.md`:
///
///     [8 B head magic][8 B number] … [envelope of the index] [trailer: 40 B]
///     trailer: [8 B index offset][8 B index bytes][8 B number][8 B checksum of these][8 B trailer magic]
struct PartFrame {
    struct Magics: Equatable, Sendable {
        let head: UInt64
        let trailer: UInt64
    }

    static let headBytes = 16
    static let trailerBytes = 40
    /// An index of more would hold a hundred times as many blocks as a part may.
    private static let indexBytesMax = 256 << 20

    let format: any PartFormat.Type
    /// Opened.
    let index: [UInt8]
    let blocksEnd: Int
    let fileBytes: Int

    /// - Throws: `.corrupt`; `.inputOutput`.
    init(of number: UInt64, file: any File) throws(StorageError) {
        fileBytes = try onDisk { () throws(FileError) in try file.size() }
        guard fileBytes >= Self.headBytes + Self.trailerBytes else {
            throw .corrupt("part \(number)", "\(fileBytes) bytes are too few")
        }
        let head = try file.part(number, at: 0, count: Self.headBytes)
        format = try decoding("part \(number)", head) { reader throws(BytesError) in
            let magic = try reader.uint64()
            guard let format = PartFormats.all.first(where: { $0.magics.head == magic }), try reader.uint64() == number else {
                throw .malformedPart("its head is another's")
            }
            return format
        }
        let indexEnd = fileBytes - Self.trailerBytes
        let trailer = try file.part(number, at: indexEnd, count: Self.trailerBytes)
        let magic = format.magics.trailer
        let place = try decoding("part \(number)", trailer) { reader throws(BytesError) in
            try Self.indexPlace(&reader, trailer, part: number, magic: magic, indexEnd: indexEnd)
        }
        blocksEnd = place.lowerBound
        index = try decoding("index of part \(number)", try file.part(number, at: place.lowerBound, count: place.count)) {
            reader throws(BytesError) in
            let envelope = try Envelope(&reader)
            try reader.expectEnd()
            return try envelope.opened(key: nil, additional: [])
        }
    }

    private static func indexPlace(
        _ reader: inout ByteReader, _ trailer: [UInt8], part: UInt64, magic: UInt64, indexEnd: Int
    ) throws(BytesError) -> Range<Int> {
        let offset = try reader.uint64()
        let bytes = try reader.uint64()
        let number = try reader.uint64()
        guard try reader.uint64() == Checksum.xxh3(Array(trailer[..<24])), try reader.uint64() == magic, number == part else {
            throw .malformedPart("its trailer is damaged or another's")
        }
        guard bytes <= indexBytesMax, offset >= headBytes, offset <= UInt64(indexEnd), offset + bytes == indexEnd else {
            throw .malformedPart("its index lies elsewhere")
        }
        return Int(offset)..<indexEnd
    }

    static func head(_ magics: Magics, number: UInt64) -> [UInt8] {
        var writer = ByteWriter(capacity: headBytes)
        writer.append(uint64: magics.head)
        writer.append(uint64: number)
        return writer.bytes
    }

    static func trailer(_ magics: Magics, number: UInt64, indexOffset: Int, indexBytes: Int) -> [UInt8] {
        var writer = ByteWriter(capacity: trailerBytes)
        writer.append(uint64: UInt64(indexOffset))
        writer.append(uint64: UInt64(indexBytes))
        writer.append(uint64: number)
        writer.append(uint64: Checksum.xxh3(writer.bytes))
        writer.append(uint64: magics.trailer)
        return writer.bytes
    }
}

extension File {
    /// Bytes of a part that must be there.
    /// - Throws: `.corrupt` when the file is shorter.
    func part(_ number: UInt64, at offset: Int, count: Int) throws(StorageError) -> [UInt8] {
        let bytes = try onDisk { () throws(FileError) in try self.bytes(at: offset, count: count) }
        guard bytes.count == count else { throw .corrupt("part \(number)", "it ends at byte \(offset + bytes.count)") }
        return bytes
    }
}
