/// Turns filters, one after the other, into the rows of a matrix, bit after bit without gaps.
enum BitTransposition {
    /// - Parameter columns: each of `rows` bits, a multiple of 64, the lowest of each word first.
    /// - Returns: `rows × columns.count` bits, the lowest of each byte first.
    static func rows(_ columns: [[UInt64]], rows: Int) -> [UInt8] {
        let count = columns.count
        let stride = (count + 7) / 8
        return [UInt8](unsafeUninitializedCapacity: rows / 8 * count) { target, filled in
            // Eight rows at a time: each eight columns give eight bytes, one for each row.
            var tile = [UInt8](repeating: 0, count: 8 * stride)
            for eighth in 0..<(rows / 8) {
                for group in 0..<stride {
                    let block = transposed(bytes(eighth, columns, from: group * 8))
                    for row in 0..<8 { tile[row * stride + group] = UInt8(truncatingIfNeeded: block >> UInt64(8 * row)) }
                }
                pack(tile, stride: stride, bits: count, into: target, at: eighth * count)
            }
            filled = rows / 8 * count
        }
    }

    /// The byte at `place` of up to eight columns, the first in the lowest.
    private static func bytes(_ place: Int, _ columns: [[UInt64]], from first: Int) -> UInt64 {
        var result: UInt64 = 0
        for index in 0..<min(8, columns.count - first) {
            result |= (columns[first + index][place >> 3] >> UInt64(8 * (place & 7)) & 0xFF) << UInt64(8 * index)
        }
        return result
    }

    /// An 8×8 matrix of bits turned over its diagonal (Warren, "Hacker's Delight", 7-3).
    private static func transposed(_ matrix: UInt64) -> UInt64 {
        var bits = matrix
        var change = (bits ^ (bits >> 7)) & 0x00AA_00AA_00AA_00AA
        bits ^= change ^ (change << 7)
        change = (bits ^ (bits >> 14)) & 0x0000_CCCC_0000_CCCC
        bits ^= change ^ (change << 14)
        change = (bits ^ (bits >> 28)) & 0x0000_0000_F0F0_F0F0
        return bits ^ change ^ (change << 28)
    }

    /// Eight rows of `bits` bits each: `bits` bytes in all.
    private static func pack(_ tile: [UInt8], stride: Int, bits: Int, into target: UnsafeMutableBufferPointer<UInt8>, at offset: Int) {
        var gathered: UInt32 = 0
        var gatheredBits = 0
        var place = offset
        for row in 0..<8 {
            for group in 0..<stride {
                gathered |= UInt32(tile[row * stride + group]) << UInt32(gatheredBits)
                gatheredBits += min(8, bits - group * 8)
                guard gatheredBits >= 8 else { continue }
                target[place] = UInt8(truncatingIfNeeded: gathered)
                place += 1
                gathered >>= 8
                gatheredBits -= 8
            }
        }
    }
}
