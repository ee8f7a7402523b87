/// Reads the first argument of SEARCH: `{Namespace, Dimension, …} terms`.
///
///     terms  a b, a AND b, a OR b, NOT a, (a OR b)      AND binds tighter than OR
///     term   partial, "exact", Property=term, Property=(a OR b)
struct SearchQueryParser {
    typealias Condition = SearchQuery.Condition

    static let lengthMax = 1024
    private static let depthMax = 32

    private enum Token: Equatable {
        case word(String)
        case exact(String)
        case symbol(UInt8)
        case end
    }

    private let text: ExpressionText
    /// Of the text's first character in the expression.
    private let start: Int
    private var place = 0
    private var depth = 0
    private var token = Token.end
    private var tokenPlace = 0

    /// - Parameter start: the position of the text's first character, for errors.
    static func query(_ text: String, at start: Int) throws(MetricMathError) -> SearchQuery {
        guard text.unicodeScalars.count <= lengthMax else {
            throw MetricMathError(code: .limit, message: "cannot search: a query has at most \(lengthMax) characters", position: start)
        }
        var parser = SearchQueryParser(text: ExpressionText(text), start: start)
        return try parser.query()
    }

    private init(text: ExpressionText, start: Int) {
        self.text = text
        self.start = start
    }

    private mutating func query() throws(MetricMathError) -> SearchQuery {
        skipSpace()
        let schema = place < text.count && text.bytes[place] == UInt8(ascii: "{") ? try schema() : nil
        try advance()
        guard token != .end else {
            guard schema != nil else { throw error("it has neither a schema nor a term", at: tokenPlace) }
            return SearchQuery(schema: schema, condition: nil)
        }
        let condition = try any(of: .any)
        guard token == .end else { throw unexpected("a term") }
        return SearchQuery(schema: schema, condition: condition)
    }

    // MARK: Schema

    private mutating func schema() throws(MetricMathError) -> SearchQuery.Schema {
        let opening = place
        var names: [String] = []
        repeat {
            place += 1
            names.append(try schemaName(opening))
        } while text.bytes[place] == UInt8(ascii: ",")
        place += 1
        skipSpace()
        if place < text.count, text.bytes[place] == UInt8(ascii: ",") { place += 1 }  // "{Namespace}, term" is common
        guard Set(names.dropFirst()).count == names.count - 1 else { throw error("the schema names a dimension twice", at: opening) }
        return SearchQuery.Schema(namespace: names[0], dimensions: Set(names.dropFirst()))
    }

