import Columns

// or < and < not < comparison < + - < * / % < ^ < sign < value

extension QueryParser {
    mutating func expression() throws(InsightsError) -> Expression {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= InsightsLimits.nestingMax else { throw error("the expression nests deeper than \(InsightsLimits.nestingMax)") }
        var parts = [try conjunction()]
        while try take("or") { parts.append(try conjunction()) }
        return parts.count == 1 ? parts[0] : .or(parts)
    }

    private mutating func conjunction() throws(InsightsError) -> Expression {
        var parts = [try negation()]
        while try take("and") { parts.append(try negation()) }
        return parts.count == 1 ? parts[0] : .and(parts)
    }

    private mutating func negation() throws(InsightsError) -> Expression {
        var isNegated = false
        while try take("not") { isNegated.toggle() }
        let condition = try comparison()
        return isNegated ? .not(condition) : condition
    }

    private mutating func comparison() throws(InsightsError) -> Expression {
        let left = try sum()
        if let comparison = comparisonOperator {
            try advance()
            return .compare(comparison, left, try sum())
        }
        if token.kind == .symbol(.like) {
            try advance()
            guard token.kind == .symbol(.slash) else { throw unexpected("a regular expression between slashes") }
            return .matches(left, try regularExpression())
        }
        let isNegated = try take("not")
        if try take("like") {
            let condition = try likeness(of: left)
            return isNegated ? .not(condition) : condition
        }
        if try take("in") {
            let condition = Expression.isOneOf(left, try list())
            return isNegated ? .not(condition) : condition
        }
        if isNegated { throw unexpected("'like' or 'in'") }
        return left
    }

    private var comparisonOperator: Predicate.Comparison? {
        switch token.kind {
        case .symbol(.equal): .equal
        case .symbol(.notEqual): .notEqual
        case .symbol(.less): .less
        case .symbol(.lessOrEqual): .lessOrEqual
        case .symbol(.greater): .greater
        case .symbol(.greaterOrEqual): .greaterOrEqual
        default: nil
        }
    }

    private mutating func likeness(of value: Expression) throws(InsightsError) -> Expression {
        if token.kind == .symbol(.slash) { return .matches(value, try regularExpression()) }
        guard case .text = token.kind else { throw unexpected("text in quotes or a regular expression between slashes") }
        return .contains(value, try text())
    }

    private mutating func list() throws(InsightsError) -> [Expression] {
        if token.kind == .symbol(.open) { throw error("subqueries are not supported here yet") }
        try expect(.openList)
        var values: [Expression] = []
        if try take(.closeList) { return values }
        repeat { values.append(try expression()) } while try take(.comma)
        try expect(.closeList)
        return values
    }

    private mutating func sum() throws(InsightsError) -> Expression {
        var result = try product()
        for _ in 0..<InsightsLimits.chainMax {
            if try take(.plus) {
                result = .arithmetic(.add, result, try product())
            } else if try take(.minus) {
                result = .arithmetic(.subtract, result, try product())
            } else {
                return result
            }
        }
        throw error("more than \(InsightsLimits.chainMax) operators in a row")
    }

    private mutating func product() throws(InsightsError) -> Expression {
        var result = try power()
        for _ in 0..<InsightsLimits.chainMax {
            if try take(.times) {
                result = .arithmetic(.multiply, result, try power())
            } else if try take(.slash) {
                result = .arithmetic(.divide, result, try power())
            } else if try take(.percent) {
                result = .arithmetic(.remainder, result, try power())
            } else {
                return result
            }
        }
        throw error("more than \(InsightsLimits.chainMax) operators in a row")
    }

    /// Binds to the right.
    private mutating func power() throws(InsightsError) -> Expression {
        let base = try signed()
        guard token.kind == .symbol(.power) else { return base }
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= InsightsLimits.nestingMax else { throw error("the expression nests deeper than \(InsightsLimits.nestingMax)") }
        try advance()
        return .arithmetic(.power, base, try power())
    }

    private mutating func signed() throws(InsightsError) -> Expression {
        var isNegative = false
        while token.kind == .symbol(.minus) || token.kind == .symbol(.plus) {
            if token.kind == .symbol(.minus) { isNegative.toggle() }
            try advance()
        }
        let value = try primary()
        guard isNegative else { return value }
        if case .value(.number(let number)) = value { return .value(.number(-number)) }
        return .arithmetic(.subtract, .value(.number(0)), value)
    }

    private mutating func primary() throws(InsightsError) -> Expression {
        switch token.kind {
        case .number(let value):
            try advance()
            return .value(.number(value))
        case .text(let text):
            try advance()
            return .value(.text(text[...]))
        case .symbol(.open):
            try advance()
            let inner = try expression()
            try expect(.close)
            return inner
        case .name(let name, let isQuoted):
            guard isQuoted || !Self.reserved.contains(name.lowercased()) else { throw unexpected("a value") }
            return try named(name, isQuoted: isQuoted)
        default: throw unexpected("a value")
        }
    }

    /// A field, a word for a value, or a call.
    private mutating func named(_ name: String, isQuoted: Bool) throws(InsightsError) -> Expression {
        let range = token.range
        try advance()
        if !isQuoted, token.kind == .symbol(.open) { return try call(of: name, at: range) }
        if !isQuoted, name.lowercased() == "true" { return .value(.number(1)) }
        if !isQuoted, name.lowercased() == "false" { return .value(.number(0)) }
        scope.read(name)
        return .field(name)
    }

    /// A column without an alias is called by its text, so `sort count(*) desc` after `stats count(*)` means that column.
    private mutating func call(of name: String, at range: Range<Int>) throws(InsightsError) -> Expression {
        if scope.defined.contains(where: { $0.hasPrefix(name) }) {
            let before = self
            try skipParentheses()
            let text = lexer.text(in: range.lowerBound..<lastRange.upperBound)
            if scope.defined.contains(text) { return .field(text) }
            self = before
        }
        try advance()
        return try FunctionCall.parse(name.lowercased(), at: range, from: &self)
    }

    private mutating func skipParentheses() throws(InsightsError) {
        var depth = 0
        repeat {
            if token.kind == .symbol(.open) { depth += 1 }
            if token.kind == .symbol(.close) { depth -= 1 }
            if token.kind == .end { throw unexpected("')'") }
            try advance()
        } while depth > 0
    }

    /// Arguments up to the closing parenthesis, which is taken.
    mutating func arguments() throws(InsightsError) -> [Expression] {
        var arguments: [Expression] = []
        if try take(.close) { return arguments }
        repeat { arguments.append(try expression()) } while try take(.comma)
        try expect(.close)
        return arguments
    }
}
