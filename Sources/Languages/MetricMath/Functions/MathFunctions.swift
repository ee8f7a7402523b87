/// A function of the language: how many arguments it takes and what it makes of them.
struct MathFunction: Sendable {
    let name: String
    let arity: ClosedRange<Int>
    /// - Parameter position: of the call, for errors that are nobody's argument's.
    let apply: @Sendable (_ arguments: [MathArgument], _ environment: MathEnvironment, _ position: Int) throws -> MathValue

    init(
        _ name: String, _ arity: ClosedRange<Int>,
        _ apply: @escaping @Sendable (_ arguments: [MathArgument], _ environment: MathEnvironment, _ position: Int) throws -> MathValue
    ) {
        self.name = name
        self.arity = arity
        self.apply = apply
    }
}

/// A value and the place of the expression that it came from.
struct MathArgument: Sendable {
    let value: MathValue
    let position: Int

    func series(of function: String) throws(MetricMathError) -> TimeSeries {
        guard case .series(let series) = value else { throw mismatch(function, "a time series") }
        return series
    }

    func mismatch(_ function: String, _ wanted: String) -> MetricMathError {
        MetricMathError(code: .type, message: "cannot call '\(function)' with \(value.typeName): it takes \(wanted) here", position: position)
    }
}

extension MathValue {
    var typeName: String {
        switch self {
        case .scalar: "a scalar"
        case .series: "a time series"
        case .array: "an array of time series"
        case .text: "a text"
        }
    }
}

enum MathFunctions {
    /// Every function that is served, by name.
    private static let all: [MathFunction] = [
        .elementwise("ABS") { $0.magnitude },
        .aggregate("AVG", .average),
        .elementwise("CEIL") { $0.rounded(.up) },
        .diff,
        .fill,
        .elementwise("FLOOR") { $0.rounded(.down) },
        .condition,
        .aggregate("MAX", .maximum),
        .metrics,
        .aggregate("MIN", .minimum),
        .period,
        .rate,
        .aggregate("STDDEV", .standardDeviation),
        .aggregate("SUM", .sum),
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    static func named(_ name: String) -> MathFunction? { byName[name] }
}

extension MathFunction {
    static func elementwise(_ name: String, _ transform: @escaping @Sendable (Double) -> Double) -> MathFunction {
        MathFunction(name, 1...1) { arguments, _, _ in try arguments[0].value.mapped(at: arguments[0].position, transform) }
    }

    /// Every series of an array, or the one series, by itself.
    static func perSeries(_ name: String, _ argument: MathArgument, _ transform: (TimeSeries) throws -> TimeSeries) throws -> MathValue {
        switch argument.value {
        case .series(let series): return .series(try transform(series))
        case .array(let elements):
            return .array(try elements.map { MathValue.Element(source: $0.source, series: try transform($0.series)) })
        case .scalar, .text: throw argument.mismatch(name, "a time series or an array of them")
        }
    }
}
