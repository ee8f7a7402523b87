/// Numbers as the query languages read and show them.
package enum NumberText {
    private static let lengthMax = 64       // no decimal number worth comparing is longer

    /// The number that `text` spells in decimal (sign, fraction, exponent), or nil. No spaces, no hex, no "inf" or "nan".
    package static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        guard let first = text.first, text.count <= lengthMax else { return nil }
        guard first &- 48 < 10 || first == 45 || first == 43 || first == 46 else { return nil }
        if text.count <= 15, let whole = wholeNumber(text) { return Double(whole) }
        guard text.allSatisfy({ $0 &- 48 < 10 || $0 == 45 || $0 == 43 || $0 == 46 || $0 | 0x20 == 101 }) else { return nil }
        return Double(Substring(decoding: text, as: UTF8.self))
    }

    package static func parse(_ text: some StringProtocol) -> Double? {
        var text = String(text)
        return text.withUTF8 { parse($0) }
    }

    /// Whole numbers without a fraction ("3", not "3.0"), others in the shortest form that reads back the same.
    package static func format(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : "\(value)"
    }

    private static func wholeNumber(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        var value: Int64 = 0
        for byte in text {
            let digit = byte &- 48
            guard digit < 10 else { return nil }
            value = value &* 10 &+ Int64(digit)
        }
        return value
    }
}
