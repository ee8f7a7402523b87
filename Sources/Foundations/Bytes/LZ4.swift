// LZ4 blocks (lz4_Block_format.md) through liblz4: less small than zstd, several times faster. For the journal.

import CLz4

package enum LZ4 {
    /// The format's own limit for one block.
    package static let inputBytesMax = 0x7E00_0000

    /// Looks less closely for repeats than it could (1): a thousand lines of JSON take as many bytes (78.7 KB of 283 KB), in two thirds of
    /// the time (2.6 instead of 1.8 GB/s); from 16 on they grow.
    private static let acceleration: Int32 = 6

    package static func compress(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        precondition(bytes.count <= inputBytesMax, "an LZ4 block holds at most \(inputBytesMax) bytes, not \(bytes.count)")
        let bound = LZ4_compressBound(Int32(bytes.count))
        return [UInt8](unsafeUninitializedCapacity: Int(bound)) { target, count in
            let source = bytes.bindMemory(to: CChar.self)
            // An empty buffer may have no address; LZ4 wants one even then.
            let result = target.withMemoryRebound(to: CChar.self) { target in
                LZ4_compress_fast(
                    source.baseAddress ?? UnsafePointer(target.baseAddress), target.baseAddress, Int32(bytes.count), bound, acceleration)
            }
            precondition(result > 0, "LZ4 failed with room for the worst case")
            count = Int(result)
        }
    }

    package static func compress(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { compress($0) } }

    /// Fills `target` exactly: a block does not hold its size, it is declared beside it.
    package static func decompress(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) throws(BytesError) {
        guard bytes.count <= Int(Int32.max), target.count <= inputBytesMax else { throw tooLarge(target.count) }
        guard !target.isEmpty else {
            // The one block of nothing is a zero token; LZ4 would want an address for the target.
            guard bytes.count == 1, bytes[0] == 0 else { throw malformed("bytes in an empty block") }
            return
        }
        let result = LZ4_decompress_safe(
            bytes.bindMemory(to: CChar.self).baseAddress, target.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count),
            Int32(target.count))
        guard result >= 0 else { throw malformed("the block is damaged, or larger than the \(target.count) bytes declared") }
        guard result == target.count else { throw malformed("\(result) bytes where \(target.count) were declared") }
    }

    /// - Parameter count: the size declared beside the bytes; bound it before, it is allocated at once.
    package static func decompress(_ bytes: UnsafeRawBufferPointer, exactly count: Int) throws(BytesError) -> [UInt8] {
        guard count <= inputBytesMax else { throw tooLarge(count) }
        return try filled(count) { target throws(BytesError) in try decompress(bytes, into: target) }
    }

    package static func decompress(_ bytes: [UInt8], exactly count: Int) throws(BytesError) -> [UInt8] {
        try bytes.withRawBytes { raw throws(BytesError) in try decompress(raw, exactly: count) }
    }

    private static func tooLarge(_ count: Int) -> BytesError {
        BytesError(code: .tooLarge, message: "cannot decompress lz4: \(count) bytes in one block")
    }

    private static func malformed(_ why: String) -> BytesError {
        BytesError(code: .malformed, message: "cannot decompress lz4: \(why)")
    }
}
