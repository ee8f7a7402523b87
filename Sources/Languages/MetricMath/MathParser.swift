/// Reads an expression, loosest operators first: OR, AND, comparisons, + -, * /, unary -, ^.
struct MathParser {
    typealias Term = MathExpression.Term

    /// Parentheses, calls and signs inside each other; a level takes about nine call frames.
    private static let depthMax = 64

    private let text: String
    private let tokens: [MathToken]
    private var place = 0
    private var depth = 0
    private(set) var names: Set<String> = []
    private(set) var lookups: [MathExpression.Lookup] = []

    init(text: String, tokens: [MathToken]) {
        self.text = text
        self.tokens = tokens
    }

    private var token: MathToken { tokens[place] }

    mutating func whole() throws(MetricMathError) -> Term {
        let term = try level(0)
        guard token.kind == .end else { throw unexpected("an operator") }
        return term
    }

    private mutating func level(_ index: Int) throws(MetricMathError) -> Term {
        guard index < MathOperator.levels.count else { return try signed() }
        let first = try level(index + 1)
        var rest: [(operation: MathOperator, position: Int, operand: Term)] = []
        while let operation = takeOperator(of: MathOperator.levels[index]) {
            let position = tokens[place - 1].position
            rest.append((operation, position, try level(index + 1)))
        }
        return rest.isEmpty ? first : Term(node: .chain(first, rest), position: first.position)
    }

    private mutating func signed() throws(MetricMathError) -> Term {
        let position = token.position
        guard takeSymbol("-") else { return try power() }
        return Term(node: .negated(try nested { (parser) throws(MetricMathError) in try parser.signed() }), position: position)
    }

    /// `2^3^2` is `2^(3^2)`, and `2^-1` may stand without parentheses.
    private mutating func power() throws(MetricMathError) -> Term {
        let base = try primary()
        let position = token.position
        guard takeSymbol("^") else { return base }
        let exponent = try nested { (parser) throws(MetricMathError) in try parser.signed() }
        return Term(node: .chain(base, [(.power, position, exponent)]), position: base.position)
    }

    private mutating func primary() throws(MetricMathError) -> Term {
        let position = token.position
        switch token.kind {
        case .number(let number):
            place += 1
            return Term(node: .number(number), position: position)
        case .text(let text):
            place += 1
            return Term(node: .text(text), position: position)
        case .name("AND"), .name("OR"): throw unexpected("a value")
        case .name(let name):
            place += 1
            if takeSymbol("(") { return Term(node: try call(name, position), position: position) }
            // Ids begin with a small letter; REPEAT, LINEAR and the like are words of the language.
            guard name.utf8.first.map({ $0 &- 97 < 26 }) ?? false else { return Term(node: .text(name), position: position) }
            names.insert(name)
            return Term(node: .name(name), position: position)
        case .symbol("("):
            place += 1
            let term = try nested { (parser) throws(MetricMathError) in try parser.level(0) }
            guard takeSymbol(")") else { throw unexpected("')'") }
            return term
        case .symbol("["):
            place += 1
            return Term(node: .array(try terms(until: "]")), position: position)
        case .symbol, .end: throw unexpected("a value")
        }
    }

    private mutating func call(_ name: String, _ position: Int) throws(MetricMathError) -> MathExpression.Node {
        guard let function = MathFunctions.named(name) else {
            throw MetricMathError(code: .unknownFunction, message: "cannot call '\(name)': there is no such function", position: position)
        }
        let start = token.position
        var firstEnd = start
        let arguments = try terms(until: ")") { firstEnd = $0 }
        guard function.arity.contains(arguments.count) else {
            let wanted =
                function.arity.count == 1 ? "\(function.arity.lowerBound)" : "\(function.arity.lowerBound) to \(function.arity.upperBound)"
            throw MetricMathError(
                code: .type, message: "cannot call '\(name)' with \(arguments.count) arguments: it takes \(wanted)", position: position)
        }
        switch function.kind {
        case .calculation(let calculation): return .call(calculation, arguments)
        case .search:
            lookups.append(.search(try MetricSearch(arguments)))
            return .found(lookups.count - 1)
        case .model(let kind):
            let operand = ModelCall.Operand(text: text(start..<firstEnd), position: start)
            lookups.append(.model(try ModelCall(kind, of: operand, arguments)))
            return .found(lookups.count - 1)
        case .notServed(let why):
            throw MetricMathError(code: .notServed, message: "cannot call '\(name)': \(why)", position: position)
        }
    }

    /// - Parameter afterFirst: is told where the first one ends.
    private mutating func terms(
        until end: String, afterFirst: (_ position: Int) -> Void = { _ in }
    ) throws(MetricMathError) -> [Term] {
        if takeSymbol(end) { return [] }
        var terms: [Term] = []
        repeat {
            terms.append(try nested { (parser) throws(MetricMathError) in try parser.level(0) })
            if terms.count == 1 { afterFirst(token.position) }
        } while takeSymbol(",")
        guard takeSymbol(end) else { throw unexpected("',' or '\(end)'") }
        return terms
    }

    /// - Parameter positions: of characters; the first is 1.
    private func text(_ positions: Range<Int>) -> String {
        let scalars = text.unicodeScalars.dropFirst(positions.lowerBound - 1).prefix(positions.count)
        return String(String.UnicodeScalarView(scalars))
    }

    private mutating func nested(_ body: (inout MathParser) throws(MetricMathError) -> Term) throws(MetricMathError) -> Term {
        guard depth < Self.depthMax else {
            throw MetricMathError(
                code: .limit, message: "cannot read the expression: it nests deeper than \(Self.depthMax)", position: token.position)
        }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    private mutating func takeSymbol(_ symbol: String) -> Bool {
        guard token.kind == .symbol(symbol) else { return false }
        place += 1
        return true
    }

    private mutating func takeOperator(of level: [String: MathOperator]) -> MathOperator? {
        let found: MathOperator?
        switch token.kind {
        case .symbol(let text), .name(let text): found = level[text]
        case .number, .text, .end: found = nil
        }
        if found != nil { place += 1 }
        return found
    }

    private func unexpected(_ wanted: String) -> MetricMathError {
        let found: String
        switch token.kind {
        case .number(let number): found = "\(number)"
        case .name(let text), .symbol(let text): found = "'\(text)'"
        case .text(let text): found = "\"\(text)\""
        case .end: found = "the end"
        }
        return MetricMathError(
            code: .syntax, message: "cannot read the expression: \(wanted) is expected here, not \(found)", position: token.position)
    }
}
