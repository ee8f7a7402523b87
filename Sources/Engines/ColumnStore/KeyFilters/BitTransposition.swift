/// Turns filters, one after the other, into the rows of a matrix, bit after bit without gaps; and some of them back.
///
/// Both go by squares of eight rows and eight columns, each a word, and write to memory that nothing else looks at meanwhile.
enum BitTransposition {
    /// - Parameters:
    ///   - columns: filter after filter, `rows` bits each, the lowest of each word first.
    ///   - rows: a multiple of 64.
    /// - Returns: `rows × count` bits, the lowest of each byte first.
    static func rows(_ columns: [UInt64], count: Int, rows: Int) -> [UInt8] {
        precondition(columns.count == rows / 64 * count, "\(count) filters of \(rows) bits")
        let groups = (count + 7) / 8
        let stride = rows / 8
        return [UInt8](unsafeUninitializedCapacity: stride * count) { target, filled in
            columns.withUnsafeBytes { columns in
                withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 8 * groups) { tile in
                    let source = columns.baseAddress!.assumingMemoryBound(to: UInt8.self)
                    for eighth in 0..<stride {
                        for group in 0..<groups {
                            var square: UInt64 = 0
                            for column in 0..<min(8, count &- 8 &* group) {
                                square |= UInt64(source[(8 &* group &+ column) &* stride &+ eighth]) &<< UInt64(8 &* column)
                            }
                            square = transposed(square)
                            for row in 0..<8 { tile[row &* groups &+ group] = UInt8(truncatingIfNeeded: square &>> UInt64(8 &* row)) }
                        }
                        pack(tile, groups: groups, bits: count, into: target.baseAddress! + eighth &* count)
                    }
                }
            }
            filled = stride * count
        }
    }

    /// Some columns of rows, the other way round.
    /// - Parameters:
    ///   - rows: of `count` bits each, a multiple of eight of them, from row `first` on.
    ///   - columns: those wanted.
    ///   - target: a place for each wanted column's bytes, `stride` bytes apart; `stride` is the matrix's rows / 8.
    static func append(
        _ rows: UnsafeRawBufferPointer, from first: Int, of count: Int, columns: Range<Int>, to target: UnsafeMutableBufferPointer<UInt8>,
        stride: Int
    ) {
        let eighths = rows.count / count
        precondition(first % 8 == 0 && first / 8 + eighths <= stride, "rows come by eights, and no more than there are")
        precondition(target.count == columns.count * stride && columns.upperBound <= count, "a place for each column")
        for eighth in 0..<eighths {
            for group in 0..<(columns.count + 7) / 8 {
                let wanted = min(8, columns.count &- 8 &* group)
                var start = eighth &* 8 &* count &+ columns.lowerBound &+ 8 &* group
                var square: UInt64 = 0
                for row in 0..<8 {
                    square |= ColumnBits.word(rows, start: start, bits: 8) &<< UInt64(8 &* row)
                    start &+= count
                }
                square = transposed(square)
                for column in 0..<wanted {
                    target[(8 &* group &+ column) &* stride &+ first / 8 &+ eighth] = UInt8(truncatingIfNeeded: square &>> UInt64(8 &* column))
                }
            }
        }
    }

    /// An 8×8 matrix of bits turned over its diagonal (Warren, "Hacker's Delight", 7-3).
    @inline(__always)
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
    @inline(__always)
    private static func pack(_ tile: UnsafeMutableBufferPointer<UInt8>, groups: Int, bits: Int, into target: UnsafeMutablePointer<UInt8>) {
        var gathered: UInt32 = 0
        var gatheredBits = 0
        var place = 0
        for row in 0..<8 {
            for group in 0..<groups {
                gathered |= UInt32(tile[row &* groups &+ group]) &<< UInt32(gatheredBits)
                gatheredBits &+= min(8, bits &- group &* 8)
                guard gatheredBits >= 8 else { continue }
                target[place] = UInt8(truncatingIfNeeded: gathered)
                place &+= 1
                gathered &>>= 8
                gatheredBits &-= 8
            }
        }
    }
}
