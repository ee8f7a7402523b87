import MetricMath

/// Judges the datapoints of an alarm's evaluation range. Decides only; `AlarmTransition` acts.
///
///     let verdict = AlarmEvaluator(rule).verdict(on: points)           // one point a period, oldest first
///     if let state = verdict.state, state != current.value { … }
///
/// The range is two periods longer than what is judged, so that late data and single gaps do no harm:
/// - with at least N real datapoints in it the newest N are judged, and how missing data is treated does not matter;
/// - else all real ones are judged and as many missing ones as make N, treated as the rule says.
///
/// Source: CloudWatch user guide, "Configuring how alarms treat missing data", whose two tables are in the tests.
package struct AlarmEvaluator: Sendable {
    /// One period of the range.
    package struct Point: Sendable, Equatable {
        /// Start of the period, UTC nanoseconds.
        package var time: Int64
        /// Nil: no datapoint.
        package var value: Double?
        /// How many samples the datapoint stands for; nil where expressions made it.
        package var sampleCount: Double?
        /// What it is held against, where that is a band.
        package var band: AlarmRule.Band?

        package init(time: Int64, value: Double?, sampleCount: Double? = nil, band: AlarmRule.Band? = nil) {
            self.time = time
            self.value = value
            self.sampleCount = sampleCount
            self.band = band
        }
    }

    package struct Verdict: Sendable, Equatable {
        /// Nil: the state stays as it is.
        package var state: AlarmState.Value?
        /// What was judged, newest first: real datapoints and, behind them, missing ones that were filled in.
        package var judged: [Point]
    }

    private let rule: AlarmRule
    private let needed: Int
    private let missingData: AlarmRule.MissingData
    /// What a period without a datapoint is worth; nil where it is a missing one.
    private let quiet: Double?

    /// - Parameter isSparse: the metric is silent when nothing happens: silence is quiet, not a lack of data.
    package init(_ rule: AlarmRule, isSparse: Bool = false) {
        self.rule = rule
        needed = rule.datapointsToAlarm ?? rule.evaluationPeriods
        missingData = isSparse && rule.treatment == .missing ? .notBreaching : rule.treatment
        quiet = isSparse && rule.treatment == .missing && rule.countsEvents ? 0 : nil
    }

    /// How many periods the range has.
    package static func rangePeriods(of rule: AlarmRule) -> Int {
        let longest = rule.periodSeconds >= 3600 ? 7 * 86_400 : 86_400
        return max(rule.evaluationPeriods, min(rule.evaluationPeriods + 2, longest / Int(rule.periodSeconds)))
    }

    /// - Parameter points: the whole range, oldest first.
    package func verdict(on points: [Point]) -> Verdict {
        let newestFirst = points.reversed().map { point in
            point.value == nil && quiet != nil ? Point(time: point.time, value: quiet, sampleCount: 0) : point
        }
        let real = newestFirst.filter { $0.value != nil }.prefix(rule.evaluationPeriods)
        let filled = newestFirst.filter { $0.value == nil }.prefix(rule.evaluationPeriods - real.count)
        let judged = Array(real) + Array(filled)
        if isTooFewSamples(real) { return Verdict(state: nil, judged: judged) }
        return Verdict(state: state(real, filled: filled.count, newestFirst), judged: judged)
    }

    private func state(_ real: ArraySlice<Point>, filled: Int, _ newestFirst: [Point]) -> AlarmState.Value? {
        let breaching = real.count(where: isBreaching)
        let treatedAsBreaching = missingData == .breaching ? filled : 0
        if breaching + treatedAsBreaching >= needed { return .alarm }
        // A real datapoint that does not breach, or enough of them, settles it; so does a treatment that counts.
        if real.count > breaching || missingData == .breaching || missingData == .notBreaching { return .ok }
        if missingData == .ignore { return nil }
        if real.isEmpty { return .insufficientData }
        // Everything there is breaches, but there is less than M of it: in alarm only once the oldest is M periods old, so that the
        // first datapoints after a silence do not raise an alarm too early.
        let oldest = newestFirst.lastIndex { $0.value != nil } ?? 0
        return oldest + 1 >= needed ? .alarm : nil
    }

    func isBreaching(_ point: Point) -> Bool {
        guard let value = point.value else { return false }
        if let band = point.band { return rule.comparison.isBreaching(value, band) }
        return rule.comparison.isBreaching(value, rule.threshold)
    }

    /// A percentile needs ten samples on its far side: 10 / (1 - p), or 10 / p below the median.
    private func isTooFewSamples(_ real: ArraySlice<Point>) -> Bool {
        guard rule.lowSamples == .ignore, case .percentile(let percent)? = rule.judgedStatistic else { return false }
        let share = percent / 100
        let enough = 10 / (share >= 0.5 ? 1 - share : share)
        return real.contains { ($0.sampleCount ?? 0) < enough }
    }
}

extension AlarmRule {
    /// The statistic of the metric that is judged as it is; nil where an expression is judged.
    var judgedStatistic: Statistic? {
        switch subject {
        case .metric(let watched): watched.stat.statistic
        case .queries(let queries): queries.first { $0.returnsData && $0.id != bandID }?.metricStat?.statistic
        case .log: nil
        }
    }

    /// A period without data is one in which nothing was counted.
    var countsEvents: Bool { judgedStatistic == .sum || judgedStatistic == .sampleCount }
}
