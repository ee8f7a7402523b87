// A file of the console as it lies in the binary. The list itself, `PackedAssets`, is written at build by Scripts/pack-console.

/// One file: its name below `/ui/_/<version>/` and a gzip member (RFC 1952) in base64 (RFC 4648, padded, no line breaks).
struct PackedFile: Sendable {
    let name: String
    /// A literal, so that the compiler keeps half a megabyte as data and not as an array to build.
    let member: StaticString

    /// The gzip member.
    /// - Complexity: O(size); about a millisecond for the whole console in a release build.
    func gzipped() -> [UInt8] {
        member.withUTF8Buffer { text in
            let padding = text.reversed().prefix(2).count { $0 == UInt8(ascii: "=") }
            var bytes = [UInt8]()
            bytes.reserveCapacity(text.count / 4 * 3)
            for start in stride(from: 0, to: text.count - 3, by: 4) {
                var word: UInt32 = 0
                for index in start..<start + 4 { word = word << 6 | UInt32(Self.value(of: text[index])) }
                bytes.append(UInt8(truncatingIfNeeded: word >> 16))
                bytes.append(UInt8(truncatingIfNeeded: word >> 8))
                bytes.append(UInt8(truncatingIfNeeded: word))
            }
            bytes.removeLast(padding)
            return bytes
        }
    }

    private static func value(of digit: UInt8) -> UInt8 {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: 0
        }
    }
}
