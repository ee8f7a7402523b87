// Operators between scalars, time series and arrays of them.

import Glibc

enum MathOperator: Sendable {
    case or, and
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    case add, subtract, multiply, divide
    case power

    /// By how tightly they bind, loosest first; `^` is read apart because it binds to the right.
    static let levels: [[String: MathOperator]] = [
        ["OR": .or, "||": .or],
        ["AND": .and, "&&": .and],
        ["==": .equal, "!=": .notEqual, "<": .less, "<=": .lessOrEqual, ">": .greater, ">=": .greaterOrEqual],
        ["+": .add, "-": .subtract],
        ["*": .multiply, "/": .divide],
    ]

    /// Not a finite number where there is no answer: a series drops such points.
    func callAsFunction(_ a: Double, _ b: Double) -> Double {
        switch self {
        case .or: a != 0 || b != 0 ? 1 : 0
        case .and: a != 0 && b != 0 ? 1 : 0
        case .equal: a == b ? 1 : 0
        case .notEqual: a != b ? 1 : 0
        case .less: a < b ? 1 : 0
        case .lessOrEqual: a <= b ? 1 : 0
        case .greater: a > b ? 1 : 0
        case .greaterOrEqual: a >= b ? 1 : 0
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .power: pow(a, b)
        }
    }

    /// Two series give a point where both have one; an array and anything else go element by element.
    func apply(_ a: MathValue, _ b: MathValue, at position: Int) throws(MetricMathError) -> MathValue {
        switch (a, b) {
        case (.scalar(let a), .scalar(let b)): return .scalar(self(a, b))
        case (.scalar(let a), .series(let b)): return .series(b.mapped { self(a, $0) })
        case (.series(let a), .scalar(let b)): return .series(a.mapped { self($0, b) })
        case (.series(let a), .series(let b)): return .series(a.joined(with: b) { self($0, $1) })
        case (.array, .array):
            throw MetricMathError(code: .type, message: "cannot combine two arrays of time series", position: position)
        case (.array(let elements), _):
            return .array(try elements.map { (element) throws(MetricMathError) in try element.mapped(apply(.series(element.series), b, at: position)) })
        case (_, .array(let elements)):
            return .array(try elements.map { (element) throws(MetricMathError) in try element.mapped(apply(a, .series(element.series), at: position)) })
        case (.text, _), (_, .text):
            throw MetricMathError(code: .type, message: "cannot calculate with a text", position: position)
        }
    }
}

extension TimeSeries {
    /// Points at the times that both have. The period is the longer one, on whose grid these times lie.
    func joined(with other: TimeSeries, _ combine: (Double, Double) -> Double) -> TimeSeries {
        var result = TimeSeries(period: max(period, other.period))
        var (mine, theirs) = (0, 0)
        while mine < count, theirs < other.count {
            if times[mine] == other.times[theirs] {
                result.append(times[mine], combine(values[mine], other.values[theirs]))
                mine += 1
                theirs += 1
            } else if times[mine] < other.times[theirs] {
                mine += 1
            } else {
                theirs += 1
            }
        }
        return result
    }
}
