@testable import MetricMath
import SignalModel
import Simulation
import Testing

/// Seeded noise: whatever comes in, the answer is a value or an error with a place in the text.
struct MathFuzzTests {
    private static let words = [
        "m1", "m2", "e", "(", ")", "[", "]", ",", "+", "-", "*", "/", "^", "<", "==", "AND", "||", "1", "2.5", "1e3", "0", "'x'", "\"m\"",
        "SUM(", "IF(",
        "FILL(", "METRICS(", "RATE(", "AVG(", "ABS(", "PERIOD(", "REPEAT", "LINEAR", " ", "!", "é", "\u{0}", ".", "STDDEV(", "MAX([",
        "SORT(", "SLICE(", "FIRST(", "DATAPOINT_COUNT(", "TIME_SERIES(", "RUNNING_SUM(", "DAY(", "LOG(", "METRIC_COUNT(", "REMOVE_EMPTY(",
        "DESC", "ASC",
        "AVG", "SEARCH(", "'{App} \"x\" OR y'", "'Sum'", "'Sum', 60)", "ANOMALY_DETECTION_BAND(",
    ]

    @Test(arguments: fuzzSeeds(1)) func `no text breaks the parser or the evaluation`(seed: UInt64) throws {
        var random = SeededRandom(seed: 40 + seed)
        let range = TimeRange(start: Timestamp(seconds: 0), end: Timestamp(seconds: 600))
        let budget = QueryBudget(clock: ManualClock(), seconds: 1000, bytesMax: .max)
        var environment = MathEnvironment(window: .ending(range), budget: budget)
        for name in ["m1", "m2"] {
            var series = TimeSeries(period: 60_000_000_000)
            for minute in 0..<10 where Bool.random(using: &random) {
                series.append(Int64(minute) * 60_000_000_000, Double.random(in: -5...5, using: &random))
            }
            environment.values[name] = .series(series)
            environment.metrics.append(MathValue.Element(source: .query(name), series: series))
        }
        var answers = 0
        for _ in 0..<30_000 {
            let text = (0..<Int.random(in: 1...12, using: &random)).map { _ in Self.words.randomElement(using: &random)! }.joined()
            do {
                let expression = try MathExpression(text)
                environment.found = expression.lookups.map { _ in .array(environment.metrics) }
                let value = try expression.value(in: environment)
                answers += 1
                if case .series(let series) = value {
                    #expect(
                        series.values.allSatisfy(\.isFinite) && zip(series.times, series.times.dropFirst()).allSatisfy { $0 < $1 },
                        "\(text)")
                }
            } catch let error as MetricMathError {
                let position = try #require(error.position, "\(text)")
                #expect((1...text.utf8.count + 1).contains(position), "\(text)")
            }
        }
        #expect(answers > 500, "the noise must hold sense too")
    }

    @Test(arguments: fuzzSeeds(1)) func `no text breaks the statistics`(seed: UInt64) {
        var random = SeededRandom(seed: 41 + seed)
        let letters = Array("pTMWCSRIQtmwcs0123456789.:%()-e")
        for _ in 0..<50_000 {
            let text = String((0..<Int.random(in: 0...12, using: &random)).map { _ in letters.randomElement(using: &random)! })
            if let statistic = try? Statistic(text) {
                var bucket = PeriodBucket(keepingSamples: true)
                for value in [3.0, 1, 2] { _ = bucket.add(value: value, count: 1, minimum: value, maximum: value) }
                #expect(bucket.value(of: statistic)?.isFinite ?? true, "\(text)")
            }
        }
    }

    @Test func `extreme windows and periods overflow nothing`() {
        let now = Timestamp(seconds: 1_795_248_000)
        for start: Int64 in [.min, -1, 0, 1_795_248_000_000_000_000, .max - 1] {
            for end: Int64 in [.min + 1, 0, 1_795_248_000_000_000_000, .max] {
                for period: Int64 in [1, 60, 2_147_483_640] {
                    let range = TimeRange(start: Timestamp(nanoseconds: start), end: Timestamp(nanoseconds: end))
                    let periods = QueryWindow.onEpoch(range, now: now).periods(of: period * 1_000_000_000)
                    #expect(periods.count(of: period * 1_000_000_000) >= 0)
                }
            }
        }
    }
}
