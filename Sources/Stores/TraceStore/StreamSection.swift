import Bytes
import ColumnStore
import SignalModel

// A section of a span block: a head of small numbers, then streams of bytes, each compressed by itself. What has different statistics
// stands in different streams (zstd has one table a frame), and a reader unpacks only those that it wants.
//
//     [varint streams] then each [varint plain bytes × 2 + 1 when compressed][when compressed: varint stored bytes]
//     then the streams' bytes; the first stream is the head

/// Puts a section together.
///
///     var section = StreamWriter()
///     section.head.append(varint: UInt64(rows))
///     section.append(integers: starts)
///     sections.append(section.finished())
struct StreamWriter {
    /// Fewer bytes than this are not worth a frame.
    private static let compressedBytesMin = 32

    var head = ByteWriter()
    private var directory = ByteWriter()
    private var body: [UInt8] = []
    private(set) var count = 0

    /// - Parameter isRandom: nothing is tried on it.
    mutating func append(_ bytes: [UInt8], isRandom: Bool = false) {
        count += 1
        Self.append(bytes, isRandom: isRandom, to: &directory, &body)
    }

    private static func append(_ bytes: [UInt8], isRandom: Bool, to directory: inout ByteWriter, _ body: inout [UInt8]) {
        if !isRandom, bytes.count >= compressedBytesMin {
            let packed = Zstd.compress(bytes)
            if packed.count < bytes.count - bytes.count / 32 {
                directory.append(varint: UInt64(bytes.count) << 1 | 1)
                directory.append(varint: UInt64(packed.count))
                body += packed
                return
            }
        }
        directory.append(varint: UInt64(bytes.count) << 1)
        body += bytes
    }

    /// The engine need not compress it again.
    consuming func finished() -> EncodedSection {
        var section = ByteWriter(capacity: body.count + directory.count + head.count + 16)
        section.append(varint: UInt64(count) + 1)
        var headBody: [UInt8] = []
        Self.append(head.bytes, isRandom: false, to: &section, &headBody)
        section.append(bytes: directory.bytes)
        section.append(bytes: headBody)
        section.append(bytes: body)
        return EncodedSection(section.bytes, compression: .none)
    }
}

/// Reads a section: first its head, in order, then the streams that are wanted, by number.
struct StreamReader {
    /// What one stream may unpack to: a block's texts are cut far below.
    private static let plainBytesMax = 256 << 20

    private struct Stream {
        let range: Range<Int>
        let plainBytes: Int
        let isCompressed: Bool
    }

    private let section: [UInt8]
    private let streams: [Stream]
    /// Unpacked bytes of everything that was read so far.
    private(set) var bytesRead = 0

    init(_ section: [UInt8]) throws(BytesError) {
        self.section = section
        streams = try ByteReader.reading(section) { reader throws(BytesError) in
            var sizes: [(plain: Int, stored: Int, isCompressed: Bool)] = []
            for _ in 0..<(try reader.count()) {
                let tag = try reader.varint()
                guard tag >> 1 <= UInt64(Self.plainBytesMax) else { throw Self.malformed("a stream is too long") }
                let isCompressed = tag & 1 == 1
                let stored = isCompressed ? try reader.count() : Int(tag >> 1)
                sizes.append((Int(tag >> 1), stored, isCompressed))
            }
            var streams: [Stream] = []
            for size in sizes {
                let start = reader.offset
                try reader.skip(size.stored)
                streams.append(Stream(range: start..<reader.offset, plainBytes: size.plain, isCompressed: size.isCompressed))
            }
            try reader.expectEnd()
            return streams
        }
    }

    var count: Int { streams.count - 1 }

    mutating func head() throws(BytesError) -> [UInt8] { try bytes(ofStream: 0) }

    /// - Parameter number: from 0, in the order in which they were appended.
    mutating func stream(_ number: Int) throws(BytesError) -> [UInt8] { try bytes(ofStream: number + 1) }

    private mutating func bytes(ofStream place: Int) throws(BytesError) -> [UInt8] {
        guard streams.indices.contains(place) else { throw Self.malformed("there is no stream \(place)") }
        let stream = streams[place]
        bytesRead += stream.plainBytes
        guard stream.isCompressed else { return Array(section[stream.range]) }
        return try section.withRawBytes { raw throws(BytesError) in
            try Zstd.decompress(UnsafeRawBufferPointer(rebasing: raw[stream.range]), exactly: stream.plainBytes)
        }
    }

    static func malformed(_ why: String) -> BytesError { BytesError(code: .malformed, message: "cannot read spans: \(why)") }
}
