import Alarms
import MetricMath
import Simulation
import Testing

/// A rule on one metric; more than zero breaches.
func rule(
    _ needed: Int? = nil, of periods: Int = 3, missing: AlarmRule.MissingData? = nil, statistic: String = "Average", period: Int64 = 60,
    namespace: String = "Shop", lowSamples: AlarmRule.LowSamples? = nil, name: String = "alarm"
) throws -> AlarmRule {
    let stat = try MetricStat(metric: MetricIdentity(namespace: namespace, name: "Errors"), periodSeconds: period, statistic: statistic)
    return AlarmRule(
        name: name, subject: .metric(WatchedMetric(stat: stat, isExtended: stat.statistic.needsSamples)), evaluationPeriods: periods,
        datapointsToAlarm: needed, threshold: 0, comparison: .greater, missingData: missing, lowSamples: lowSamples)
}

/// `0` does not breach, `X` does, `-` is missing; oldest first.
func points(_ text: String) -> [AlarmEvaluator.Point] {
    text.split(separator: " ").enumerated().map { index, mark in
        AlarmEvaluator.Point(time: Int64(index) * 60_000_000_000, value: mark == "-" ? nil : mark == "X" ? 1 : 0, sampleCount: mark == "-" ? nil : 1)
    }
}

struct AlarmEvaluatorTests {
    private static let ok = AlarmState.Value.ok, alarm = AlarmState.Value.alarm, unknown = AlarmState.Value.insufficientData

    struct Row: Sendable, CustomTestStringConvertible {
        let points: String
        let needed: Int
        /// By treatment: missing, ignore, breaching, notBreaching; nil keeps the state.
        let states: [AlarmState.Value?]
        var testDescription: String { "\(needed) of 3: \(points)" }
    }

    /// The two tables of the CloudWatch user guide, "Configuring how alarms treat missing data".
    static let tables = [
        Row(points: "0 - X - X", needed: 3, states: [ok, ok, ok, ok]),
        Row(points: "0 - - - -", needed: 3, states: [ok, ok, ok, ok]),
        Row(points: "- - - - -", needed: 3, states: [unknown, nil, alarm, ok]),
        Row(points: "0 X X - X", needed: 3, states: [alarm, alarm, alarm, alarm]),
        Row(points: "- - X - -", needed: 3, states: [alarm, nil, alarm, ok]),
        Row(points: "0 - X - X", needed: 2, states: [alarm, alarm, alarm, alarm]),
        Row(points: "0 0 X 0 X", needed: 2, states: [alarm, alarm, alarm, alarm]),
        Row(points: "0 - X - -", needed: 2, states: [ok, ok, alarm, ok]),
        Row(points: "- - - - 0", needed: 2, states: [ok, ok, alarm, ok]),
        Row(points: "- - - X -", needed: 2, states: [alarm, nil, alarm, ok]),
    ]

    @Test(arguments: tables)
    func `missing data is treated as AWS's tables say`(row: Row) throws {
        for (treatment, expected) in zip([AlarmRule.MissingData.missing, .ignore, .breaching, .notBreaching], row.states) {
            let verdict = AlarmEvaluator(try rule(row.needed, missing: treatment)).verdict(on: points(row.points))
            #expect(verdict.state == expected, "\(treatment)")
        }
        #expect(AlarmEvaluator(try rule(row.needed)).verdict(on: points(row.points)).state == row.states[0], "missing is the default")
    }

    @Test func `the first breaching datapoints after a silence do not alarm too early`() throws {
        let evaluator = AlarmEvaluator(try rule(3, missing: .missing))
        #expect(evaluator.verdict(on: points("- - - - X")).state == nil)
        #expect(evaluator.verdict(on: points("- - - X -")).state == nil)
        #expect(evaluator.verdict(on: points("- - - X X")).state == nil)
        #expect(evaluator.verdict(on: points("- - X - -")).state == .alarm)
        #expect(evaluator.verdict(on: points("- X - - -")).state == .alarm)
        #expect(AlarmEvaluator(try rule(1, missing: .missing)).verdict(on: points("- - - - X")).state == .alarm)
    }

    @Test func `DynamoDB's alarms keep their state whatever the rule says`() throws {
        let evaluator = AlarmEvaluator(try rule(3, missing: .breaching, namespace: "AWS/DynamoDB"))
        #expect(evaluator.verdict(on: points("- - - - -")).state == nil)
        #expect(evaluator.verdict(on: points("- - X X X")).state == .alarm)
    }

