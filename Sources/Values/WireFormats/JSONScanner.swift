// Finds values in JSON text where it lies, without building anything.

/// Walks one JSON text front to back. Log messages are read this way and not by `WireDocument`: of a message only a few values are
/// wanted, numbers must keep their digits, and the text may end in something that is not JSON.
///
/// The grammar is checked as RFC 8259 has it; UTF-8 inside strings is not. After a nil the scanner is of no further use.
/// The pointer is borrowed: a scanner lives no longer than the closure that gave it.
package struct JSONScanner {
    /// Containers inside containers; text that goes deeper counts as malformed. Bounds the call depth.
    package static let depthMax = 64

    package enum Kind: Sendable {
        case null, `true`, `false`, number, array, object
        /// The range lies inside the quotes.
        case string(hasEscapes: Bool)
    }

    package struct Value: Sendable {
        package let kind: Kind
        package let range: Range<Int>
    }

    package let text: UnsafeBufferPointer<UInt8>
    package var position: Int

    package init(_ text: UnsafeBufferPointer<UInt8>, at position: Int = 0) {
        self.text = text
        self.position = position
    }

    /// The next byte that is not white space; nil at the end.
    package mutating func peek() -> UInt8? {
        while position < text.count {
            switch text[position] {
            case 0x20, 0x09, 0x0a, 0x0d: position += 1
            case let byte: return byte
            }
        }
        return nil
    }

    /// Moves past `byte` if it comes next.
    package mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    /// The next value and where it lies; the position is then behind it.
    package mutating func value(depth: Int = 0) -> Value? {
        guard let first = peek() else { return nil }
        let start = position
        switch first {
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "{"):
            guard members(depth: depth, { scanner, _ in scanner.value(depth: depth + 1) != nil }) else { return nil }
            return Value(kind: .object, range: start..<position)
        case UInt8(ascii: "["):
            guard elements(depth: depth, { scanner, _ in scanner.value(depth: depth + 1) != nil }) else { return nil }
            return Value(kind: .array, range: start..<position)
        case UInt8(ascii: "n"): return word("null", .null)
        case UInt8(ascii: "t"): return word("true", .true)
        case UInt8(ascii: "f"): return word("false", .false)
        default: return number()
        }
    }

    /// Walks the object that comes next.
    /// - Parameter body: takes the member's value with the scanner it is given; false ends the walk.
    /// - Returns: false when the text is malformed or `body` said so.
    package mutating func members(depth: Int, _ body: (inout JSONScanner, _ key: Value) -> Bool) -> Bool {
        guard depth < Self.depthMax, take(UInt8(ascii: "{")) else { return false }
        if take(UInt8(ascii: "}")) { return true }
        repeat {
            guard peek() == UInt8(ascii: "\""), let key = string(), take(UInt8(ascii: ":")), body(&self, key) else { return false }
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}"))
    }

    /// Walks the array that comes next, as `members` does an object.
    package mutating func elements(depth: Int, _ body: (inout JSONScanner, _ index: Int) -> Bool) -> Bool {
        guard depth < Self.depthMax, take(UInt8(ascii: "[")) else { return false }
        if take(UInt8(ascii: "]")) { return true }
        var index = 0
        repeat {
            guard body(&self, index) else { return false }
            index += 1
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]"))
    }

    /// True when only white space is left.
    package mutating func isAtEnd() -> Bool { peek() == nil }

    private mutating func word(_ word: StaticString, _ kind: Kind) -> Value? {
        let length = word.utf8CodeUnitCount
        guard text.count - position >= length else { return nil }
        for index in 0..<length where text[position + index] != word.utf8Start[index] { return nil }
        position += length
        return Value(kind: kind, range: position - length..<position)
    }

    private mutating func string() -> Value? {
        let start = position + 1
        var place = start
        var hasEscapes = false
        while place < text.count {
            switch text[place] {
            case UInt8(ascii: "\""):
                position = place + 1
                return Value(kind: .string(hasEscapes: hasEscapes), range: start..<place)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                guard let length = JSONText.escapeLength(text, at: place) else { return nil }
                place += length
            case 0..<0x20: return nil
            default: place += 1
            }
        }
        return nil
    }

    private mutating func number() -> Value? {
        let start = position
        if position < text.count, text[position] == UInt8(ascii: "-") { position += 1 }
        let whole = digits()
        guard whole > 0, whole == 1 || text[position - whole] != UInt8(ascii: "0") else { return nil }
        if position < text.count, text[position] == UInt8(ascii: ".") {
            position += 1
            guard digits() > 0 else { return nil }
        }
        if position < text.count, text[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < text.count, text[position] == UInt8(ascii: "+") || text[position] == UInt8(ascii: "-") { position += 1 }
            guard digits() > 0 else { return nil }
        }
        return Value(kind: .number, range: start..<position)
    }

    private mutating func digits() -> Int {
        let start = position
        while position < text.count, text[position] &- 48 < 10 { position += 1 }
        return position - start
    }
}

