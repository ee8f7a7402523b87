import Columns

/// The text of a pattern and how far it has been read.
struct PatternReader {
    private let bytes: [UInt8]
    var position = 0
    private var expressionCount = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var count: Int { bytes.count { $0 & 0xC0 != 0x80 } }

    /// The next byte that is not white space; nil at the end.
    mutating func peek() -> UInt8? {
        while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
        return next
    }

    /// The next byte, white space included.
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func take(_ text: StaticString) -> Bool {
        _ = peek()
        guard bytes.count - position >= text.utf8CodeUnitCount else { return false }
        for index in 0..<text.utf8CodeUnitCount where bytes[position + index] != text.utf8Start[index] { return false }
        position += text.utf8CodeUnitCount
        return true
    }

    /// Takes a word in either case, if it is not part of a longer one.
    mutating func takeWord(_ word: String) -> Bool {
        guard peek() != nil else { return false }
        let end = position + word.utf8.count
        guard end <= bytes.count, end == bytes.count || !Self.isWordByte(bytes[end]) else { return false }
        guard zip(bytes[position..<end], word.utf8).allSatisfy({ $0 & 0xDF == $1 & 0xDF }) else { return false }
        position = end
        return true
    }

    /// Takes bytes as long as `condition` holds.
    mutating func take(while condition: (UInt8) -> Bool) -> [UInt8] {
        let start = position
        while position < bytes.count, condition(bytes[position]) { position += 1 }
        return Array(bytes[start..<position])
    }

    mutating func take(upTo end: Int) -> ArraySlice<UInt8> {
        defer { position = end }
        return bytes[position..<end]
    }

    /// What lies between the quote that comes next and the one that closes it. `\"` and `\\` lose their backslash; any other keeps
    /// it, so that `\*` can still be told from `*`.
    mutating func quoted() throws(FilterPatternError) -> [UInt8] {
        let start = position
        let quote = bytes[position]
        var text: [UInt8] = []
        position += 1
        while let byte = next {
            position += 1
            if byte == quote { return text }
            if byte == UInt8(ascii: "\\"), let escaped = next, escaped == quote || escaped == UInt8(ascii: "\\") {
                text.append(escaped)
                position += 1
            } else {
                text.append(byte)
            }
        }
        throw error("a quote is not closed", at: start)
    }

    /// The regular expression between the percent sign that comes next and the one that closes it; `\%` stands for the sign itself.
    mutating func expression() throws(FilterPatternError) -> RegularExpression {
        let start = position
        var text: [UInt8] = []
        position += 1
        while let byte = next {
            position += 1
            if byte == UInt8(ascii: "%") { return try compiled(text, at: start) }
            if byte == UInt8(ascii: "\\"), let escaped = next {
                position += 1
                if escaped != UInt8(ascii: "%") { text.append(byte) }
                text.append(escaped)
            } else {
                text.append(byte)
            }
        }
        throw error("a regular expression is not closed", at: start)
    }

    private mutating func compiled(_ text: [UInt8], at start: Int) throws(FilterPatternError) -> RegularExpression {
        guard !text.isEmpty else { throw error("a regular expression is empty", at: start) }
        expressionCount += 1
        guard expressionCount <= FilterPattern.expressionsMax else {
            throw error("a pattern may hold \(FilterPattern.expressionsMax) regular expressions at most", at: start)
        }
        do { return try RegularExpression(String(decoding: text, as: UTF8.self)) } catch {
            throw self.error("bad regular expression: \(error.reason)", at: start)
        }
    }

    /// - Parameter place: where; the present position when nil.
    func error(_ reason: String, at place: Int? = nil) -> FilterPatternError {
        FilterPatternError(position: bytes[..<(place ?? position)].count { $0 & 0xC0 != 0x80 }, reason: reason)
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte &- 9 < 5 }

    static func isWordByte(_ byte: UInt8) -> Bool {
        byte &- 48 < 10 || (byte | 0x20) &- 97 < 26 || byte == UInt8(ascii: "_") || byte >= 0x80
    }
}
