// gzip (RFC 1952) and zlib (RFC 1950) through zlib, for request and answer bodies.

import CZlib

package enum Gzip {
    /// One gzip member. Level 1 is fastest, 9 smallest.
    package static func compress(_ bytes: UnsafeRawBufferPointer, level: Int32 = 6) -> [UInt8] {
        var stream = z_stream()
        precondition(gw_deflate_init(&stream, level) == Z_OK, "cannot compress \(bytes.count) bytes: out of memory")
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(bytes.count)))
        return [UInt8](unsafeUninitializedCapacity: bound) { target, count in
            var input = Input(bytes)
            var status = Z_OK
            while status == Z_OK {
                input.feed(&stream)
                let room = min(bound - count, Int(UInt32.max))
                stream.next_out = target.baseAddress! + count
                stream.avail_out = UInt32(room)
                status = deflate(&stream, input.isFed ? Z_FINISH : Z_NO_FLUSH)
                count += room - Int(stream.avail_out)
                input.took(stream)
            }
            precondition(status == Z_STREAM_END, "deflate failed with room for the worst case")
        }
    }

    package static func compress(_ bytes: [UInt8], level: Int32 = 6) -> [UInt8] {
        bytes.withUnsafeBytes { compress($0, level: level) }
    }

    /// Reads gzip (one member or several, one after the other) or zlib, whichever the first bytes say.
    /// - Throws: `.tooLarge` beyond `limit` bytes, `.truncated` when the end is missing, `.malformed` for anything else, a wrong
    ///   check sum or bytes after the end too.
    package static func decompress(_ bytes: UnsafeRawBufferPointer, atMost limit: Int) throws(BytesError) -> [UInt8] {
        var stream = z_stream()
        precondition(gw_inflate_init(&stream) == Z_OK, "cannot decompress \(bytes.count) bytes: out of memory")
        defer { inflateEnd(&stream) }
        var input = Input(bytes)
        var output = BoundedOutput(limit: limit, expected: bytes.count &* 4)
        while true {
            input.feed(&stream)
            var status = Z_OK
            _ = try output.extend { room throws(BytesError) in
                let count = min(room.count, Int(UInt32.max))
                stream.next_out = room.bindMemory(to: UInt8.self).baseAddress
                stream.avail_out = UInt32(count)
                status = inflate(&stream, Z_NO_FLUSH)
                return count - Int(stream.avail_out)
            }
            input.took(stream)
            switch status {
            case Z_OK: continue
            case Z_STREAM_END where input.isUsedUp: return output.bytes
            case Z_STREAM_END where input.isGzip: inflateReset(&stream)     // another member
            case Z_STREAM_END: throw malformed("bytes after the end")
            case Z_BUF_ERROR where input.isUsedUp:
                throw BytesError(code: .truncated, message: "cannot decompress gzip: the stream has no end")
            default: throw malformed(stream.msg.map { String(cString: $0) } ?? "status \(status)")
            }
        }
    }

    package static func decompress(_ bytes: [UInt8], atMost limit: Int) throws(BytesError) -> [UInt8] {
        try bytes.withRawBytes { raw throws(BytesError) in try decompress(raw, atMost: limit) }
    }

    private static func malformed(_ why: String) -> BytesError {
        BytesError(code: .malformed, message: "cannot decompress gzip: \(why)")
    }

    /// Hands the input over in pieces that zlib's 32-bit counts can hold.
    private struct Input {
        private let bytes: UnsafeMutableRawBufferPointer
        private var offset = 0
        private var fed = 0

        init(_ bytes: UnsafeRawBufferPointer) { self.bytes = UnsafeMutableRawBufferPointer(mutating: bytes) }   // zlib only reads it

        var isUsedUp: Bool { offset == bytes.count }
        /// The piece in work is the last one.
        var isFed: Bool { offset + fed == bytes.count }
        var isGzip: Bool { bytes.first == 0x1f }

        mutating func feed(_ stream: inout z_stream) {
            fed = min(bytes.count - offset, 1 << 30)
            stream.next_in = bytes.baseAddress.map { ($0 + offset).assumingMemoryBound(to: UInt8.self) }
            stream.avail_in = UInt32(fed)
        }

        mutating func took(_ stream: z_stream) { offset += fed - Int(stream.avail_in) }
    }
}