/// What JSON text stands for. Offsets must come from a scanner over the same bytes.
package enum JSONText {
    package static func isUTF8(_ text: UnsafeBufferPointer<UInt8>) -> Bool { UTF8Text.isValid(text) }

    /// Appends the characters of the string that lies at `range`, without its quotes. A lone surrogate becomes U+FFFD.
    package static func appendString(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, to bytes: inout [UInt8]) {
        var place = range.lowerBound
        while place < range.upperBound {
            guard text[place] == UInt8(ascii: "\\") else {
                bytes.append(text[place])
                place += 1
                continue
            }
            switch text[place + 1] {
            case UInt8(ascii: "b"): bytes.append(8)
            case UInt8(ascii: "f"): bytes.append(12)
            case UInt8(ascii: "n"): bytes.append(10)
            case UInt8(ascii: "r"): bytes.append(13)
            case UInt8(ascii: "t"): bytes.append(9)
            case UInt8(ascii: "u"):
                place += appendCodeUnits(text, at: place, before: range.upperBound, to: &bytes)
                continue
            case let byte: bytes.append(byte)
            }
            place += 2
        }
    }

    /// Appends the value at `range` without the white space between its tokens.
    package static func appendCompact(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, to bytes: inout [UInt8]) {
        var isInString = false
        var place = range.lowerBound
        while place < range.upperBound {
            let byte = text[place]
            if isInString, byte == UInt8(ascii: "\\") {
                bytes.append(byte)
                place += 1
                bytes.append(text[place])
            } else {
                if byte == UInt8(ascii: "\"") { isInString.toggle() }
                if isInString || byte > 0x20 { bytes.append(byte) }
            }
            place += 1
        }
    }

    /// How many bytes the escape at `place` takes; nil when it is none.
    static func escapeLength(_ text: UnsafeBufferPointer<UInt8>, at place: Int) -> Int? {
        guard place + 1 < text.count else { return nil }
        switch text[place + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            return 2
        case UInt8(ascii: "u"): return codeUnit(text, at: place + 2) == nil ? nil : 6
        default: return nil
        }
    }

    /// Four hexadecimal digits at `place`.
    static func codeUnit(_ text: UnsafeBufferPointer<UInt8>, at place: Int) -> UInt16? {
        guard place + 4 <= text.count else { return nil }
        var value: UInt16 = 0
        for index in place..<place + 4 {
            switch text[index] {
            case let digit where digit &- 48 < 10: value = value << 4 | UInt16(digit - 48)
            case let digit where (digit | 0x20) &- 97 < 6: value = value << 4 | UInt16((digit | 0x20) - 87)
            default: return nil
            }
        }
        return value
    }

    /// Appends the scalar of the `\u` escape at `place`, taking a second one with it when they are a surrogate pair.
    /// - Returns: the number of bytes read.
    private static func appendCodeUnits(
        _ text: UnsafeBufferPointer<UInt8>, at place: Int, before end: Int, to bytes: inout [UInt8]
    ) -> Int {
        let high = codeUnit(text, at: place + 2) ?? 0xFFFD
        if UTF16.isLeadSurrogate(high), place + 12 <= end, text[place + 6] == UInt8(ascii: "\\"), text[place + 7] == UInt8(ascii: "u"),
            let low = codeUnit(text, at: place + 8), UTF16.isTrailSurrogate(low),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(high) & 0x3FF) << 10 + UInt32(low) & 0x3FF)
        {
            bytes.append(contentsOf: UTF8.encode(scalar)!)
            return 12
        }
        bytes.append(contentsOf: UTF8.encode(Unicode.Scalar(high) ?? "\u{FFFD}")!)
        return 6
    }
}
