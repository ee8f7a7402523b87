import Columns

/// What a query computes from a row.
indirect enum Expression: Sendable {
    case value(InsightsValue)
    case field(String)
    case arithmetic(Arithmetic, Expression, Expression)
    case compare(Predicate.Comparison, Expression, Expression)
    case isOneOf(Expression, [Expression])
    case contains(Expression, [UInt8])
    case matches(Expression, RegularExpression)
    case and([Expression])
    case or([Expression])
    case not(Expression)
    case call(ScalarFunction, [Expression])
    /// The value of the first condition that holds, else the last one.
    case choice([(condition: Expression, value: Expression)], otherwise: Expression)
    case rounded(Expression, Period, up: Bool)
    case moment(Moment)

    enum Arithmetic: Sendable {
        case add, subtract, multiply, divide, remainder, power
    }

    /// What is the same for all rows but not known before the query runs.
    enum Moment: Sendable {
        case now, rangeStart, rangeEnd, rangeLength
    }
}

extension Expression.Arithmetic {
    /// What has no result, such as a division by zero, has no value.
    func result(_ a: Double, _ b: Double) -> InsightsValue {
        switch self {
        case .add: .finite(a + b)
        case .subtract: .finite(a - b)
        case .multiply: .finite(a * b)
        case .divide: .finite(a / b)
        case .remainder: .finite(a.truncatingRemainder(dividingBy: b))
        case .power: .finite(Mathematics.power(a, b))
        }
    }
}

extension Expression {
    /// The fields that it reads.
    var fieldNames: Set<String> {
        switch self {
        case .value, .moment: []
        case .field(let name): [name]
        case .arithmetic(_, let a, let b), .compare(_, let a, let b): a.fieldNames.union(b.fieldNames)
        case .isOneOf(let value, let list): list.reduce(into: value.fieldNames) { $0.formUnion($1.fieldNames) }
        case .contains(let value, _), .matches(let value, _), .not(let value), .rounded(let value, _, _): value.fieldNames
        case .and(let parts), .or(let parts), .call(_, let parts): parts.reduce(into: []) { $0.formUnion($1.fieldNames) }
        case .choice(let branches, let otherwise):
            branches.reduce(into: otherwise.fieldNames) { $0.formUnion($1.condition.fieldNames.union($1.value.fieldNames)) }
        }
    }
}
