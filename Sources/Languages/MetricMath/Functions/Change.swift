// From each point to the next: the first has nothing before it and is dropped.

extension MathFunction {
    static let diff = perSeries("DIFF") { changes(of: $0) { change, _ in change } }

    /// Seconds between the points.
    static let diffTime = perSeries("DIFF_TIME") { changes(of: $0) { _, seconds in seconds } }

    /// A second.
    static let rate = perSeries("RATE") { changes(of: $0) { change, seconds in change / seconds } }

    /// Up to and with each point.
    static let runningSum = perSeries("RUNNING_SUM") { series in
        var sum = 0.0
        return series.mapped { value in
            sum += value
            return sum
        }
    }

    /// Seconds.
    static let period = MathFunction("PERIOD", 1...1) { arguments, _, _ in
        .scalar(Double(try arguments[0].series(of: "PERIOD").period / PeriodAlignment.second))
    }

    private static func changes(of series: TimeSeries, _ measure: (_ change: Double, _ seconds: Double) -> Double) -> TimeSeries {
        var result = TimeSeries(period: series.period)
        for index in series.values.indices.dropFirst() {
            let seconds = Double(series.times[index] - series.times[index - 1]) / Double(PeriodAlignment.second)
            result.append(series.times[index], measure(series.values[index] - series.values[index - 1], seconds))
        }
        return result
    }
}
