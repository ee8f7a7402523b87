import Bytes

/// Integers of one column as bytes that compress well: each less the smallest, or less the one before, in as few bytes as the largest
/// needs, all lowest bytes first, then all second ones.
///
///     [varint count][1 B form: 0 less the smallest, 1 less the one before][1 B width 0…8][zigzag base][width × count bytes]
///
/// With form 1 the base is the first value, and differences are zigzagged; its own is 0.
enum PackedIntegers {
    static func append(_ values: [Int64], to writer: inout ByteWriter) {
        writer.append(varint: UInt64(values.count))
        guard let first = values.first else { return }
        let (smallest, levelBits, levelWidest) = levels(values)
        let (deltaBits, deltaWidest) = deltas(values)
        let usesDeltas = deltaBits < levelBits
        writer.append(uint8: usesDeltas ? 1 : 0)
        let width = bytes(of: usesDeltas ? deltaWidest : levelWidest)
        writer.append(uint8: UInt8(width))
        writer.append(zigzag: usesDeltas ? first : smallest)
        var words = [UInt64](repeating: 0, count: values.count)
        if usesDeltas {
            var last = first
            for index in values.indices {
                words[index] = zigzagged(values[index] &- last)
                last = values[index]
            }
        } else {
            for index in values.indices { words[index] = UInt64(bitPattern: values[index] &- smallest) }
        }
        append(planes: width, of: words, to: &writer)
    }

    /// Bits that all values take above the smallest.
    private static func levels(_ values: [Int64]) -> (smallest: Int64, bits: Int, widest: UInt64) {
        var (smallest, largest) = (Int64.max, Int64.min)
        for value in values {
            smallest = min(smallest, value)
            largest = max(largest, value)
        }
        let widest = UInt64(bitPattern: largest &- smallest)
        return (smallest, values.count * (64 - widest.leadingZeroBitCount), widest)
    }

    private static func deltas(_ values: [Int64]) -> (bits: Int, widest: UInt64) {
        var last = values[0]
        var (bits, widest) = (0, UInt64(0))
        for value in values {
            let word = zigzagged(value &- last)
            bits &+= 64 - word.leadingZeroBitCount
            widest = max(widest, word)
            last = value
        }
        return (bits, widest)
    }

    private static func zigzagged(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value &<< 1) ^ (value &>> 63)) }

    private static func bytes(of widest: UInt64) -> Int { (64 - widest.leadingZeroBitCount + 7) / 8 }

    private static func append(planes width: Int, of words: [UInt64], to writer: inout ByteWriter) {
        let count = words.count
        guard width > 0 else { return }
        let planes = [UInt8](unsafeUninitializedCapacity: width * count) { target, filled in
            words.withUnsafeBufferPointer { words in
                for plane in 0..<width {
                    let shift = UInt64(plane * 8)
                    let out = target.baseAddress! + plane * count
                    for index in 0..<count { out[index] = UInt8(truncatingIfNeeded: words[index] &>> shift) }
                }
            }
            filled = width * count
        }
        writer.append(bytes: planes)
    }

    /// - Parameter countMax: more values are malformed.
    static func read(_ reader: inout ByteReader, countMax: Int) throws(BytesError) -> [Int64] {
        let count = Int(truncatingIfNeeded: try reader.varint())
        guard count >= 0, count <= countMax else { throw BytesError(code: .malformed, message: "cannot read integers: \(count) of them") }
        guard count > 0 else { return [] }
        let form = try reader.uint8()
        let width = Int(try reader.uint8())
        guard form < 2, width <= 8 else { throw BytesError(code: .malformed, message: "cannot read integers: unknown form or width") }
        let base = try reader.zigzag()
        let planes = try reader.bytes(width * count)
        var values = [Int64](repeating: 0, count: count)
        values.withUnsafeMutableBufferPointer { values in
            for plane in 0..<width {
                let shift = Int64(plane * 8)
                let bytes = UnsafeRawBufferPointer(rebasing: planes[plane * count..<(plane + 1) * count])
                for index in 0..<count { values[index] |= Int64(bytes[index]) &<< shift }
            }
            if form == 0 {
                for index in 0..<count { values[index] = values[index] &+ base }
            } else {
                var last = base
                for index in 0..<count {
                    let word = UInt64(bitPattern: values[index])
                    last = last &+ (Int64(bitPattern: word &>> 1) ^ -Int64(bitPattern: word & 1))
                    values[index] = last
                }
            }
        }
        return values
    }
}
