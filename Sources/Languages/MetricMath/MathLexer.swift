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
    private let text: ExpressionText
    private var place = 0

    private var bytes: [UInt8] { text.bytes }

    static func tokens(of text: String) throws(MetricMathError) -> [MathToken] {
        var lexer = MathLexer(text: ExpressionText(text))
        var tokens: [MathToken] = []
        repeat { tokens.append(try lexer.next()) } while tokens.last?.kind != .end
        return tokens
    }

    private mutating func next() throws(MetricMathError) -> MathToken {
        place = text.run(from: place) { $0.isSpace }.upperBound
        let position = text.position(of: place)
        guard place < bytes.count else { return MathToken(kind: .end, position: position) }
        let byte = bytes[place]
        if byte.isDigit || byte == UInt8(ascii: ".") { return MathToken(kind: .number(try number()), position: position) }
        if byte.isLetter || byte == UInt8(ascii: "_") { return MathToken(kind: .name(take { $0.isNameCharacter }), position: position) }
        if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
            return MathToken(kind: .text(try quoted(by: byte)), position: position)
        }
        return MathToken(kind: .symbol(try symbol()), position: position)
    }

    private mutating func number() throws(MetricMathError) -> Double {
        let start = place
        var text = take { $0.isDigit || $0 == UInt8(ascii: ".") }
        if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
            text += "e"
            place += 1
            if place < bytes.count, bytes[place] == UInt8(ascii: "+") || bytes[place] == UInt8(ascii: "-") {
                text.unicodeScalars.append(Unicode.Scalar(bytes[place]))
                place += 1
            }
            text += take { $0.isDigit }
        }
        guard let value = NumberText.parse(text), value.isFinite else { throw error("'\(text)' is not a number", at: start) }
        return value
    }

    private mutating func quoted(by quote: UInt8) throws(MetricMathError) -> String {
        let start = place
        place += 1
        let text = take { $0 != quote }
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
        throw error("'\(text.character(at: place))' has no meaning here", at: place)
    }

    private mutating func take(while test: (UInt8) -> Bool) -> String {
        let run = text.run(from: place, while: test)
        place = run.upperBound
        return text.text(run)
    }

    private func error(_ why: String, at place: Int) -> MetricMathError {
        MetricMathError(code: .syntax, message: "cannot read the expression: \(why)", position: text.position(of: place))
    }
}
