// Runs of doubles, every bit kept. Most values that people measure are decimal numbers of a few digits: as whole numbers with one
// exponent for all they pack far better than as binary fractions.
//
//     [1 B form]                       then by form:
//     0…18 decimal: the exponent       [varint exceptions], each [varint place - previous place][8 B bits]; then `PackedIntegers`: mantissas
//     255  bits                        [8 × `PackedBytes`]: byte k of every pattern, each xor the one before it
//
// A decimal value is mantissa ÷ 10^exponent, which is exact wherever the mantissa has up to 53 bits, as IEEE division rounds correctly.
// The place of an exception (not a number, infinite, -0, a binary fraction) has the mantissa before it.

package enum PackedDoubles {
    private static let exponentMax = 18
    private static let bitsForm: UInt8 = 255
    private static let mantissaMax = 9_007_199_254_740_992.0  // 2^53
    private static let powers: [Double] = (0...exponentMax).map { place in (0..<place).reduce(1) { power, _ in power * 10 } }

    package static func append(_ values: UnsafeBufferPointer<Double>, to writer: inout ByteWriter) {
        guard !values.isEmpty else { return }
        guard let exponent = exponent(for: values) else { return appendBits(values, to: &writer) }
        writer.append(uint8: UInt8(exponent))
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: values.count) { mantissas in
            var exceptions: [Int] = []
            var last: Int64?
            for (place, value) in values.enumerated() {
                let mantissa = mantissa(of: value, exponent)
                if mantissa == nil { exceptions.append(place) }
                last = mantissa ?? last
                mantissas[place] = last ?? 0
            }
            // Exceptions at the start take what follows them.
            if let first = exceptions.first, first == 0, let known = values.indices.first(where: { mantissa(of: values[$0], exponent) != nil }) {
                for place in 0..<known { mantissas[place] = mantissas[known] }
            }
            writer.append(varint: UInt64(exceptions.count))
            var before = 0
            for place in exceptions {
                writer.append(varint: UInt64(place - before))
                writer.append(double: values[place])
                before = place
            }
            PackedIntegers.append(UnsafeBufferPointer(mantissas), to: &writer)
        }
    }

    /// Fills `target` exactly.
    package static func read(_ reader: inout ByteReader, into target: UnsafeMutableBufferPointer<Double>) throws(BytesError) {
        guard !target.isEmpty else { return }
        let form = try reader.uint8()
        guard form != bitsForm else { return try readBits(&reader, into: target) }
        guard form <= exponentMax else { throw BytesError(code: .malformed, message: "cannot read packed doubles: unknown form \(form)") }
        var exceptions = reader
        let count = try reader.count(ofAtLeast: 9)
        for _ in 0..<count {
            _ = try reader.varint()
            try reader.skip(8)
        }
        // A double's place holds its mantissa until it is divided.
        try target.withMemoryRebound(to: Int64.self) { mantissas in
            Result { () throws(BytesError) in try PackedIntegers.read(&reader, into: mantissas) }
        }.get()
        divide(target, by: powers[Int(form)])
        _ = try exceptions.varint()
        var place = 0
        for _ in 0..<count {
            let step = try exceptions.varint()
            guard step < UInt64(target.count - place) else { throw BytesError(code: .malformed, message: "cannot read packed doubles: an exception lies outside") }
            place += Int(step)
            target[place] = try exceptions.double()
        }
    }

    private static func divide(_ target: UnsafeMutableBufferPointer<Double>, by power: Double) {
        if power == 1 {
            for index in target.indices { target[index] = Double(Int64(bitPattern: target[index].bitPattern)) }
        } else {
            for index in target.indices { target[index] = Double(Int64(bitPattern: target[index].bitPattern)) / power }
        }
    }

    // MARK: decimals

    /// The smallest exponent with which all values but one in sixteen are whole; nil when there is none.
    private static func exponent(for values: UnsafeBufferPointer<Double>) -> Int? {
        let allowed = values.count / 16
        return withUnsafeTemporaryAllocation(of: Int.self, capacity: exponentMax + 1) { counts in
            counts.initialize(repeating: 0)
            var others = 0
            for value in values {
                if let exponent = smallestExponent(value) {
                    counts[exponent] += 1
                } else {
                    others += 1
                    // Stale marks may be many at the end of a run; other oddities are not waited for.
                    if others > allowed + 1 { return nil }
                }
            }
            guard others <= allowed || others < values.count && values.count < 16 else { return nil }
            var above = others
            for exponent in stride(from: exponentMax, through: 1, by: -1) {
                above += counts[exponent]
                if above > allowed { return exponent }
            }
            return 0
        }
    }

    private static func smallestExponent(_ value: Double) -> Int? {
        guard value.isFinite else { return nil }
        for exponent in 0...exponentMax where mantissa(of: value, exponent) != nil { return exponent }
        return nil
    }

    @inline(__always) private static func mantissa(of value: Double, _ exponent: Int) -> Int64? {
        if exponent == 0 {
            // Whole numbers beyond 2^53 are exact too.
            guard let whole = Int64(exactly: value), whole != 0 || value.sign == .plus else { return nil }
            return whole
        }
        let scaled = (value * powers[exponent]).rounded()
        if scaled == 0, value.sign == .minus { return nil }
        guard scaled.magnitude <= mantissaMax, (scaled / powers[exponent]).bitPattern == value.bitPattern else { return nil }
        return Int64(scaled)
    }

    // MARK: bits

    private static func appendBits(_ values: UnsafeBufferPointer<Double>, to writer: inout ByteWriter) {
        writer.append(uint8: bitsForm)
        withUnsafeTemporaryAllocation(byteCount: values.count, alignment: 1) { bytes in
            for plane in 0..<8 {
                var last: UInt64 = 0
                for (place, value) in values.enumerated() {
                    bytes[place] = UInt8(truncatingIfNeeded: (value.bitPattern ^ last) &>> UInt64(plane * 8))
                    last = value.bitPattern
                }
                PackedBytes.append(UnsafeRawBufferPointer(bytes), to: &writer)
            }
        }
    }

    private static func readBits(_ reader: inout ByteReader, into target: UnsafeMutableBufferPointer<Double>) throws(BytesError) {
        target.update(repeating: 0)
        for plane in 0..<8 {
            let bytes = try PackedBytes.read(&reader, count: target.count)
            for place in target.indices {
                target[place] = Double(bitPattern: target[place].bitPattern | UInt64(bytes[place]) &<< UInt64(plane * 8))
            }
        }
        var last: UInt64 = 0
        for place in target.indices {
            last ^= target[place].bitPattern
            target[place] = Double(bitPattern: last)
        }
    }
}
