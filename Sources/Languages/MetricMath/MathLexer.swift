import Columns

/// One word of an expression.
struct MathToken: Equatable {
    enum Kind: Equatable {
        case number(Double)
        /// An id or a function's name.
        case name(String)
        case text(String)
        case symbol(String)
        case end
    }

    let kind: Kind
    /// Of its first character; the expression's first is 1.
    let position: Int
}

/// Cuts an expression into words. Spaces separate and mean nothing else.
struct MathLexer {
    private let bytes: [UInt8]
    private var place = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    static func tokens(of text: String) throws(MetricMathError) -> [MathToken] {
        var lexer = MathLexer(text)
        var tokens: [MathToken] = []
        repeat { tokens.append(try lexer.next()) } while tokens.last?.kind != .end
        return tokens
    }

    private mutating func next() throws(MetricMathError) -> MathToken {
        while place < bytes.count, [32, 9, 10, 13].contains(bytes[place]) { place += 1 }
        let position = place + 1
        guard place < bytes.count else { return MathToken(kind: .end, position: position) }
        let byte = bytes[place]
        if isDigit(byte) || byte == UInt8(ascii: ".") { return MathToken(kind: .number(try number()), position: position) }
        if isLetter(byte) { return MathToken(kind: .name(take { $0.isLetter($1) || $0.isDigit($1) }), position: position) }
        if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") { return MathToken(kind: .text(try quoted(by: byte)), position: position) }
        return MathToken(kind: .symbol(try symbol()), position: position)
    }

    private mutating func number() throws(MetricMathError) -> Double {
        let start = place
        var text = take { $0.isDigit($1) || $1 == UInt8(ascii: ".") }
        if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
            text += "e"
            place += 1
            if place < bytes.count, bytes[place] == UInt8(ascii: "+") || bytes[place] == UInt8(ascii: "-") {
                text.unicodeScalars.append(Unicode.Scalar(bytes[place]))
                place += 1
            }
            text += take { $0.isDigit($1) }
        }
        guard let value = NumberText.parse(text), value.isFinite else { throw error("'\(text)' is not a number", at: start) }
        return value
    }

    private mutating func quoted(by quote: UInt8) throws(MetricMathError) -> String {
        let start = place
        place += 1
        let text = take { $1 != quote }
        guard place < bytes.count else { throw error("the text that begins here has no end", at: start) }
        place += 1
        return text
    }

    private static let symbols = ["==", "!=", "<=", ">=", "&&", "||", "+", "-", "*", "/", "^", "(", ")", "[", "]", ",", "<", ">"]

    private mutating func symbol() throws(MetricMathError) -> String {
        for symbol in Self.symbols where bytes[place...].starts(with: symbol.utf8) {
            place += symbol.utf8.count
            return symbol
        }
        let length = max(1, (~bytes[place]).leadingZeroBitCount)        // a whole UTF-8 character
        throw error("'\(String(decoding: bytes[place...].prefix(length), as: UTF8.self))' has no meaning here", at: place)
    }

    private mutating func take(while test: (MathLexer, UInt8) -> Bool) -> String {
        let start = place
        while place < bytes.count, test(self, bytes[place]) { place += 1 }
        return String(decoding: bytes[start..<place], as: UTF8.self)
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }
    private func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 97 < 26 || byte == UInt8(ascii: "_") }

    private func error(_ why: String, at place: Int) -> MetricMathError {
        MetricMathError(code: .syntax, message: "cannot read the expression: \(why)", position: place + 1)
    }
}
