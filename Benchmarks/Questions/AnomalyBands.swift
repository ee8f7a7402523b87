import Forecasting
import Platform
import Simulation

/// How many of labelled anomalies a band finds, how many of its alarms are about nothing, and what a value costs. Needs no server.
struct AnomalyBands: Question {
    let name = "AnomalyBands"
    let meaning = """
        Labelled series of sixteen shapes, several seeds of each, value by value through the model behind ANOMALY_DETECTION_BAND with two \
        deviations, and for comparison through the mean of six hours with three standard deviations. An anomaly is found when a value in it \
        or in the hour after is outside; values outside elsewhere are false alarms, those within an hour of each other one.
        """

    func measure(_ bench: Bench) throws -> [Figure] {
        let seeds: ClosedRange<UInt64> = bench.size == .small ? 1...1 : 1...20
        var ours = DetectionScore(), rolling = DetectionScore(), values = 0
        let time = SystemTime()
        var nanoseconds: Int64 = 0
        for seed in seeds {
            for series in LabelledSeries.suite(seed: bench.seed &+ seed) {
                let start = time.monotonicNanoseconds
                let cries = Self.cries(series)
                nanoseconds += time.monotonicNanoseconds - start
                values += series.times.count
                ours.add(series, cries: cries)
                rolling.add(series, cries: Self.rollingCries(series))
            }
        }
        let cost = Double(nanoseconds) / 1000 / Double(values)
        return figures("the model", ours, aims: true) + figures("a rolling mean", rolling, aims: false)
            + [Figure("the model", "time a value, expected and learned", cost, .microseconds, aim: .atMost(5))]
    }

    private func figures(_ form: String, _ score: DetectionScore, aims: Bool) -> [Figure] {
        [
            Figure(form, "anomalies found, percent", 100 * score.recall, .count, aim: aims ? .atLeast(97) : nil),
            Figure(form, "alarms that are true, percent", 100 * score.precision, .count, aim: aims ? .atLeast(70) : nil),
            Figure(form, "false alarms", Double(score.falseAlarms), .count),
            Figure(
                form, "ordinary values outside, in a thousand", 1000 * Double(score.falsePoints) / Double(max(1, score.ordinaryPoints)), .count),
        ]
    }

    private static func cries(_ series: LabelledSeries) -> [Int64] {
        var model = SeasonalModel(periodSeconds: series.periodSeconds)
        var cries: [Int64] = []
        for (time, value) in zip(series.times, series.values) {
            if let expected = model.expectation(at: time), value > expected.upper(2) || value < expected.lower(2) { cries.append(time) }
            model.observe(value, at: time)
        }
        return cries
    }

    private static func rollingCries(_ series: LabelledSeries) -> [Int64] {
        let count = Int(21_600 / series.periodSeconds)
        return series.times.indices.dropFirst(count).filter { index in
            let window = series.values[(index - count)..<index]
            let mean = window.reduce(0, +) / Double(count)
            let variance = window.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
            return (series.values[index] - mean).magnitude > 3 * variance.squareRoot()
        }.map { series.times[$0] }
    }
}
