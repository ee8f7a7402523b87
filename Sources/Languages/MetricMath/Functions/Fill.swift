extension MathFunction {
    /// FILL(series, scalar | REPEAT | LINEAR | series): points for the periods that have none. REPEAT has nothing to repeat before the
    /// first point, LINEAR no line before the first and after the last, a series fills only where it has a point itself.
    static let fill = MathFunction("FILL", 2...2) { arguments, environment, position in
        let filler = try Filler(arguments[1])
        return try arguments[0].perSeries(of: "FILL") { series in
            filler.filled(series, try environment.times(of: series.period, for: "FILL", at: position))
        }
    }
}

private enum Filler {
    case scalar(Double)
    case series(TimeSeries)
    case last
    case line

    init(_ argument: MathArgument) throws(MetricMathError) {
        switch argument.value {
        case .scalar(let value): self = .scalar(value)
        case .series(let series): self = .series(series)
        case .text("REPEAT"): self = .last
        case .text("LINEAR"): self = .line
        case .text, .array: throw argument.mismatch("FILL", "a scalar, a time series, REPEAT or LINEAR")
        }
    }

    func filled(_ series: TimeSeries, _ times: [Int64]) -> TimeSeries {
        var result = TimeSeries(period: series.period)
        var (next, other) = (0, 0)
        for time in times {
            while next < series.count, series.times[next] < time { next += 1 }
            if next < series.count, series.times[next] == time {
                result.append(time, series.values[next])
            } else if let value = value(at: time, series, next: next, &other) {
                result.append(time, value)
            }
        }
        return result
    }

    /// - Parameter next: the first point of `series` after `time`.
    private func value(at time: Int64, _ series: TimeSeries, next: Int, _ other: inout Int) -> Double? {
        switch self {
        case .scalar(let value): return value
        case .series(let filler):
            while other < filler.count, filler.times[other] < time { other += 1 }
            return other < filler.count && filler.times[other] == time ? filler.values[other] : nil
        case .last: return next > 0 ? series.values[next - 1] : nil
        case .line:
            guard next > 0, next < series.count else { return nil }
            let share = Double(time - series.times[next - 1]) / Double(series.times[next] - series.times[next - 1])
            return series.values[next - 1] + share * (series.values[next] - series.values[next - 1])
        }
    }
}