    /// Leaves `place` at the comma or brace behind it.
    private mutating func schemaName(_ opening: Int) throws(MetricMathError) -> String {
        skipSpace()
        let first = place
        let name: String
        if place < text.count, text.bytes[place] == UInt8(ascii: "\"") {
            name = try quoted()
        } else {
            let run = text.run(from: place) { ![UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "{"), UInt8(ascii: "\"")].contains($0) }
            place = run.upperBound
            name = text.text(run).trimmed
        }
        skipSpace()
        guard place < text.count else { throw error("the schema that begins here has no '}'", at: opening) }
        guard !name.isEmpty else { throw error("a name is missing in the schema", at: first) }
        guard text.bytes[place] == UInt8(ascii: ",") || text.bytes[place] == UInt8(ascii: "}") else {
            throw error("',' or '}' is expected here, not '\(text.character(at: place))'", at: place)
        }
        return name
    }

    // MARK: Terms

    private mutating func any(of property: SearchQuery.Property) throws(MetricMathError) -> Condition {
        var parts = [try all(of: property)]
        while token == .word("OR") {
            try advance()
            parts.append(try all(of: property))
        }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func all(of property: SearchQuery.Property) throws(MetricMathError) -> Condition {
        var parts = [try one(of: property)]
        while true {
            if token == .word("AND") {
                try advance()
            } else if token == .end || token == .word("OR") || token == .symbol(UInt8(ascii: ")")) {
                return parts.count == 1 ? parts[0] : .all(parts)
            }
            parts.append(try one(of: property))
        }
    }

    private mutating func one(of property: SearchQuery.Property) throws(MetricMathError) -> Condition {
        guard token == .word("NOT") else { return try term(of: property) }
        return .not(
            try nested { (parser) throws(MetricMathError) in
                try parser.advance()
                return try parser.one(of: property)
            })
    }

    private mutating func term(of property: SearchQuery.Property) throws(MetricMathError) -> Condition {
        let first = tokenPlace
        let name: String, pattern: SearchQuery.Pattern
        switch token {
        case .symbol(UInt8(ascii: "(")): return try parenthesis(of: property)
        case .symbol, .end, .word("AND"), .word("OR"): throw unexpected("a term")
        case .exact(let text): (name, pattern) = (text, .exact(text))
        case .word(let text): (name, pattern) = (text, .tokens(SearchTokens(text), text: text))
        }
        try advance()
        guard token == .symbol(UInt8(ascii: "=")) else {
            if case .tokens(let tokens, _) = pattern, tokens.isEmpty { throw error("'\(name)' has no letter or digit", at: first) }
            return .term(SearchQuery.Term(property: property, pattern: pattern))
        }
        guard case .any = property else { throw error("a property cannot stand in the values of another", at: first) }
        try advance()
        guard token != .word("NOT") else { throw unexpected("a value") }
        guard let property = Self.property(name) else { throw error("there is no property '\(name)'", at: first) }
        return try term(of: property)
    }

    private mutating func parenthesis(of property: SearchQuery.Property) throws(MetricMathError) -> Condition {
        let opening = tokenPlace
        return try nested { (parser) throws(MetricMathError) in
            try parser.advance()
            let condition = try parser.any(of: property)
            guard parser.token == .symbol(UInt8(ascii: ")")) else { throw parser.error("the '(' here has no ')'", at: opening) }
            try parser.advance()
            return condition
        }
    }

    /// Nil for a property of CloudWatch's own that there is not.
    private static func property(_ name: String) -> SearchQuery.Property? {
        switch name {
        case "MetricName": .metricName
        case "Namespace": .namespace
        case ":aws.AccountId": .account
        default: name.hasPrefix(":") ? nil : .dimension(name)
        }
    }

    private mutating func nested(_ body: (inout Self) throws(MetricMathError) -> Condition) throws(MetricMathError) -> Condition {
        guard depth < Self.depthMax else {
            throw MetricMathError(
                code: .limit, message: "cannot search: the query nests deeper than \(Self.depthMax)", position: position(of: tokenPlace))
        }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    // MARK: Words

    private mutating func advance() throws(MetricMathError) {
        skipSpace()
        tokenPlace = place
        guard place < text.count else { return token = .end }
        switch text.bytes[place] {
        case UInt8(ascii: "\""): token = .exact(try quoted())
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "="), UInt8(ascii: "{"), UInt8(ascii: "}"):
            token = .symbol(text.bytes[place])
            place += 1
        default:
            let run = text.run(from: place) { !$0.isSpace && !"\"()={}".utf8.contains($0) }
            place = run.upperBound
            token = .word(text.text(run))
        }
    }

    /// `\` keeps the character behind it from meaning anything.
    private mutating func quoted() throws(MetricMathError) -> String {
        let opening = place
        var bytes: [UInt8] = []
        place += 1
        while place < text.count, text.bytes[place] != UInt8(ascii: "\"") {
            if text.bytes[place] == UInt8(ascii: "\\"), place + 1 < text.count { place += 1 }
            bytes.append(text.bytes[place])
            place += 1
        }
        guard place < text.count else { throw error("the text that begins here has no end", at: opening) }
        place += 1
        guard !bytes.isEmpty else { throw error("an exact text cannot be empty", at: opening) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func skipSpace() { place = text.run(from: place) { $0.isSpace }.upperBound }

    // MARK: Errors

    private func position(of place: Int) -> Int { start - 1 + text.position(of: place) }

    private func error(_ why: String, at place: Int) -> MetricMathError {
        MetricMathError(code: .syntax, message: "cannot search: \(why)", position: position(of: place))
    }

    private func unexpected(_ wanted: String) -> MetricMathError {
        let found =
            switch token {
            case .word(let word): "'\(word)'"
            case .exact(let text): "\"\(text)\""
            case .symbol(let byte): "'\(Character(Unicode.Scalar(byte)))'"
            case .end: "the end"
            }
        return error("\(wanted) is expected here, not \(found)", at: tokenPlace)
    }
}

extension String {
    /// Without space at its ends.
    fileprivate var trimmed: String {
        let bytes = Array(utf8)
        guard let first = bytes.firstIndex(where: { !$0.isSpace }), let last = bytes.lastIndex(where: { !$0.isSpace }) else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }
}
