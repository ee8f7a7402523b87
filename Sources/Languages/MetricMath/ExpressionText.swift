/// The text of an expression as bytes, with places for messages. The three languages read it byte by byte: all that means something in
/// them is ASCII.
struct ExpressionText {
    let bytes: [UInt8]
    private let isASCII: Bool

    init(_ text: String) {
        bytes = Array(text.utf8)
        isASCII = bytes.allSatisfy { $0 < 0x80 }
    }

    var count: Int { bytes.count }

    /// Of the character at a byte; the first is 1.
    func position(of place: Int) -> Int { (isASCII ? place : bytes.prefix(place).count { $0 & 0xc0 != 0x80 }) + 1 }

    /// The whole character at a byte.
    func character(at place: Int) -> String {
        let length = max(1, (~bytes[place]).leadingZeroBitCount)
        return String(decoding: bytes[place...].prefix(length), as: UTF8.self)
    }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// From `place` on, as long as the bytes pass.
    func run(from place: Int, while test: (UInt8) -> Bool) -> Range<Int> {
        var end = place
        while end < bytes.count, test(bytes[end]) { end += 1 }
        return place..<end
    }
}

extension UInt8 {
    var isSpace: Bool { self == 32 || (9...13).contains(self) }
    var isDigit: Bool { self &- 48 < 10 }
    var isLetter: Bool { (self | 0x20) &- 97 < 26 }
    var isUppercase: Bool { self &- 65 < 26 }
    /// A letter, a digit or `_`.
    var isNameCharacter: Bool { isLetter || isDigit || self == UInt8(ascii: "_") }
}
