/// How decimal numbers of one column are written, so that a mantissa is enough to write one again, byte for byte.
package struct DecimalForm: Sendable, Hashable {
    package enum Style: UInt8, Sendable {
        /// Always all digits: 12.500
        case fixed = 0
        /// Without zeros at the end, whole numbers without a point: 12.5, 12
        case trimmed = 1
        /// Without zeros at the end, whole numbers with one: 12.5, 12.0
        case pointed = 2
    }

    package static let digitsMax = 15
    private static let powers: [Int64] = (0...digitsMax).map { (0..<$0).reduce(1) { power, _ in power * 10 } }

    /// Behind the point.
    package let digits: Int
    package let style: Style

    /// - Precondition: `digits` is at most `digitsMax`.
    package init(digits: Int, style: Style) {
        precondition((0...Self.digitsMax).contains(digits), "a decimal has at most \(Self.digitsMax) digits behind the point")
        self.digits = digits
        self.style = style
    }

    /// Ten to the power of `digits`.
    package var scale: Int64 { Self.powers[digits] }

    /// Appends the number as it was written.
    package func append(_ mantissa: Int64, to bytes: inout [UInt8]) {
        if mantissa < 0 { bytes.append(UInt8(ascii: "-")) }
        let (whole, fraction) = mantissa.magnitude.quotientAndRemainder(dividingBy: UInt64(scale))
        Self.append(whole, to: &bytes)
        guard digits > 0 else { return }
        if fraction == 0, style != .fixed {
            if style == .pointed { bytes += [UInt8(ascii: "."), UInt8(ascii: "0")] }
            return
        }
        bytes.append(UInt8(ascii: "."))
        var kept = digits
        var rest = fraction
        if style != .fixed {
            while rest % 10 == 0 {
                rest /= 10
                kept -= 1
            }
        }
        let start = bytes.count
        for _ in 0..<kept { bytes.append(UInt8(ascii: "0")) }
        var place = start + kept - 1
        while rest > 0 {
            bytes[place] = UInt8(truncatingIfNeeded: rest % 10) + 48
            rest /= 10
            place -= 1
        }
    }

    package static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        guard number >= 10 else { return bytes.append(UInt8(truncatingIfNeeded: number) + 48) }
        let start = bytes.count
        var rest = number
        while rest > 0 {
            bytes.append(UInt8(truncatingIfNeeded: rest % 10) + 48)
            rest /= 10
        }
        bytes[start...].reverse()
    }
}

/// Decimal numbers with their spelling.
package struct DecimalVector: Sendable, Equatable {
    /// With digits behind the point below 2^53, so that dividing gives the nearest double.
    package var mantissas: [Int64]
    package let form: DecimalForm

    package init(mantissas: [Int64], form: DecimalForm) {
        self.mantissas = mantissas
        self.form = form
    }

    package func number(at row: Int) -> Double {
        form.digits == 0 ? Double(mantissas[row]) : Double(mantissas[row]) / Double(form.scale)
    }

    /// All of them as doubles.
    package var numbers: [Double] {
        guard form.digits > 0 else { return mantissas.map(Double.init) }
        let scale = Double(form.scale)
        return mantissas.map { Double($0) / scale }
    }

    package var texts: BytesVector {
        var bytes: [UInt8] = []
        var ends: [UInt32] = []
        bytes.reserveCapacity(mantissas.count * 8)
        ends.reserveCapacity(mantissas.count)
        for mantissa in mantissas {
            form.append(mantissa, to: &bytes)
            ends.append(UInt32(bytes.count))
        }
        return BytesVector(bytes: bytes, ends: ends)
    }
}

/// Byte strings of which few are different: the value of row `i` is `values[codes[i]]`.
package struct DictionaryVector: Sendable, Equatable {
    package var codes: [UInt16]
    package let values: BytesVector

    /// - Precondition: every code is below `values.count`.
    package init(codes: [UInt16], values: BytesVector) {
        self.codes = codes
        self.values = values
    }

    package var texts: BytesVector { values.gathered(codes.map(Int.init)) }
}
