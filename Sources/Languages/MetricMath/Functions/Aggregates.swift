import Columns

/// AVG, MAX, MIN, STDDEV, SUM: a series becomes the scalar over its points, an array the series point by point.
enum MathAggregate: Sendable {
    case average, maximum, minimum, standardDeviation, sum

    /// - Parameter count: how many there could have been; AVG of an array counts a missing point as 0.
    func of(_ values: [Double], outOf count: Int) -> Double {
        let sum = values.reduce(0, +)
        switch self {
        case .sum: return sum
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
        MathFunction(name, 1...1) { arguments, _, _ in
            switch arguments[0].value {
            case .series(let series): return .scalar(aggregate.of(series.values, outOf: series.count))
            case .array(let elements): return .series(pointwise(aggregate, elements.map(\.series)))
            case .scalar, .text: throw arguments[0].mismatch(name, "a time series or an array of them")
            }
        }
    }

    private static func pointwise(_ aggregate: MathAggregate, _ all: [TimeSeries]) -> TimeSeries {
        var result = TimeSeries(period: all.map(\.period).max() ?? 0)
        var places = [Int](repeating: 0, count: all.count)
        var values: [Double] = []
        while let time = all.indices.compactMap({ places[$0] < all[$0].count ? all[$0].times[places[$0]] : nil }).min() {
            values.removeAll(keepingCapacity: true)
            for index in all.indices where places[index] < all[index].count && all[index].times[places[index]] == time {
                values.append(all[index].values[places[index]])
                places[index] += 1
            }
            result.append(time, aggregate.of(values, outOf: all.count))
        }
        return result
    }
}
