// Functions of arrays of time series. Places in an array are counted from 0.

extension MathFunction {
    /// The array's first series; nothing of an empty array.
    static let first = MathFunction("FIRST", 1...1) { arguments, environment, _ in
        .series(try arguments[0].elements(of: "FIRST").first?.series ?? TimeSeries(period: environment.period))
    }

    static let last = MathFunction("LAST", 1...1) { arguments, environment, _ in
        .series(try arguments[0].elements(of: "LAST").last?.series ?? TimeSeries(period: environment.period))
    }

    static let metricCount = MathFunction("METRIC_COUNT", 1...1) { arguments, _, _ in
        .scalar(Double(try arguments[0].elements(of: "METRIC_COUNT").count))
    }

    /// Without the series that have no point.
    static let removeEmpty = MathFunction("REMOVE_EMPTY", 1...1) { arguments, _, _ in
        .array(try arguments[0].elements(of: "REMOVE_EMPTY").filter { !$0.series.isEmpty })
    }

    /// SLICE(array, start[, end]): without the one at `end`.
    static let slice = MathFunction("SLICE", 2...3) { arguments, _, _ in
        let elements = try arguments[0].elements(of: "SLICE")
        let start = try arguments[1].wholeNumber(of: "SLICE", atLeast: 0)
        let end = arguments.count > 2 ? try arguments[2].wholeNumber(of: "SLICE", atLeast: 0) : elements.count
        return .array(Array(elements.prefix(end).dropFirst(start)))
    }

    /// SORT(array, AVG | MIN | MAX | SUM, ASC | DESC[, limit]): series without a point come last, equals stay in order.
    static let sort = MathFunction("SORT", 3...4) { arguments, _, _ in
        let elements = try arguments[0].elements(of: "SORT")
        let measure = try arguments[1].word(of: "SORT", SortMeasure.self).aggregate
        let isDescending = try arguments[2].word(of: "SORT", SortOrder.self) == .DESC
        let limit = arguments.count > 3 ? try arguments[3].wholeNumber(of: "SORT", atLeast: 1) : elements.count
        let ranked = elements.filter { !$0.series.isEmpty }.map { ($0, rank: measure.of($0.series.values, outOf: $0.series.count)) }
        let sorted = ranked.sorted { isDescending ? $0.rank > $1.rank : $0.rank < $1.rank }.map(\.0)
        return .array(Array((sorted + elements.filter(\.series.isEmpty)).prefix(limit)))
    }
}

private enum SortMeasure: String, CaseIterable {
    case AVG, MIN, MAX, SUM

    var aggregate: MathAggregate {
        switch self {
        case .AVG: .average
        case .MIN: .minimum
        case .MAX: .maximum
        case .SUM: .sum
        }
    }
}

private enum SortOrder: String, CaseIterable { case ASC, DESC }
