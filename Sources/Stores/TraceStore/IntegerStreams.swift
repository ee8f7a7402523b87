import Bytes

// Integers as planes: byte 0 of every value, then byte 1 of every value, and so on, one stream each. The planes of random low bits stay
// as they are, those of slowly changing high bits shrink to little; what is constant takes no stream at all.
//
// In the head: [1 B: 1 differences, 0 values][1 B width: planes], then
//     values:       [varint base]; value = base + planes
//     differences:  [varint first value][zigzag base]; value = value before + base + planes, but for the first

extension StreamWriter {
    mutating func append(integers values: [UInt64]) {
        let direct = Span(values)
        let steps = Self.steps(of: values)
        let differences = Span(steps.map { UInt64(bitPattern: $0) &+ Self.signBit })
        if differences.bits < direct.bits {
            head.append(uint8: 1)
            head.append(uint8: differences.width)
            head.append(varint: values[0])
            head.append(zigzag: Int64(bitPattern: differences.base &- Self.signBit))
            append(planes: steps.map { UInt64(bitPattern: $0) &+ Self.signBit &- differences.base }, width: Int(differences.width))
        } else {
            head.append(uint8: 0)
            head.append(uint8: direct.width)
            head.append(varint: direct.base)
            append(planes: direct.base == 0 ? values : values.map { $0 &- direct.base }, width: Int(direct.width))
        }
    }

    mutating func append(signed values: [Int64]) { append(integers: values.map { UInt64(bitPattern: $0 &<< 1 ^ $0 &>> 63) }) }

    private static let signBit: UInt64 = 1 << 63

    /// What each value is more than the one before; the first, which has none before it, steps as the second.
    private static func steps(of values: [UInt64]) -> [Int64] {
        guard values.count > 1 else { return values.map { _ in 0 } }
        var last = values[0] &- (values[1] &- values[0])
        return values.map { value in
            defer { last = value }
            return Int64(bitPattern: value &- last)
        }
    }

    /// How values lie above their smallest.
    private struct Span {
        var base: UInt64 = 0
        var width: UInt8 = 0
        /// Of all values together.
        var bits = 0

        init(_ values: [UInt64]) {
            guard let least = values.min() else { return }
            base = least
            var all: UInt64 = 0
            for value in values {
                all |= value &- least
                bits += 64 - (value &- least).leadingZeroBitCount
            }
            width = UInt8((64 - all.leadingZeroBitCount + 7) / 8)
        }
    }

    private mutating func append(planes values: [UInt64], width: Int) {
        for plane in 0..<width {
            let shift = UInt64(plane * 8)
            append([UInt8](unsafeUninitializedCapacity: values.count) { bytes, count in
                for index in 0..<values.count { bytes[index] = UInt8(truncatingIfNeeded: values[index] &>> shift) }
                count = values.count
            })
        }
    }
}

/// Where integers lie: what the head says, and the first of their streams.
struct IntegerPlace {
    let isDifferences: Bool
    let width: Int
    let base: UInt64
    /// The first value, of differences.
    let first: UInt64
    let firstStream: Int

    /// - Parameter stream: the next stream's number; moved on.
    init(_ head: inout ByteReader, stream: inout Int) throws(BytesError) {
        isDifferences = try head.uint8() == 1
        width = Int(try head.uint8())
        guard width <= 8 else { throw StreamReader.malformed("an integer of \(width) bytes") }
        first = isDifferences ? try head.varint() : 0
        base = isDifferences ? UInt64(bitPattern: try head.zigzag()) : try head.varint()
        firstStream = stream
        stream += width
    }
}

extension StreamReader {
    /// - Parameter count: of values, as written.
    mutating func integers(_ place: IntegerPlace, count: Int) throws(BytesError) -> [UInt64] {
        var values = [UInt64](repeating: 0, count: count)
        for plane in 0..<place.width {
            let bytes = try stream(place.firstStream + plane)
            guard bytes.count == count else { throw Self.malformed("\(bytes.count) values where there should be \(count)") }
            let shift = UInt64(plane * 8)
            for index in 0..<count { values[index] |= UInt64(bytes[index]) &<< shift }
        }
        if place.isDifferences {
            guard count > 0 else { return values }
            var last = place.first &- values[0] &- place.base
            for index in 0..<count {
                last = last &+ values[index] &+ place.base
                values[index] = last
            }
        } else if place.base != 0 {
            for index in 0..<count { values[index] &+= place.base }
        }
        return values
    }

    mutating func signed(_ place: IntegerPlace, count: Int) throws(BytesError) -> [Int64] {
        try integers(place, count: count).map { Int64(bitPattern: $0 &>> 1) ^ -Int64(bitPattern: $0 & 1) }
    }
}
