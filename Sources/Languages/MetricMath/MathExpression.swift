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
        case call(MathFunction, [Term])
    }

    struct Term: Sendable {
        let node: Node
        let position: Int
    }

    package let text: String
    private let root: Term
    /// Ids that it names.
    package let names: Set<String>

    /// - Throws: `.syntax`, or `.unknownFunction` with the function's name and place.
    package init(_ text: String) throws(MetricMathError) {
        var parser = MathParser(tokens: try MathLexer.tokens(of: text))
        root = try parser.whole()
        names = parser.names
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
        case .array(let terms):
            return .array(try terms.flatMap { element in
                try value(of: element, environment).elements(or: "an array holds time series", at: element.position)
            })
        case .negated(let operand):
            return try value(of: operand, environment).mapped(at: term.position) { -$0 }
        case .chain(let first, let rest):
            var result = try value(of: first, environment)
            for link in rest {
                result = try link.operation.apply(result, try value(of: link.operand, environment), at: link.position)
            }
            return result
        case .call(let function, let terms):
            let arguments = try terms.map { MathArgument(value: try value(of: $0, environment), position: $0.position) }
            return try function.apply(arguments, environment, term.position)
        }
    }
}

/// What the names in an expression stand for, and the periods it is about.
package struct MathEnvironment: Sendable {
    package var values: [String: MathValue]
    /// What METRICS() gives: the series that queries took from the store, in the order of the queries.
    package var metrics: [MathValue.Element]
    package let window: QueryWindow
    package let budget: QueryBudget

    package init(values: [String: MathValue] = [:], metrics: [MathValue.Element] = [], window: QueryWindow, budget: QueryBudget) {
        self.values = values
        self.metrics = metrics
        self.window = window
        self.budget = budget
    }
}
