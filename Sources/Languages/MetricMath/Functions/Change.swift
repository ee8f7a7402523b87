extension MathFunction {
    /// From each point to the next; the first has nothing before it and is dropped.
    static let diff = MathFunction("DIFF", 1...1) { arguments, _, _ in
        try perSeries("DIFF", arguments[0]) { changes(of: $0) { change, _ in change } }
    }

    /// The same a second.
    static let rate = MathFunction("RATE", 1...1) { arguments, _, _ in
        try perSeries("RATE", arguments[0]) { changes(of: $0) { change, seconds in change / seconds } }
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
