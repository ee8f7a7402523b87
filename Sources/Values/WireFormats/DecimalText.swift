// Numbers as decimal text, the same in JSON and XML.

enum DecimalText {
    static func append(_ value: Int64, to out: inout [UInt8]) {
        var magnitude = value.magnitude
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var first = 20
            repeat {
                first -= 1
                digits[first] = UInt8(ascii: "0") + UInt8(magnitude % 10)
                magnitude /= 10
            } while magnitude > 0
            if value < 0 { out.append(UInt8(ascii: "-")) }
            out.append(contentsOf: digits[first..<20])
        }
    }

    /// The shortest digits that read back as the same value, always with a point or an exponent: `80.0`, `1e-07`.
    /// - Precondition: `value` is finite; the formats spell the others differently.
    static func append(_ value: Double, to out: inout [UInt8]) {
        precondition(value.isFinite, "only finite numbers have decimal digits")
        var text = value.description
        text.withUTF8 { out.append(contentsOf: $0) }
    }

    /// Epoch seconds with as many digits of the fraction as there are: `1795161600`, `1795161600.5`.
    static func appendSeconds(nanoseconds: Int64, to out: inout [UInt8]) {
        if nanoseconds < 0 { out.append(UInt8(ascii: "-")) }
        let (seconds, fraction) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        append(Int64(seconds), to: &out)
        guard fraction > 0 else { return }
        out.append(UInt8(ascii: "."))
        var (rest, scale) = (fraction, UInt64(100_000_000))
        while rest > 0 {
            out.append(UInt8(ascii: "0") + UInt8(rest / scale))
            rest %= scale
            scale /= 10
        }
    }

    /// Digits, sign, point and exponent only: no hexadecimal, no words, no spaces.
    static func double(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        let isDecimal = text.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"),
                UInt8(ascii: "E"):
                true
            default: false
            }
        }
        guard isDecimal, text.count <= 400 else { return nil }
        return Double(String(decoding: text, as: UTF8.self))
    }
}
