/// AVG, DATAPOINT_COUNT, MAX, MIN, STDDEV, SUM: a series becomes the scalar over its points, an array the series point by point.
enum MathAggregate: Sendable {
    case average, count, maximum, minimum, standardDeviation, sum

    /// - Parameter count: how many there could have been; AVG of an array counts a missing point as 0.
    /// - Returns: not a number where there is no answer.
    func of(_ values: [Double], outOf count: Int) -> Double {
        let sum = values.reduce(0, +)
        switch self {
        case .sum: return sum
        case .count: return Double(values.count)
        case .average: return sum / Double(count)
        case .minimum: return values.min() ?? .nan
        case .maximum: return values.max() ?? .nan
        case .standardDeviation:
            // Of the whole population: these points are all there are.
            let mean = sum / Double(values.count)
            return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
        }
    }
}

extension MathFunction {
    static func aggregate(_ name: String, _ aggregate: MathAggregate) -> MathFunction {
        MathFunction(name, 1...1) { arguments, environment, _ in
            switch arguments[0].value {
            case .series(let series): return .scalar(aggregate.of(series.values, outOf: series.count))
            case .array(let elements): return .series(pointwise(aggregate, elements.map(\.series), environment))
            case .scalar, .text: throw arguments[0].mismatch(name, "a time series or an array of them")
            }
        }
    }

    private static func pointwise(_ aggregate: MathAggregate, _ series: [TimeSeries], _ environment: MathEnvironment) -> TimeSeries {
        let period = series.map(\.period).max() ?? environment.period
        let all = series.map { $0.aligned(to: period, in: environment.window) }
        var result = TimeSeries(period: period)
        var points: [(time: Int64, value: Double)] = []
        for one in all { points += zip(one.times, one.values).map { ($0, $1) } }
        points.sort { $0.time < $1.time }
        var first = 0
        while first < points.count {
            let end = points[first...].firstIndex { $0.time != points[first].time } ?? points.count
            result.append(points[first].time, aggregate.of(points[first..<end].map(\.value), outOf: all.count))
            first = end
        }
        return result.withDrops(of: all)
    }
}
