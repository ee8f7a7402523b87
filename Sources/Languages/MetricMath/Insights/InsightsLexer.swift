/// One word of a Metrics Insights query.
struct InsightsToken: Equatable {
    enum Kind: Equatable {
        /// A keyword, or a name that needs no quotes.
        case word(String)
        /// A name in double quotes.
        case name(String)
        /// A value in single quotes.
        case value(String)
        case number(String)
        case symbol(String)
        case end
    }

    let kind: Kind
    /// The query's first character is 1.
    let position: Int
}

/// Cuts a Metrics Insights query into words. In quotes a backslash keeps the character behind it from meaning anything.
struct InsightsLexer {
    private let text: ExpressionText
    private var place = 0

    static func tokens(of text: String) throws(MetricMathError) -> [InsightsToken] {
        var lexer = InsightsLexer(text: ExpressionText(text))
        var tokens: [InsightsToken] = []
        repeat { tokens.append(try lexer.next()) } while tokens.last?.kind != .end
        return tokens
    }

    private mutating func next() throws(MetricMathError) -> InsightsToken {
        place = text.run(from: place) { $0.isSpace }.upperBound
        let position = text.position(of: place)
        guard place < text.count else { return InsightsToken(kind: .end, position: position) }
        switch text.bytes[place] {
        case UInt8(ascii: "\""): return InsightsToken(kind: .name(try quoted("name")), position: position)
        case UInt8(ascii: "'"): return InsightsToken(kind: .value(try quoted("value")), position: position)
        case let byte where byte.isNameCharacter: return InsightsToken(kind: word(), position: position)
        default: return InsightsToken(kind: .symbol(try symbol()), position: position)
        }
    }

    private mutating func word() -> InsightsToken.Kind {
        let run = text.run(from: place) { $0.isNameCharacter }
        place = run.upperBound
        let isNumber = text.bytes[run].allSatisfy(\.isDigit)
        return isNumber ? .number(text.text(run)) : .word(text.text(run))
    }

    private mutating func quoted(_ what: String) throws(MetricMathError) -> String {
        let opening = place, quote = text.bytes[place]
        var bytes: [UInt8] = []
        place += 1
        while place < text.count, text.bytes[place] != quote {
            if text.bytes[place] == UInt8(ascii: "\\"), place + 1 < text.count { place += 1 }
            bytes.append(text.bytes[place])
            place += 1
        }
        guard place < text.count else { throw error("the \(what) that begins here has no closing quote", at: opening) }
        place += 1
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let symbols = ["!=", "<>", "<=", ">=", "=", "(", ")", ",", ".", "*", "<", ">", "-"]

    private mutating func symbol() throws(MetricMathError) -> String {
        for symbol in Self.symbols where text.bytes[place...].starts(with: symbol.utf8) {
            place += symbol.utf8.count
            return symbol
        }
        throw error("'\(text.character(at: place))' has no meaning here", at: place)
    }

    private func error(_ why: String, at place: Int) -> MetricMathError {
        MetricMathError(code: .syntax, message: "cannot read the query: \(why)", position: text.position(of: place))
    }
}
