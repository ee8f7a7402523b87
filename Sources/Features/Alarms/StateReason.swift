import MetricMath
import WireFormats

/// Says why an alarm is in its state, in CloudWatch's own words, as text and as JSON.
struct StateReason {
    /// A reason is at most 1,023 characters long and its data 4,000: longer windows are told by their newest datapoints.
    private static let pointsInText = 5
    private static let pointsInData = 20

    let rule: AlarmRule
    let state: AlarmState.Value
    let verdict: AlarmEvaluator.Verdict

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
        return "Threshold Crossed: " + judgement(of: real) + (treated.map { " and \($0)" } ?? "") + "."
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

    private func judgement(of real: [AlarmEvaluator.Point]) -> String {
        let evaluator = AlarmEvaluator(rule)
        let telling = real.filter { evaluator.isBreaching($0) == (state == .alarm) }
        let shown = telling.isEmpty ? real : telling
        let verb = (shown.count == 1 ? "was" : "were") + (state == .alarm ? "" : " not")
        let limit = "\(rule.comparison.words) the threshold (\(rule.threshold))"
        let points = shown.prefix(Self.pointsInText).map { "\($0.value ?? 0) (\(AlarmTime.short($0.time)))" }.joined(separator: ", ")
        if let needed = rule.datapointsToAlarm {
            let minimum = state == .alarm ? needed : rule.evaluationPeriods - needed + 1
            let change = state == .alarm ? "OK -> ALARM" : "ALARM -> OK"
            return "\(shown.count) out of the last \(rule.evaluationPeriods) datapoints [\(points)] \(verb) \(limit) "
                + "(minimum \(count(minimum, "datapoint")) for \(change) transition)"
        }
        guard shown.count > Self.pointsInText else { return "\(count(shown.count, "datapoint")) [\(points)] \(verb) \(limit)" }
        return "\(shown.count) datapoints \(verb) \(limit). The most recent datapoints: [\(points)]"
    }

    private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// - Parameter queryTime: when the datapoints were read, UTC nanoseconds.
    func data(queryTime: Int64) -> String {
        let points = verdict.judged.sorted { $0.time > $1.time }.prefix(Self.pointsInData)
        let real = points.filter { $0.value != nil }
        let watched: WatchedMetric? = if case .metric(let watched) = rule.subject { watched } else { nil }
        let value = WireValue.members(
            ("version", "1.0"), ("queryDate", .text(AlarmTime.long(queryTime))),
            ("startDate", real.last.map { .text(AlarmTime.long($0.time)) }), ("unit", watched?.stat.unit.map(WireValue.text)),
            ("statistic", (watched?.stat.statisticText).map(WireValue.text)), ("period", .integer(rule.periodSeconds)),
            ("recentDatapoints", .doubles(real.reversed().compactMap(\.value))), ("threshold", .double(rule.threshold)),
            ("evaluatedDatapoints", .list(points.map { point in
                .members(
                    ("timestamp", .text(AlarmTime.long(point.time))), ("sampleCount", point.sampleCount.map(WireValue.double)),
                    ("value", point.value.map(WireValue.double)))
            })))
        return String(decoding: JSON.encode(value), as: UTF8.self)
    }
}
