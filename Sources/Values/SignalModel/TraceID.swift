// How traces and spans are named.

/// 128 bits. X-Ray shows them as `1-{first 8 hex}-{other 24 hex}`, W3C as 32 hex.
package struct TraceID: Hashable, Sendable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Accepts both notations, either case of letters.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        let digits: [UInt8]
        switch bytes.count {
        case 32: digits = bytes
        case 35:
            guard bytes[0] == UInt8(ascii: "1"), bytes[1] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "-") else { return nil }
            digits = Array(bytes[2..<10]) + Array(bytes[11...])
        default: return nil
        }
        guard let high = Self.hex(digits[..<16]), let low = Self.hex(digits[16...]) else { return nil }
        self.init(high: high, low: low)
    }

    /// The first four bytes of an X-Ray id: epoch seconds.
    package var epochSeconds: Int64 { Int64(high >> 32) }

    package var xrayText: String {
        let digits = hexText
        return "1-\(digits.prefix(8))-\(digits.dropFirst(8))"
    }

    package var hexText: String { spanHexText(high) + spanHexText(low) }

    private static func hex(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            guard let nibble = hexNibble(digit) else { return nil }
            value = value << 4 | nibble
        }
        return value
    }
}

private func hexNibble(_ digit: UInt8) -> UInt64? {
    switch digit {
    case 48...57: UInt64(digit - 48)
    case 97...102: UInt64(digit - 87)
    case 65...70: UInt64(digit - 55)
    default: nil
    }
}

/// A span's id as 16 hex digits.
package func spanHexText(_ id: UInt64) -> String {
    let digits = String(id, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

/// Sixteen hex digits, or nil.
package func spanID(_ text: String) -> UInt64? {
    let bytes = Array(text.utf8)
    guard bytes.count == 16 else { return nil }
    var value: UInt64 = 0
    for byte in bytes {
        guard let nibble = hexNibble(byte) else { return nil }
        value = value << 4 | nibble
    }
    return value
}
