import Columns

/// Reads a query token by token. Commands read themselves with it; expressions are in `QueryParser+Expressions.swift`.
struct QueryParser {
    private(set) var lexer: Lexer
    private(set) var token: Token
    /// The one before.
    private(set) var lastRange = 0..<0
    var scope = Scope()
    /// Where `stats` gathers the aggregates of its expressions; nil elsewhere, where aggregates are not allowed.
    var aggregates: [AggregateCall]?
    var nesting = 0

    init(_ text: String) throws(InsightsError) {
        guard text.unicodeScalars.count <= InsightsLimits.queryCharactersMax else {
            throw InsightsError(
                message: "the query is longer than \(InsightsLimits.queryCharactersMax) characters",
                start: InsightsLimits.queryCharactersMax, end: text.utf16.count)
        }
        lexer = Lexer(text)
        token = try lexer.next()
    }

    /// All commands, to the end of the text.
    mutating func commands() throws(InsightsError) -> [any Command] {
        guard token.kind != .end else { throw error("the query is empty") }
        var commands: [any Command] = []
        repeat { commands.append(try command()) } while try take(.bar)
        guard token.kind == .end else { throw unexpected("'|' or the end of the query") }
        return commands
    }

    private mutating func command() throws(InsightsError) -> any Command {
        guard case .name(let name, isQuoted: false) = token.kind else { throw unexpected("a command") }
        let range = token.range
        let word = name.lowercased()
        if let type = LogCommands.built[word] {
            try advance()
            return try type.init(from: &self)
        }
        if LogCommands.known.contains(word) { throw lexer.error("the command \(word) is not supported here yet", at: range) }
        throw lexer.error("unknown command '\(name)'", at: range)
    }

    // What commands are made of

    mutating func advance() throws(InsightsError) {
        lastRange = token.range
        token = try lexer.next()
    }

    mutating func take(_ symbol: Token.Symbol) throws(InsightsError) -> Bool {
        guard token.kind == .symbol(symbol) else { return false }
        try advance()
        return true
    }

    mutating func expect(_ symbol: Token.Symbol) throws(InsightsError) {
        guard try take(symbol) else { throw unexpected("'\(symbol.rawValue)'") }
    }

    func isAt(_ keyword: String) -> Bool {
        if case .name(let name, isQuoted: false) = token.kind { name.lowercased() == keyword } else { false }
    }

    mutating func take(_ keyword: String) throws(InsightsError) -> Bool {
        guard isAt(keyword) else { return false }
        try advance()
        return true
    }

    /// A name as such: an alias, or a field where no expression may stand.
    mutating func name() throws(InsightsError) -> String {
        guard case .name(let name, let isQuoted) = token.kind, isQuoted || !Self.reserved.contains(name.lowercased()) else {
            throw unexpected("a name")
        }
        try advance()
        return name
    }

    mutating func names() throws(InsightsError) -> [String] {
        var names = [try name()]
        while try take(.comma) { names.append(try name()) }
        return names
    }

    /// A positive whole number.
    mutating func count(max: Int) throws(InsightsError) -> Int {
        guard case .number(let value) = token.kind, let count = Int(exactly: value), count > 0 else {
            throw unexpected("a positive whole number")
        }
        guard count <= max else { throw error("at most \(max) is possible") }
        try advance()
        return count
    }

    mutating func text() throws(InsightsError) -> [UInt8] {
        guard case .text(let text) = token.kind else { throw unexpected("text in quotes") }
        try advance()
        return text
    }

    /// The regular expression that begins at the present token, a slash.
    mutating func regularExpression() throws(InsightsError) -> RegularExpression {
        let (pattern, range) = try lexer.expression(from: token)
        let expression: RegularExpression
        do { expression = try RegularExpression(GroupSyntax.spelledForRE2(pattern)) } catch {
            throw lexer.error("bad regular expression: \(error.reason)", at: range)
        }
        token = Token(kind: .end, range: range)  // the slash has been read as something else
        try advance()
        return expression
    }

    /// An expression and what it is called: its alias, or its own text.
    mutating func item() throws(InsightsError) -> (name: String, expression: Expression) {
        let first = token.range
        let expression = try self.expression()
        let last = lastRange
        if try take("as") { return (try name(), expression) }
        if case .field(let name) = expression, first == last { return (name, expression) }
        return (lexer.text(in: first.lowerBound..<last.upperBound), expression)
    }

    // Errors

    func error(_ message: String, at range: Range<Int>? = nil) -> InsightsError { lexer.error(message, at: range ?? token.range) }

    func unexpected(_ wanted: String) -> InsightsError {
        guard token.kind != .end else { return error("the query ends where \(wanted) is expected") }
        return error("'\(lexer.text(in: token.range))' stands where \(wanted) is expected")
    }

    /// Words that end an expression and so cannot name a field without backticks.
    static let reserved: Set<String> = ["and", "as", "asc", "by", "desc", "in", "like", "not", "or"]
}

/// `(?<name>…)`, as queries write groups, is `(?P<name>…)` to RE2.
enum GroupSyntax {
    static func spelledForRE2(_ pattern: String) -> String {
        let bytes = Array(pattern.utf8)
        var result: [UInt8] = []
        var isInClass = false
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            result.append(byte)
            place += 1
            if byte == UInt8(ascii: "\\"), place < bytes.count {
                result.append(bytes[place])
                place += 1
            } else if byte == UInt8(ascii: "[") {
                isInClass = true
            } else if byte == UInt8(ascii: "]") {
                isInClass = false
            } else if byte == UInt8(ascii: "("), !isInClass, bytes[place...].starts(with: Array("?<".utf8)), place + 2 < bytes.count,
                bytes[place + 2] != UInt8(ascii: "="), bytes[place + 2] != UInt8(ascii: "!")
            {
                result += Array("?P<".utf8)
                place += 2
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
