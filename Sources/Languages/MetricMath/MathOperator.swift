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

    /// True for comparison and logic, which take a point that one of two series lacks as 0; arithmetic answers only where both have one.
    private var takesMissingAsZero: Bool {
        switch self {
        case .or, .and, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
        case .add, .subtract, .multiply, .divide, .power: false
        }
    }

    /// An array and anything else go element by element.
    func apply(_ a: MathValue, _ b: MathValue, in window: QueryWindow, at position: Int) throws(MetricMathError) -> MathValue {
        func each(_ elements: [MathValue.Element], _ combine: (TimeSeries) -> TimeSeries) -> MathValue {
            .array(elements.map { MathValue.Element(source: $0.source, series: combine($0.series)) })
        }
        switch (a, b) {
        case (.scalar(let a), .scalar(let b)): return .scalar(self(a, b))
        case (.scalar(let a), .series(let b)): return .series(b.mapped { self(a, $0) })
        case (.series(let a), .scalar(let b)): return .series(a.mapped { self($0, b) })
        case (.series(let a), .series(let b)): return .series(joined(a, b, in: window))
        case (.scalar(let a), .array(let b)): return each(b) { $0.mapped { self(a, $0) } }
        case (.array(let a), .scalar(let b)): return each(a) { $0.mapped { self($0, b) } }
        case (.series(let a), .array(let b)): return each(b) { joined(a, $0, in: window) }
        case (.array(let a), .series(let b)): return each(a) { joined($0, b, in: window) }
        case (.text, _), (_, .text): throw MetricMathError(code: .type, message: "cannot calculate with a text", position: position)
        case (.array, .array):
            throw MetricMathError(code: .type, message: "cannot combine two arrays of time series", position: position)
        }
    }

    /// Of different periods the longer one is the result's: points of the other series that lie between its starts are left out.
    private func joined(_ first: TimeSeries, _ second: TimeSeries, in window: QueryWindow) -> TimeSeries {
        let period = max(first.period, second.period)
        let a = first.aligned(to: period, in: window), b = second.aligned(to: period, in: window)
        var result = TimeSeries(period: period)
        var (mine, theirs) = (0, 0)
        while mine < a.count || theirs < b.count {
            let mineIsNext = theirs == b.count || (mine < a.count && a.times[mine] <= b.times[theirs])
            let theirsIsNext = mine == a.count || (theirs < b.count && b.times[theirs] <= a.times[mine])
            if takesMissingAsZero || (mineIsNext && theirsIsNext) {
                let time = mineIsNext ? a.times[mine] : b.times[theirs]
                result.append(time, self(mineIsNext ? a.values[mine] : 0, theirsIsNext ? b.values[theirs] : 0))
            }
            if mineIsNext { mine += 1 }
            if theirsIsNext { theirs += 1 }
        }
        return result.withDrops(of: [a, b])
    }
}
