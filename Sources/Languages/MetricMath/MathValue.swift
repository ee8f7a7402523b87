/// What an expression, or a part of one, comes to.
package enum MathValue: Sendable, Equatable {
    case scalar(Double)
    case series(TimeSeries)
    case array([Element])
    /// Only an argument.
    case text(String)

    package struct Element: Sendable, Equatable {
        /// The query whose series this was made from.
        package let source: String
        package let series: TimeSeries

        package init(source: String, series: TimeSeries) {
            self.source = source
            self.series = series
        }

        func mapped(_ value: MathValue) -> Element {
            guard case .series(let series) = value else { return self }
            return Element(source: source, series: series)
        }
    }
}

extension MathValue {
    func mapped(at position: Int, _ transform: (Double) -> Double) throws(MetricMathError) -> MathValue {
        switch self {
        case .scalar(let value): return .scalar(transform(value))
        case .series(let series): return .series(series.mapped(transform))
        case .array(let elements): return .array(elements.map { Element(source: $0.source, series: $0.series.mapped(transform)) })
        case .text: throw MetricMathError(code: .type, message: "cannot calculate with a text", position: position)
        }
    }

    /// The series in it: those of an array, or the one it is.
    func elements(or rule: String, at position: Int) throws(MetricMathError) -> [Element] {
        switch self {
        case .series(let series): return [Element(source: "", series: series)]
        case .array(let elements): return elements
        case .scalar, .text: throw MetricMathError(code: .type, message: "cannot use a scalar here: \(rule)", position: position)
        }
    }
}
