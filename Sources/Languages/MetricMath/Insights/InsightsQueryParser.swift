/// Reads a Metrics Insights query, clause by clause in their order. Keywords may be written in small letters, names are taken as they are.
struct InsightsQueryParser {
    typealias Condition = InsightsQuery.Condition

    /// Conditions inside each other.
    private static let depthMax = 32
    /// Must be in double quotes to be names.
    private static let keywords: Set<String> = [
        "AND", "AS", "ASC", "BETWEEN", "BY", "DESC", "FROM", "GROUP", "HAVING", "IN", "IS", "LIKE", "LIMIT", "NOT", "NULL", "OR", "ORDER",
        "SCHEMA", "SELECT", "WHERE",
    ]

    private let tokens: [InsightsToken]
    private var place = 0
    private var depth = 0

    static func query(_ text: String) throws(MetricMathError) -> InsightsQuery {
        var parser = InsightsQueryParser(tokens: try InsightsLexer.tokens(of: text))
        return try parser.query()
    }

    private init(tokens: [InsightsToken]) { self.tokens = tokens }

    private var token: InsightsToken { tokens[place] }

    private mutating func query() throws(MetricMathError) -> InsightsQuery {
        try expect("SELECT")
        let (function, metricName) = try selection()
        try expect("FROM")
        let (namespace, schema) = try source()
        let condition = take("WHERE") ? try any() : nil
        let grouping = take("GROUP") ? try grouping() : []
        let order = take("ORDER") ? try order() : nil
        let limit = take("LIMIT") ? try limit() : nil
        guard token.kind == .end else { throw unexpected(wantedNext(condition, grouping, order, limit)) }
        return InsightsQuery(
            function: function, metricName: metricName, namespace: namespace, schema: schema, condition: condition, grouping: grouping,
            order: order, limit: limit)
    }

    /// What could have come instead of the word that fits nowhere.
    private func wantedNext(_ condition: Condition?, _ grouping: [InsightsQuery.Label], _ order: InsightsQuery.Order?, _ limit: Int?)
        -> String
    {
        if limit != nil { return "the end" }
        if order != nil { return "LIMIT" }
        if !grouping.isEmpty { return "ORDER BY or LIMIT" }
        return condition == nil ? "WHERE, GROUP BY, ORDER BY or LIMIT" : "AND, OR, GROUP BY, ORDER BY or LIMIT"
    }

    // MARK: Clauses

    private mutating func selection() throws(MetricMathError) -> (InsightsQuery.Function, String) {
        let function = try function()
        try expectSymbol("(")
        let name = try name("a metric's name")
        try expectSymbol(")")
        return (function, name)
    }

    private mutating func function() throws(MetricMathError) -> InsightsQuery.Function {
        guard case .word(let word) = token.kind, let function = InsightsQuery.Function(rawValue: word.uppercased()) else {
            throw unexpected("AVG, COUNT, MAX, MIN or SUM")
        }
        place += 1
        return function
    }

    private mutating func source() throws(MetricMathError) -> (namespace: String, schema: Set<String>?) {
        guard take("SCHEMA") else { return (try name("a namespace or SCHEMA"), nil) }
        try expectSymbol("(")
        let namespace = try name("a namespace")
        var dimensions: Set<String> = []
        while takeSymbol(",") {
            let position = token.position
            let dimension = try name("a dimension's name")
            guard dimensions.insert(dimension).inserted else { throw error("SCHEMA names '\(dimension)' twice", at: position) }
        }
        try expectSymbol(")")
        return (namespace, dimensions)
    }

    private mutating func grouping() throws(MetricMathError) -> [InsightsQuery.Label] {
        try expect("BY")
        var labels: [InsightsQuery.Label] = []
        repeat {
            let position = token.position
            let label = try label()
            guard !labels.contains(label) else { throw error("GROUP BY names a label twice", at: position) }
            labels.append(label)
        } while takeSymbol(",")
        return labels
    }

    private mutating func order() throws(MetricMathError) -> InsightsQuery.Order {
        try expect("BY")
        let function = try function()
        try expectSymbol("(")
        guard takeSymbol(")") else { throw unexpected("')': the function orders what SELECT has made") }
        let isDescending = take("DESC")
        if !isDescending { _ = take("ASC") }
        return InsightsQuery.Order(function: function, isDescending: isDescending)
    }

    private mutating func limit() throws(MetricMathError) -> Int {
        guard case .number(let text) = token.kind, let limit = Int(text), (1...InsightsQuery.seriesMax).contains(limit) else {
            throw unexpected("a number from 1 to \(InsightsQuery.seriesMax)")
        }
        place += 1
        return limit
    }

