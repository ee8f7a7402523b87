import MetricMath
import Simulation
import Testing

struct StatisticTests {
    @Test(arguments: [
        ("Sum", Statistic.sum), ("SampleCount", .sampleCount), ("p99", .percentile(99)), ("p0", .percentile(0)),
        ("p99.9", .percentile(99.9)),
        ("p100", .percentile(100)), ("tm90", .trimmed(.mean, .percent(lower: nil, upper: 90))),
        ("wm98.5", .trimmed(.winsorizedMean, .percent(lower: nil, upper: 98.5))), ("tc5", .trimmed(.count, .percent(lower: nil, upper: 5))),
        ("ts50", .trimmed(.sum, .percent(lower: nil, upper: 50))), ("TM(10%:90%)", .trimmed(.mean, .percent(lower: 10, upper: 90))),
        ("TM(:95%)", .trimmed(.mean, .percent(lower: nil, upper: 95))),
        ("WM(10%:)", .trimmed(.winsorizedMean, .percent(lower: 10, upper: nil))),
        ("TC(0.005:0.030)", .trimmed(.count, .value(lower: 0.005, upper: 0.03))),
        ("TS(-5:)", .trimmed(.sum, .value(lower: -5, upper: nil))),
        ("PR(:300)", .percentileRank(lower: nil, upper: 300)), ("PR(100:2000)", .percentileRank(lower: 100, upper: 2000)),
        ("IQM", .trimmed(.mean, .percent(lower: 25, upper: 75))),
    ])
    func `every notation is understood`(text: String, expected: Statistic) throws { #expect(try Statistic(text) == expected) }

    @Test(arguments: [
        "", "sum", "Median", "p", "p101", "p-1", "p+1", "p1e1", "p9.", "p.5", "p99.12345678901", "P99", "tm", "tm101", "Tm90", "xx90", "TM",
        "TM()", "TM(:)", "TM(10%:90)", "TM(90%:10%)", "TM(10%:10%)", "TM(a:b)", "TM(1:2:3)", "TM(1:2", "TM[1:2]", "PR(10%:90%)", "PR(5)",
        "iqm",
        "TM(nan:1)", "TM(inf:)", "TM(:101%)", "p９９",
    ])
    func `anything else is refused by name`(text: String) {
        let error = #expect(throws: MetricMathError.self) { try Statistic(text) }
        #expect(error?.code == .statistic)
        #expect(error?.message.contains("'\(text)'") ?? false)
    }

    private func bucket(_ values: [Double], weights: [Double]? = nil) -> PeriodBucket {
        var bucket = PeriodBucket(keepingSamples: true)
        for (index, value) in values.enumerated() {
            _ = bucket.add(value: value, count: weights?[index] ?? 1, minimum: value, maximum: value)
        }
        return bucket
    }

    @Test(arguments: [
        ("SampleCount", 10.0), ("Sum", 55), ("Average", 5.5), ("Minimum", 1), ("Maximum", 10), ("p0", 1), ("p10", 1), ("p10.1", 2),
        ("p50", 5),
        ("p90", 9), ("p99", 10), ("p100", 10), ("tm90", 5), ("tc90", 9), ("ts90", 45), ("TM(10%:90%)", 5.5), ("TC(10%:90%)", 8),
        ("IQM", 5.5),
        ("wm80", 5.2), ("WM(20%:80%)", 5.5), ("TM(2:5)", 4), ("TC(2:5)", 3), ("TS(2:5)", 12), ("WM(3:8)", 5.5), ("PR(:5)", 50),
        ("PR(2:4)", 20),
        ("PR(9:)", 10), ("TC(100:)", 0),
    ])
    func `one to ten`(text: String, expected: Double) throws {
        #expect(bucket([7, 3, 10, 1, 5, 9, 2, 8, 6, 4]).value(of: try Statistic(text)) == expected)
    }

    @Test func `a weighted value counts as often as its weight says`() throws {
        for text in ["p50", "p95", "tm90", "wm90", "tc90", "ts90", "IQM", "PR(1:2)", "TM(1:3)", "Average"] {
            let statistic = try Statistic(text)
            let weighted = bucket([1, 2, 3], weights: [7, 2, 1]), plain = bucket([1, 1, 1, 1, 1, 1, 1, 2, 2, 3])
            #expect(weighted.value(of: statistic) == plain.value(of: statistic), "\(text)")
        }
    }

    @Test func `one sample answers every statistic`() throws {
        for text in ["p1", "p99", "tm99", "wm99", "IQM", "TM(25%:75%)", "Average"] {
            #expect(bucket([42]).value(of: try Statistic(text)) == 42)
        }
        #expect(bucket([]).value(of: .sum) == nil)
        #expect(bucket([1]).value(of: try Statistic("TM(5:)")) == nil)
    }

    @Test func `a statistic set has no ranks, one with equal extremes is a repeated value`() throws {
        var set = PeriodBucket(keepingSamples: true)
        _ = set.add(value: 60, count: 4, minimum: 5, maximum: 30)
        #expect(set.value(of: .sum) == 60 && set.value(of: .average) == 15 && set.value(of: .maximum) == 30)
        #expect(set.value(of: .percentile(50)) == nil)
        #expect(set.value(of: try Statistic("tm90")) == nil)
        var merged = bucket([1, 2, 3])
        merged.merge(set)
        #expect(merged.value(of: .sampleCount) == 7 && merged.value(of: .percentile(50)) == nil)
        #expect(bucket([5], weights: [4]).value(of: .percentile(50)) == 5)
    }

    @Test func `many distinct samples stay within the sketch's bound`() throws {
        var random = SeededRandom(seed: 7)
        let values = (0..<40_000).map { _ in Double.random(in: 0.001...1000, using: &random) }
        let sorted = values.sorted(), large = bucket(values)
        for percent in [0, 1, 50, 90, 99.9, 100] {
            let rank = max(1, Int((percent * 400).rounded(.up)))
            let value = try #require(large.value(of: .percentile(percent)))
            #expect(abs(value - sorted[rank - 1]) <= 0.0079 * sorted[rank - 1] + 1e-9, "p\(percent)")
        }
        var half = bucket(Array(values[..<20_000]))
        half.merge(bucket(Array(values[20_000...])))
        #expect(half.value(of: .percentile(90)) == large.value(of: .percentile(90)))
    }
}
