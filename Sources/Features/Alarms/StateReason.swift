import MetricMath
import WireFormats

/// Says why an alarm is in its state, in CloudWatch's own words, as text and as JSON. Source: reasons recorded from AWS, 2017 to 2026.
struct StateReason {
    /// So many datapoints, and the newest of more, are told behind the sentence, not in it.
    private static let pointsInText = 5
    /// What StateReasonData may hold, in characters: longer windows are told by their newest datapoints.
    private static let dataLengthMax = 4000

    let rule: AlarmRule
    let state: AlarmState.Value
    let verdict: AlarmEvaluator.Verdict
    private let evaluator: AlarmEvaluator

    init(rule: AlarmRule, state: AlarmState.Value, verdict: AlarmEvaluator.Verdict) {
        self.rule = rule
        self.state = state
        self.verdict = verdict
        evaluator = AlarmEvaluator(rule)
    }

    var text: String {
        let missing = verdict.judged.count { $0.value == nil }
        if state == .insufficientData {
            return "Insufficient Data: \(count(missing, "datapoint")) \(missing == 1 ? "was" : "were") unknown."
        }
        let real = verdict.judged.filter { $0.value != nil }
        let treated = missing > 0 ? treatment(of: missing) : nil
        guard !real.isEmpty else {
            return "Threshold Crossed: no datapoints were received for \(count(missing, "period")) and \(treated ?? "")."
        }
        let telling = real.filter { evaluator.isBreaching($0) == (state == .alarm) }
        let said = telling.isEmpty
            ? "\(count(real.count, "datapoint")) \(real.count == 1 ? "was" : "were") received for \(count(verdict.judged.count, "period"))" : judgement(by: telling)
        return (rule.bandID == nil ? "Threshold Crossed: " : "Thresholds Crossed: ") + said + (treated.map { " and \($0)" } ?? "")
            + (telling.isEmpty ? "" : transition) + "."
    }

    /// Of one group among several: without the numbers of the rule, and by its newest datapoint.
    var textOfContributor: String {
        let telling = verdict.judged.filter { evaluator.isBreaching($0) }
        guard let newest = telling.first, let value = newest.value else { return text }
        return "Threshold Crossed: \(count(telling.count, "datapoint")) \(telling.count == 1 ? "was" : "were") \(limit(of: telling)). "
            + "The most recent datapoints which crossed the threshold: [\(value) (\(AlarmTime.short(newest.time)))]."
    }

    /// `2 missing datapoints were treated as [Breaching]`; nil where they were left out.
    private func treatment(of missing: Int) -> String? {
        let name: String
        switch rule.treatment {
        case .breaching: name = "Breaching"
        case .notBreaching: name = "NonBreaching"
        case .ignore, .missing: return nil
        }
        return "\(count(missing, "missing datapoint")) \(missing == 1 ? "was" : "were") treated as [\(name)]"
    }

    private func judgement(by shown: [AlarmEvaluator.Point]) -> String {
        let number = rule.datapointsToAlarm == nil
            ? count(shown.count, "datapoint") : "\(shown.count) out of the last \(rule.evaluationPeriods) datapoints"
        let verb = (shown.count == 1 ? "was" : "were") + (state == .alarm ? "" : " not")
        let points = shown.prefix(Self.pointsInText).map { "\($0.value ?? 0) (\(AlarmTime.short($0.time)))" }.joined(separator: ", ")
        guard shown.count >= Self.pointsInText else { return "\(number) [\(points)] \(verb) \(limit(of: shown))" }
        return "\(number) \(verb) \(limit(of: shown)). The most recent datapoints which crossed the threshold: [\(points)]"
    }

    /// How many of the last datapoints it takes, where the rule says so.
    private var transition: String {
        guard let needed = rule.datapointsToAlarm else { return "" }
        return state == .alarm
            ? " (minimum \(count(needed, "datapoint")) for OK -> ALARM transition)"
            : " (minimum \(count(rule.evaluationPeriods - needed + 1, "datapoint")) for ALARM -> OK transition)"
    }

    /// `greater than the threshold (1.0)`; of a band the borders of the datapoints that are shown.
    private func limit(of shown: [AlarmEvaluator.Point]) -> String {
        guard rule.bandID != nil else { return "\(rule.comparison.words) the threshold (\(rule.threshold))" }
        func list(_ border: KeyPath<AlarmRule.Band, Double>) -> String {
            shown.prefix(Self.pointsInText).compactMap { $0.band.map { "\($0[keyPath: border])" } }.joined(separator: ", ")
        }
        let below = "less than the lower thresholds [\(list(\.lower))]", above = "greater than the upper thresholds [\(list(\.upper))]"
        switch rule.comparison {
        case .below: return below
        case .above: return above
        default: return "\(below) or \(state == .alarm ? "" : "not ")\(above)"
        }
    }

    private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// - Parameter queryTime: when the datapoints were read, UTC nanoseconds.
    func data(queryTime: Int64) -> String {
        let newestFirst = verdict.judged.sorted { $0.time > $1.time }
        var told = min(newestFirst.count, 200)
        while true {
            let text = data(queryTime: queryTime, newestFirst.prefix(told))
            if text.utf8.count <= Self.dataLengthMax || told == 0 { return text }
            told = told * 9 / 10
        }
    }

    private func data(queryTime: Int64, _ points: ArraySlice<AlarmEvaluator.Point>) -> String {
        let real = points.filter { $0.value != nil }
        let watched: WatchedMetric? = if case .metric(let watched) = rule.subject { watched } else { nil }
        let value = WireValue.members(
            ("version", "1.0"), ("queryDate", .text(AlarmTime.long(queryTime))),
            ("startDate", real.last.map { .text(AlarmTime.long($0.time)) }), ("unit", watched?.stat.unit.map(WireValue.text)),
            ("statistic", (watched?.stat.statisticText).map(WireValue.text)), ("period", .integer(rule.periodSeconds)),
            ("recentDatapoints", .doubles(real.reversed().compactMap(\.value))),
            ("threshold", rule.bandID == nil ? .double(rule.threshold) : nil),
            ("recentLowerThresholds", rule.bandID.map { _ in .doubles(real.reversed().compactMap { $0.band?.lower }) }),
            ("recentUpperThresholds", rule.bandID.map { _ in .doubles(real.reversed().compactMap { $0.band?.upper }) }),
            ("evaluatedDatapoints", .list(points.map { point in
                .members(
                    ("timestamp", .text(AlarmTime.long(point.time))), ("sampleCount", point.sampleCount.map(WireValue.double)),
                    ("value", point.value.map(WireValue.double)))
            })))
        return String(decoding: JSON.encode(value), as: UTF8.self)
    }
}
