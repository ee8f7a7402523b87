// Zstandard (RFC 8878) through libzstd. Level 1 for blocks: on log text as small as level 3 and faster.

import CZstd

package enum Zstd {
    private static let compressors = ContextPool(make: { ZSTD_createCCtx() }, free: { ZSTD_freeCCtx($0) })
    private static let decompressors = ContextPool(make: { ZSTD_createDCtx() }, free: { ZSTD_freeDCtx($0) })

    /// The window an outside stream may ask for, as a power of two: 8 MB, which RFC 8878 asks every reader to support.
    private static let windowLogMax: Int32 = 23

    /// One frame that declares its size.
    package static func compress(_ bytes: UnsafeRawBufferPointer, level: Int32 = 1) -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { target, count in
            let result = compressors.withContext {
                ZSTD_compressCCtx($0, target.baseAddress, bound, bytes.baseAddress, bytes.count, level)
            }
            // With room for the worst case only a lack of memory is left to fail.
            precondition(ZSTD_isError(result) == 0, "cannot compress \(bytes.count) bytes: \(name(result))")
            count = result
        }
    }

    package static func compress(_ bytes: [UInt8], level: Int32 = 1) -> [UInt8] {
        bytes.withUnsafeBytes { compress($0, level: level) }
    }

    /// Fills `target` exactly; for blocks whose size our own header gives.
    package static func decompress(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) throws(BytesError) {
        let result = decompressors.withContext {
            ZSTD_decompressDCtx($0, target.baseAddress, target.count, bytes.baseAddress, bytes.count)
        }
        guard ZSTD_isError(result) == 0 else { throw malformed(name(result)) }
        guard result == target.count else { throw malformed("\(result) bytes where \(target.count) were declared") }
    }

    /// - Parameter count: the size declared beside the bytes; bound it before, it is allocated at once.
    package static func decompress(_ bytes: UnsafeRawBufferPointer, exactly count: Int) throws(BytesError) -> [UInt8] {
        try filled(count) { target throws(BytesError) in try decompress(bytes, into: target) }
    }

    package static func decompress(_ bytes: [UInt8], exactly count: Int) throws(BytesError) -> [UInt8] {
        try bytes.withRawBytes { raw throws(BytesError) in try decompress(raw, exactly: count) }
    }

    /// For outside input, which need not say its size: frames one after the other, `limit` bytes in all.
    package static func decompress(_ bytes: UnsafeRawBufferPointer, atMost limit: Int) throws(BytesError) -> [UInt8] {
        try decompressors.withContext { context throws(BytesError) in
            ZSTD_DCtx_reset(context, ZSTD_reset_session_and_parameters)
            ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, windowLogMax)
            defer { ZSTD_DCtx_reset(context, ZSTD_reset_session_and_parameters) }
            var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
            var left = bytes.isEmpty ? 1 : 0        // what libzstd still expects of the frame; 0 between frames
            var output = BoundedOutput(limit: limit, expected: bytes.count &* 4)
            while input.pos < input.size || left != 0 {
                let before = input.pos
                let written = try output.extend { room throws(BytesError) in
                    var target = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
                    left = ZSTD_decompressStream(context, &target, &input)
                    guard ZSTD_isError(left) == 0 else { throw malformed(name(left)) }
                    return target.pos
                }
                guard written > 0 || input.pos > before || left == 0 else {
                    throw BytesError(code: .truncated, message: "cannot decompress zstd: the stream ends within a frame")
                }
            }
            return output.bytes
        }
    }

    package static func decompress(_ bytes: [UInt8], atMost limit: Int) throws(BytesError) -> [UInt8] {
        try bytes.withRawBytes { raw throws(BytesError) in try decompress(raw, atMost: limit) }
    }

    private static func malformed(_ why: String) -> BytesError {
        BytesError(code: .malformed, message: "cannot decompress zstd: \(why)")
    }

    private static func name(_ result: Int) -> String { String(cString: ZSTD_getErrorName(result)) }
}
