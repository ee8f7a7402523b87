// Text of a query → tokens, one at a time, since only the parser knows where a slash begins a regular expression.

struct Token: Equatable {
    enum Kind: Equatable {
        /// A name or keyword, or any text in backticks, which is never a keyword.
        case name(String, isQuoted: Bool)
        case number(Double)
        /// A number with letters at its end: `5m`.
        case period(Double, unit: String)
        case text([UInt8])
        case symbol(Symbol)
        case end
    }

    enum Symbol: String, CaseIterable {
        // Longer ones first: the lexer takes the first that fits.
        case notEqual = "!=", lessOrEqual = "<=", greaterOrEqual = ">=", like = "=~"
        case bar = "|", comma = ",", open = "(", close = ")", openList = "[", closeList = "]"
        case equal = "=", less = "<", greater = ">", plus = "+", minus = "-", times = "*", slash = "/", percent = "%", power = "^"

        fileprivate static let all = allCases.map { ($0, Array($0.rawValue.utf8)) }
    }

    let kind: Kind
    /// Byte offsets.
    let range: Range<Int>
}

struct Lexer {
    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func next() throws(InsightsError) -> Token {
        skipSpaceAndComments()
        guard position < bytes.count else { return Token(kind: .end, range: position..<position) }
        let start = position
        let kind: Token.Kind
        switch bytes[position] {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): kind = .text(try quoted())
        case UInt8(ascii: "`"): kind = .name(String(decoding: try quoted(), as: UTF8.self), isQuoted: true)
        case let byte where Self.isDigit(byte): kind = try number()
        case let byte where Self.isNameStart(byte): kind = .name(text(while: Self.isNameByte), isQuoted: false)
        default: kind = .symbol(try symbol())
        }
        return Token(kind: kind, range: start..<position)
    }

    /// The regular expression whose opening slash is `token`, and the token that it makes.
    mutating func expression(from token: Token) throws(InsightsError) -> (pattern: String, range: Range<Int>) {
        position = token.range.lowerBound + 1
        var pattern: [UInt8] = []
        while position < bytes.count, bytes[position] != UInt8(ascii: "/") {
            if bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count {
                if bytes[position + 1] != UInt8(ascii: "/") { pattern.append(bytes[position]) }
                position += 1
            }
            pattern.append(bytes[position])
            position += 1
        }
        guard position < bytes.count else { throw error("a regular expression is not closed", at: token.range.lowerBound..<position) }
        position += 1
        return (String(decoding: pattern, as: UTF8.self), token.range.lowerBound..<position)
    }

    /// The text as it was written.
    func text(in range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    func error(_ message: String, at range: Range<Int>) -> InsightsError {
        func offset(_ place: Int) -> Int { String(decoding: bytes[..<place], as: UTF8.self).utf16.count }
        return InsightsError(message: message, start: offset(range.lowerBound), end: offset(range.upperBound))
    }

    /// Comments run from `#` to the end of the line; so do lines that begin with `--`, as SQL has them.
    private mutating func skipSpaceAndComments() {
        while position < bytes.count {
            if Self.isSpace(bytes[position]) {
                position += 1
            } else if bytes[position] == UInt8(ascii: "#") || isDashCommentHere() {
                while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
            } else {
                return
            }
        }
    }

    private func isDashCommentHere() -> Bool {
        guard bytes[position...].starts(with: [UInt8(ascii: "-"), UInt8(ascii: "-")]) else { return false }
        let before = bytes[..<position].last { $0 == UInt8(ascii: "\n") || !Self.isSpace($0) }
        return before == nil || before == UInt8(ascii: "\n")
    }

    /// What lies between two equal quotes. A backslash before a quote, a backslash, `n`, `r` or `t` makes the usual character; before
    /// anything else it stays, so that `\*` and `\d` arrive whole.
    private mutating func quoted() throws(InsightsError) -> [UInt8] {
        let start = position
        let quote = bytes[position]
        var text: [UInt8] = []
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == quote { return text }
            guard byte == UInt8(ascii: "\\"), position < bytes.count else {
                text.append(byte)
                continue
            }
            switch bytes[position] {
            case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: "\\"): text.append(bytes[position])
            case UInt8(ascii: "n"): text.append(10)
            case UInt8(ascii: "r"): text.append(13)
            case UInt8(ascii: "t"): text.append(9)
            default: text += [byte, bytes[position]]
            }
            position += 1
        }
        throw error("a quote is not closed", at: start..<bytes.count)
    }

    private mutating func number() throws(InsightsError) -> Token.Kind {
        let start = position
        var digits = text(while: Self.isDigit)
        if position + 1 < bytes.count, bytes[position] == UInt8(ascii: "."), Self.isDigit(bytes[position + 1]) {
            position += 1
            digits += "." + text(while: Self.isDigit)
        }
        if let exponent = exponentLength() {
            position += exponent
            digits = text(in: start..<position)
        }
        let unit = text(while: Self.isNameByte)
        guard let value = Double(digits), value.isFinite else { throw error("not a number", at: start..<position) }
        return unit.isEmpty ? .number(value) : .period(value, unit: unit)
    }

    /// Of `e5`, `E-3` and the like at the present position; nil when the letter begins something else.
    private func exponentLength() -> Int? {
        var place = position
        guard place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") else { return nil }
        place += 1
        if place < bytes.count, bytes[place] == UInt8(ascii: "-") || bytes[place] == UInt8(ascii: "+") { place += 1 }
        let first = place
        while place < bytes.count, Self.isDigit(bytes[place]) { place += 1 }
        guard place > first, place == bytes.count || !Self.isNameByte(bytes[place]) else { return nil }
        return place - position
    }

    private mutating func symbol() throws(InsightsError) -> Token.Symbol {
        for (symbol, spelling) in Token.Symbol.all where bytes[position...].starts(with: spelling) {
            position += spelling.count
            return symbol
        }
        var end = position + 1
        while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
        throw error("unexpected character '\(text(in: position..<end))'", at: position..<end)
    }

    private mutating func text(while condition: (UInt8) -> Bool) -> String {
        let start = position
        while position < bytes.count, condition(bytes[position]) { position += 1 }
        return text(in: start..<position)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte &- 9 < 5 }
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }
    private static func isNameStart(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 97 < 26 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "@")
    }
    private static func isNameByte(_ byte: UInt8) -> Bool { isNameStart(byte) || isDigit(byte) || byte == UInt8(ascii: ".") }
}
