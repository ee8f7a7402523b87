import Forecasting
import Simulation
import Testing

/// The model on labelled series of many shapes. `Scripts/bench` reports the same figures for more seeds.
struct DetectionTests {
    private func cries(_ series: LabelledSeries, deviations: Double = 2) -> [Int64] {
        var model = SeasonalModel(periodSeconds: series.periodSeconds)
        var cries: [Int64] = []
        for (time, value) in zip(series.times, series.values) {
            if let expected = model.expectation(at: time), value > expected.upper(deviations) || value < expected.lower(deviations) {
                cries.append(time)
            }
            model.observe(value, at: time)
        }
        return cries
    }

    /// What most would write: the mean of the last six hours and three of their standard deviations.
    private func rollingCries(_ series: LabelledSeries) -> [Int64] {
        let count = Int(21_600 / series.periodSeconds)
        return series.times.indices.dropFirst(count).filter { index in
            let window = series.values[(index - count)..<index]
            let mean = window.reduce(0, +) / Double(count)
            let variance = window.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
            return (series.values[index] - mean).magnitude > 3 * variance.squareRoot()
        }.map { series.times[$0] }
    }

    @Test func `nearly everything that is labelled is found, with few false alarms, and better than by a rolling mean`() {
        var ours = DetectionScore(), rolling = DetectionScore()
        for series in LabelledSeries.suite(seed: 11) {
            ours.add(series, cries: cries(series))
            rolling.add(series, cries: rollingCries(series))
        }
        #expect(ours.recall >= 0.97)
        #expect(ours.precision >= 0.7)
        #expect(Double(ours.falsePoints) / Double(ours.ordinaryPoints) < 0.002)
        #expect(ours.recall > rolling.recall && ours.precision > 2 * rolling.precision)
    }

    @Test func `a wider band cries less`() {
        let series = LabelledSeries.suite(seed: 12)[1]
        #expect(cries(series, deviations: 3).count < cries(series, deviations: 1).count)
    }
}
