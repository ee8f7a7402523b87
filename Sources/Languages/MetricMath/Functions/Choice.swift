extension MathFunction {
    /// METRICS(["filter"]): what the request's queries took from the store; with a filter, those whose id contains it.
    static let metrics = MathFunction("METRICS", 0...1) { arguments, environment, _ in
        guard let argument = arguments.first else { return .array(environment.metrics) }
        guard case .text(let filter) = argument.value else { throw argument.mismatch("METRICS", "a text") }
        return .array(
            environment.metrics.filter { element in
                guard case .query(let id) = element.source else { return false }
                return contains(id, filter)
            })
    }

    /// IF(condition, then[, else]); other than zero is true. For a series point by point: true without a point in `then` is 0, false
    /// without one in `else` is dropped.
    static let condition = MathFunction("IF", 2...3) { arguments, environment, _ in
        for branch in arguments.dropFirst() {
            switch branch.value {
            case .scalar, .series: break
            case .array, .text: throw branch.mismatch("IF", "a scalar or a time series")
            }
        }
        let otherwise = arguments.count > 2 ? arguments[2].value : nil
        switch arguments[0].value {
        case .scalar(let condition):
            if condition != 0 { return arguments[1].value }
            return otherwise ?? .series(TimeSeries(period: arguments[1].value.series?.period ?? environment.period))
        case .series(let condition): return .series(choice(condition, arguments[1].value, otherwise, environment.window))
        case .array, .text: throw arguments[0].mismatch("IF", "a scalar or a time series")
        }
    }

    private static func choice(_ condition: TimeSeries, _ then: MathValue, _ otherwise: MathValue?, _ window: QueryWindow) -> TimeSeries {
        let period = max(condition.period, then.series?.period ?? 0, otherwise?.series?.period ?? 0)
        let conditions = condition.aligned(to: period, in: window)
        var result = TimeSeries(period: period)
        var thenPoints = Points(then), otherwisePoints = otherwise.map(Points.init)
        for (time, value) in zip(conditions.times, conditions.values) {
            if value != 0 {
                result.append(time, thenPoints.value(at: time) ?? 0)
            } else if let value = otherwisePoints?.value(at: time) {
                result.append(time, value)
            }
        }
        return result.withDrops(of: [conditions] + [then.series, otherwise?.series].compactMap(\.self))
    }

    private static func contains(_ text: String, _ part: String) -> Bool {
        let text = Array(text.utf8), part = Array(part.utf8)
        return part.count <= text.count && (0...text.count - part.count).contains { text[$0...].starts(with: part) }
    }
}

/// A scalar or series asked for values at ascending times.
private struct Points {
    private let value: MathValue
    private var place = 0

    init(_ value: MathValue) { self.value = value }

    mutating func value(at time: Int64) -> Double? {
        switch value {
        case .scalar(let scalar): return scalar
        case .series(let series):
            while place < series.count, series.times[place] < time { place += 1 }
            return place < series.count && series.times[place] == time ? series.values[place] : nil
        case .array, .text: return nil
        }
    }
}

extension MathValue {
    fileprivate var series: TimeSeries? {
        if case .series(let series) = self { series } else { nil }
    }
}