    // MARK: Conditions

    private mutating func any() throws(MetricMathError) -> Condition {
        var parts = [try all()]
        while take("OR") { parts.append(try all()) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func all() throws(MetricMathError) -> Condition {
        var parts = [try one()]
        while take("AND") { parts.append(try one()) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func one() throws(MetricMathError) -> Condition {
        if take("NOT") { return .not(try nested { (parser) throws(MetricMathError) in try parser.one() }) }
        guard takeSymbol("(") else { return try comparison() }
        let condition = try nested { (parser) throws(MetricMathError) in try parser.any() }
        try expectSymbol(")")
        return condition
    }

    private mutating func comparison() throws(MetricMathError) -> Condition {
        let label = try label()
        if takeSymbol("=") { return .isOneOf(label, [try value()]) }
        if takeSymbol("!=") { return .not(.isOneOf(label, [try value()])) }
        if take("NOT") {
            try expect("IN")
            return .not(.isOneOf(label, try values()))
        }
        guard take("IN") else { throw unexpected("=, !=, IN or NOT IN") }
        return .isOneOf(label, try values())
    }

    private mutating func values() throws(MetricMathError) -> Set<String> {
        try expectSymbol("(")
        var values: Set<String> = []
        repeat { values.insert(try value()) } while takeSymbol(",")
        try expectSymbol(")")
        return values
    }

    private mutating func value() throws(MetricMathError) -> String {
        guard case .value(let value) = token.kind else { throw unexpected("a value in single quotes") }
        place += 1
        return value
    }

    private mutating func nested(_ body: (inout Self) throws(MetricMathError) -> Condition) throws(MetricMathError) -> Condition {
        guard depth < Self.depthMax else {
            throw MetricMathError(
                code: .limit, message: "cannot read the query: its conditions nest deeper than \(Self.depthMax)", position: token.position)
        }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    // MARK: Names

    /// A dimension's name, or `AWS.AccountId`.
    private mutating func label() throws(MetricMathError) -> InsightsQuery.Label {
        let position = token.position
        let isQuoted = if case .name = token.kind { true } else { false }
        let first = try name("a label")
        guard takeSymbol(".") else { return .dimension(first) }
        let second = try name("the rest of the label")
        if !isQuoted, first.lowercased() == "tag" {
            throw MetricMathError(
                code: .notServed, message: "cannot select by 'tag.\(second)': tags of resources are not served", position: position)
        }
        guard !isQuoted, first == "AWS", second == "AccountId" else {
            throw error("there is no label \(first).\(second); a name with a point in it is in double quotes", at: position)
        }
        return .account
    }

    private mutating func name(_ wanted: String) throws(MetricMathError) -> String {
        switch token.kind {
        case .name(let name):
            guard !name.isEmpty else { throw error("a name cannot be empty", at: token.position) }
            place += 1
            return name
        case .word(let word):
            guard !Self.keywords.contains(word.uppercased()) else {
                throw error("\(wanted) is expected here, and the keyword \(word) is a name only in double quotes", at: token.position)
            }
            place += 1
            return word
        case .value: throw error("\(wanted) is expected here, in double quotes", at: token.position)
        case .number, .symbol, .end: throw unexpected(wanted)
        }
    }

    // MARK: Words

    private mutating func take(_ keyword: String) -> Bool {
        guard case .word(let word) = token.kind, word.uppercased() == keyword else { return false }
        place += 1
        return true
    }

    private mutating func expect(_ keyword: String) throws(MetricMathError) {
        guard take(keyword) else { throw unexpected(keyword) }
    }

    private mutating func takeSymbol(_ symbol: String) -> Bool {
        guard token.kind == .symbol(symbol) else { return false }
        place += 1
        return true
    }

    private mutating func expectSymbol(_ symbol: String) throws(MetricMathError) {
        guard takeSymbol(symbol) else { throw unexpected("'\(symbol)'") }
    }

    private func error(_ why: String, at position: Int) -> MetricMathError {
        MetricMathError(code: .syntax, message: "cannot read the query: \(why)", position: position)
    }

    private func unexpected(_ wanted: String) -> MetricMathError {
        let found =
            switch token.kind {
            case .word(let text), .number(let text), .symbol(let text): "'\(text)'"
            case .name(let text): "\"\(text)\""
            case .value(let text): "the value '\(text)'"
            case .end: "the end"
            }
        return error("\(wanted) is expected here, not \(found)", at: token.position)
    }
}
