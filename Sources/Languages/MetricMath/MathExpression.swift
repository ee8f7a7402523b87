package import SignalModel

/// A metric math expression. Source: CloudWatch user guide, "Using math expressions".
///
///     let expression = try MathExpression("100 * errors / requests")
///     let value = try expression.value(in: environment)       // its ids are in `environment.values`
package struct MathExpression: Sendable {
    indirect enum Node: Sendable {
        case number(Double)
        case name(String)
        case text(String)
        case array([Term])
        case negated(Term)
        /// Operators of one precedence, left to right; flat, so that a sum of 500 metrics nests no deeper than one of two.
        case chain(Term, [(operation: MathOperator, position: Int, operand: Term)])
        case call(MathFunction.Calculation, [Term])
        /// What one of `lookups` has found.
        case found(Int)
    }

    struct Term: Sendable {
        let node: Node
        let position: Int
    }

    package let text: String
    private let root: Term
    /// Ids that it names.
    package let names: Set<String>
    /// The calls in it that ask the store, in the order of the text.
    let lookups: [Lookup]

    enum Lookup: Sendable {
        case search(MetricSearch)
        case model(ModelCall)
    }

    /// - Throws: `.syntax`, or `.unknownFunction` with the function's name and place.
    package init(_ text: String) throws(MetricMathError) {
        var parser = MathParser(text: text, tokens: try MathLexer.tokens(of: text))
        root = try parser.whole()
        names = parser.names
        lookups = parser.lookups
        self.text = text
    }

    /// - Throws: `MetricMathError`, or `StorageError` when the budget is used up.
    package func value(in environment: MathEnvironment) throws -> MathValue { try value(of: root, environment) }

    private func value(of term: Term, _ environment: MathEnvironment) throws -> MathValue {
        switch term.node {
        case .number(let number): return .scalar(number)
        case .text(let text): return .text(text)
        case .name(let name):
            guard let value = environment.values[name] else {
                throw MetricMathError(code: .unknownID, message: "cannot use '\(name)': no query has this id", position: term.position)
            }
            return value
        case .array(let terms): return try array(of: terms, environment, at: term.position)
        case .negated(let operand):
            return try made(value(of: operand, environment).mapped(at: term.position) { -$0 }, environment)
        case .chain(let first, let rest):
            var result = try value(of: first, environment)
            for link in rest {
                let operand = try value(of: link.operand, environment)
                result = try made(link.operation.apply(result, operand, in: environment.window, at: link.position), environment)
            }
            return result
        case .call(let calculation, let terms):
            let arguments = try terms.map { MathArgument(value: try value(of: $0, environment), position: $0.position) }
            return try made(calculation(arguments, environment, term.position), environment)
        case .found(let index): return environment.found[index]
        }
    }

    private func array(of terms: [Term], _ environment: MathEnvironment, at position: Int) throws -> MathValue {
        var elements: [MathValue.Element] = []
        for term in terms {
            // A query's own series keeps its name; anything calculated has none.
            if case .name(let name) = term.node, case .series(let series)? = environment.values[name] {
                elements.append(MathValue.Element(source: .query(name), series: series))
            } else {
                elements += try value(of: term, environment).elements(at: term.position)
            }
            guard elements.count <= MathValue.elementsMax else {
                throw MetricMathError(
                    code: .limit, message: "cannot make an array of more than \(MathValue.elementsMax) time series", position: position)
            }
        }
        return .array(elements)
    }

    private func made(_ value: MathValue, _ environment: MathEnvironment) throws(StorageError) -> MathValue {
        try environment.budget.spend(bytes: value.byteCount)
        return value
    }
}

/// What the names in an expression stand for, and the periods it is about.
package struct MathEnvironment: Sendable {
    package var values: [String: MathValue]
    /// What METRICS() gives: the series that queries took from the store, in the order of the queries.
    package var metrics: [MathValue.Element]
    /// What each of the expression's lookups has found.
    package var found: [MathValue]
    /// Nanoseconds: of series that no other series gives a period.
    package var period: Int64
    package let window: QueryWindow
    package let budget: QueryBudget

    package init(
        values: [String: MathValue] = [:], metrics: [MathValue.Element] = [], found: [MathValue] = [],
        period: Int64 = 60 * PeriodAlignment.second, window: QueryWindow, budget: QueryBudget
    ) {
        self.values = values
        self.metrics = metrics
        self.found = found
        self.period = period
        self.window = window
        self.budget = budget
    }

    /// Starts of all periods of the window.
    /// - Throws: `.limit` when there are more than one answer may hold; `StorageError` at the budget's limits.
    func times(of period: Int64, for function: String, at position: Int) throws -> [Int64] {
        let periods = window.periods(of: period)
        let count = periods.count(of: period)
        guard count <= Self.pointsMax else {
            let message =
                "cannot call '\(function)': there are \(count) periods in this time, and it makes at most \(Self.pointsMax) points"
            throw MetricMathError(code: .limit, message: message, position: position)
        }
        try budget.spend(bytes: count * 16)
        return (0..<count).map { periods.start.nanoseconds + Int64($0) * period }
    }

    /// As many as GetMetricData returns at once.
    private static let pointsMax = 100_800
}
