// Snappy blocks (google/snappy format_description.txt) through libsnappy: what Prometheus remote write and read are packed in.

import CSnappy

package enum Snappy {
    /// - Parameter limit: a block that declares more than this many bytes is refused before anything is allocated for it.
    /// - Throws: `.tooLarge`, `.malformed`.
    package static func decompress(_ bytes: UnsafeRawBufferPointer, atMost limit: Int) throws(BytesError) -> [UInt8] {
        let count = try declaredCount(bytes)
        guard count <= limit else {
            throw BytesError(code: .tooLarge, message: "cannot decompress snappy: \(count) bytes where \(limit) are allowed")
        }
        return try filled(count) { target throws(BytesError) in
            var written = count
            let status = snappy_uncompress(
                bytes.bindMemory(to: CChar.self).baseAddress, bytes.count, target.bindMemory(to: CChar.self).baseAddress, &written)
            guard status == SNAPPY_OK else { throw malformed("the block is damaged") }
            guard written == count else { throw malformed("\(written) bytes where \(count) were declared") }
        }
    }

    package static func decompress(_ bytes: [UInt8], atMost limit: Int) throws(BytesError) -> [UInt8] {
        try bytes.withRawBytes { raw throws(BytesError) in try decompress(raw, atMost: limit) }
    }

    package static func compress(_ bytes: [UInt8]) -> [UInt8] {
        let bound = snappy_max_compressed_length(bytes.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { target, count in
            var written = bound
            let status = bytes.withUnsafeBytes { source in
                target.withMemoryRebound(to: CChar.self) { target in
                    // An empty array may have no address; snappy wants one even then.
                    snappy_compress(
                        source.bindMemory(to: CChar.self).baseAddress ?? UnsafePointer(target.baseAddress), bytes.count,
                        target.baseAddress, &written)
                }
            }
            precondition(status == SNAPPY_OK, "snappy failed with room for the worst case")
            count = written
        }
    }

    /// How long the block says it is when unpacked; nothing else of it is checked.
    package static func declaredCount(_ bytes: UnsafeRawBufferPointer) throws(BytesError) -> Int {
        var count = 0
        guard let start = bytes.bindMemory(to: CChar.self).baseAddress,
            snappy_uncompressed_length(start, bytes.count, &count) == SNAPPY_OK
        else { throw malformed("it does not begin with a length") }
        return count
    }

    private static func malformed(_ why: String) -> BytesError {
        BytesError(code: .malformed, message: "cannot decompress snappy: \(why)")
    }
}
