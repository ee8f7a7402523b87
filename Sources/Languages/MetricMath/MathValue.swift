/// What an expression, or a part of one, comes to.
package enum MathValue: Sendable, Equatable {
    case scalar(Double)
    case series(TimeSeries)
    case array([Element])
    /// Only an argument.
    case text(String)

    package struct Element: Sendable, Equatable {
        package let source: Source
        package let series: TimeSeries

        package init(source: Source, series: TimeSeries) {
            self.source = source
            self.series = series
        }
    }

    /// Whose series an element of an array was made from; results are labelled by it.
    package enum Source: Sendable, Hashable {
        /// Of several, or of nobody's.
        case none
        /// Of the request's query with this id.
        case query(String)
        /// Of a metric that a search has found.
        case metric(MetricStat)
        /// Of the metrics that have these values of the labels a Metrics Insights query groups by, in their order.
        case group([String])
        /// An edge of a band around what is expected.
        case band(isUpper: Bool)

        /// Empty for what is no group.
        package var group: [String] { if case .group(let values) = self { values } else { [] } }
    }
}

extension MathValue {
    /// Series of one array; so many that no request of 500 metrics comes near, so few that arrays of arrays of arrays end.
    static let elementsMax = 10_000

    func mapped(at position: Int, _ transform: (Double) -> Double) throws(MetricMathError) -> MathValue {
        switch self {
        case .scalar(let value): return .scalar(transform(value))
        case .series(let series): return .series(series.mapped(transform))
        case .array(let elements): return .array(elements.map { Element(source: $0.source, series: $0.series.mapped(transform)) })
        case .text: throw MetricMathError(code: .type, message: "cannot calculate with a text", position: position)
        }
    }

    /// The series in it: those of an array, or the one it is.
    func elements(at position: Int) throws(MetricMathError) -> [Element] {
        switch self {
        case .series(let series): return [Element(source: .none, series: series)]
        case .array(let elements): return elements
        case .scalar, .text:
            throw MetricMathError(code: .type, message: "cannot use \(typeName) here: an array holds time series", position: position)
        }
    }

    /// What it takes to hold it, roughly.
    var byteCount: Int {
        switch self {
        case .scalar, .text: 0
        case .series(let series): series.count * 16
        case .array(let elements): elements.reduce(0) { $0 + $1.series.count * 16 + 64 }
        }
    }

    var typeName: String {
        switch self {
        case .scalar: "a scalar"
        case .series: "a time series"
        case .array: "an array of time series"
        case .text: "a text"
        }
    }
}

extension MetricStat: Hashable {
    package func hash(into hasher: inout Hasher) {
        hasher.combine(metric)
        hasher.combine(statisticText)
        hasher.combine(periodSeconds)
    }
}