    @Test(arguments: [("p99", 999.0, true), ("p99", 1000, false), ("p50", 19, true), ("p50", 20, false), ("p10", 99, true), ("p10", 100, false)])
    func `percentiles of too few samples keep the state where the rule says so`(statistic: String, count: Double, isTooFew: Bool) throws {
        let point = [AlarmEvaluator.Point(time: 0, value: 5, sampleCount: count)]
        let ignoring = AlarmEvaluator(try rule(of: 1, statistic: statistic, lowSamples: .ignore))
        #expect(ignoring.verdict(on: point).state == (isTooFew ? nil : .alarm))
        #expect(AlarmEvaluator(try rule(of: 1, statistic: statistic, lowSamples: .evaluate)).verdict(on: point).state == .alarm)
        #expect(AlarmEvaluator(try rule(of: 1, statistic: statistic)).verdict(on: point).state == .alarm)
    }

    @Test(arguments: [
        (AlarmRule.Comparison.greater, 1.0, false), (.greater, 1.5, true), (.greaterOrEqual, 1, true), (.less, 1, false), (.less, 0.5, true),
        (.lessOrEqual, 1, true), (.lessOrEqual, 1.5, false),
    ])
    func `each comparison has its own border`(comparison: AlarmRule.Comparison, value: Double, isBreaching: Bool) throws {
        var rule = try rule(of: 1)
        rule.comparison = comparison
        rule.threshold = 1
        let verdict = AlarmEvaluator(rule).verdict(on: [AlarmEvaluator.Point(time: 0, value: value)])
        #expect(verdict.state == (isBreaching ? .alarm : .ok))
    }

    @Test func `the range is two periods longer than the window, within what AWS looks back`() throws {
        #expect(AlarmEvaluator.rangePeriods(of: try rule(of: 3)) == 5)
        #expect(AlarmEvaluator.rangePeriods(of: try rule(of: 1440)) == 1440)
        #expect(AlarmEvaluator.rangePeriods(of: try rule(of: 1439)) == 1440)
        #expect(AlarmEvaluator.rangePeriods(of: try rule(of: 24, period: 3600)) == 26)
    }

    /// Written from the rules as AWS tells them, counting one by one, with nothing of the evaluator's shape.
    private func oracle(_ points: [AlarmEvaluator.Point], m: Int, n: Int, _ treatment: AlarmRule.MissingData) -> AlarmState.Value? {
        var breaching = 0, fine = 0, taken = 0
        var index = points.count - 1
        while index >= 0, taken < n {
            if let value = points[index].value {
                taken += 1
                if value > 0 { breaching += 1 } else { fine += 1 }
            }
            index -= 1
        }
        if taken == n { return breaching >= m ? .alarm : .ok }
        let lacking = n - taken
        switch treatment {
        case .breaching: return breaching + lacking >= m ? .alarm : .ok
        case .notBreaching: return breaching >= m ? .alarm : .ok
        case .ignore: return breaching >= m ? .alarm : fine > 0 ? .ok : nil
        case .missing:
            if taken == 0 { return .insufficientData }
            if breaching >= m { return .alarm }
            if fine > 0 { return .ok }
            var age = 0
            for (position, point) in points.enumerated() where point.value != nil {
                age = points.count - position
                break
            }
            return age >= m ? .alarm : nil
        }
    }

    @Test func `any window is judged as a brute-force count judges it`() throws {
        var random = SeededRandom(seed: 20_261_121)
        for round in 0..<20_000 {
            let n = Int.random(in: 1...6, using: &random), m = Int.random(in: 1...n, using: &random)
            let treatment = AlarmRule.MissingData.allCases.randomElement(using: &random)!
            let gaps = Int.random(in: 0...10, using: &random)
            let marks = (0..<n + 2).map { _ in Int.random(in: 0..<10, using: &random) < gaps ? "-" : Bool.random(using: &random) ? "X" : "0" }
            let window = points(marks.joined(separator: " "))
            let verdict = AlarmEvaluator(try rule(m, of: n, missing: treatment)).verdict(on: window)
            #expect(verdict.state == oracle(window, m: m, n: n, treatment), "round \(round): \(m) of \(n), \(treatment): \(marks)")
            #expect(verdict.judged.count == n)
            #expect(verdict.judged.count { $0.value != nil } == min(n, window.count { $0.value != nil }))
        }
    }
}
