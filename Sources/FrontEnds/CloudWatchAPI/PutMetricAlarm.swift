import AWSProtocol
import Alarms
import MetricMath
import SignalModel
import WireFormats

/// Creates an alarm on one metric or on an expression, or replaces all of it but its state.
/// Source: CloudWatch API reference, PutMetricAlarm.
struct PutMetricAlarm: APIOperation {
    static let name = "PutMetricAlarm"
    let alarms: AlarmBook
    let metrics: MetricAccess

    struct Input: APIInput {
        let rule: AlarmRule
        let tags: [(key: String, value: String)]

        init(from reader: inout InputReader) throws {
            let settings = try AlarmSettingsInput(from: &reader)
            let bandID = reader.text("ThresholdMetricId", length: 1...255)
            var rule = AlarmRule(
                name: settings.settings.name, subject: .queries([]),
                evaluationPeriods: Int(reader.requiredInteger("EvaluationPeriods", in: 1...Int64(Int32.max))),
                datapointsToAlarm: reader.integer("DatapointsToAlarm", in: 1...Int64(Int32.max)).map(Int.init),
                threshold: reader.double("Threshold") ?? (bandID == nil ? .nan : 0), bandID: bandID,
                comparison: reader.requiredEnumeration("ComparisonOperator"),
                missingData: reader.enumeration("TreatMissingData"), lowSamples: reader.enumeration("EvaluateLowSampleCountPercentile"))
            try reader.check()
            rule.settings = settings.settings
            rule.subject = try Self.subject(&reader)
            try Self.check(rule, hasThreshold: reader.has("Threshold"))
            try settings.check()
            tags = settings.tags
            self.rule = rule
        }

        // MARK: What is watched

        private static func subject(_ reader: inout InputReader) throws -> AlarmRule.Subject {
            guard reader.has("Metrics") else { return .metric(try metric(&reader)) }
            for name in ["MetricName", "Namespace", "Dimensions", "Period", "Statistic", "ExtendedStatistic", "Unit"] as [StaticString] {
                guard !reader.has(name) || reader.isEmptyList(name) else {
                    throw AWSError.validation("The parameters Metrics and \(name) are mutually exclusive and you have specified both.")
                }
            }
            let queries = try reader.queries("Metrics", countMax: Limits.alarmQueriesMax)
            guard queries.count(where: { $0.metricStat != nil }) <= Limits.alarmMetricsMax else {
                throw AWSError.validation("The metrics list can contain at most \(Limits.alarmMetricsMax) metrics.")
            }
            let bandID = reader.text("ThresholdMetricId")
            guard queries.count(where: { $0.returnsData && $0.id != bandID }) == 1 else {
                throw AWSError.validation("Exactly one element of the metrics list should return data.")
            }
            return .queries(queries)
        }

        private static func metric(_ reader: inout InputReader) throws -> WatchedMetric {
            let name = reader.requiredText("MetricName", length: 1...Limits.nameLengthMax)
            let namespace = reader.requiredText("Namespace", length: 1...Limits.nameLengthMax, pattern: NamespacePattern.pattern)
            let period = reader.requiredInteger("Period", in: 1...Int64(Int32.max))
            let basic: GetMetricStatistics.BasicStatistic? = reader.enumeration("Statistic")
            let extended = reader.text("ExtendedStatistic")
            let metric = MetricIdentity(namespace: namespace, name: name, dimensions: try reader.dimensions())
            let unit = reader.unit()
            try reader.check()
            switch (basic, extended) {
            case (nil, nil): throw AWSError.validation("One of the parameters Statistic and ExtendedStatistic must be specified.")
            case (.some, .some): throw AWSError.exclusive("Statistic", "ExtendedStatistic")
            default: break
            }
            do {
                let stat = try MetricStat(metric: metric, periodSeconds: period, statistic: basic?.rawValue ?? extended ?? "", unit: unit)
                guard basic != nil || stat.statistic.needsSamples else { throw MetricMathError(code: .statistic, message: "") }
                return WatchedMetric(stat: stat, isExtended: basic == nil)
            } catch {
                throw AWSError.validation("The value \(extended ?? "") for parameter ExtendedStatistic is not supported.")
            }
        }

        // MARK: The condition

        private static func check(_ rule: AlarmRule, hasThreshold: Bool) throws {
            try checkBorder(of: rule, hasThreshold: hasThreshold)
            if let needed = rule.datapointsToAlarm, needed > rule.evaluationPeriods {
                throw AWSError.validation("DatapointsToAlarm must be less than or equal to EvaluationPeriods.")
            }
            let periods = rule.queries.compactMap { $0.metricStat?.periodSeconds ?? $0.periodSeconds } + [rule.periodSeconds]
            for period in periods where !isAllowed(period) {
                throw AWSError.validation("Period must be 10, 20, 30 or a multiple of 60")
            }
            let period = rule.periodSeconds
            let limit = period >= 3600 ? Limits.alarmLongSpanSeconds : Limits.alarmSpanSeconds
            guard Int64(rule.evaluationPeriods).multipliedReportingOverflow(by: period).partialValue <= limit, rule.evaluationPeriods <= limit else {
                let days = period >= 3600 ? "7 days" : "a day"
                throw AWSError.validation(
                    "Metrics cannot be checked across more than \(days) (EvaluationPeriods * Period must be <= \(limit)).")
            }
        }

        /// A number or a band, as the comparison wants it.
        private static func checkBorder(of rule: AlarmRule, hasThreshold: Bool) throws {
            guard let bandID = rule.bandID else {
                guard !rule.comparison.needsBand else {
                    throw AWSError.validation("ThresholdMetricId must be specified for the comparison operator \(rule.comparison.rawValue).")
                }
                guard rule.threshold.isFinite else { throw AWSError.validation("Threshold must be a finite number.") }
                return
            }
            guard !hasThreshold else {
                throw AWSError.validation("The parameters Threshold and ThresholdMetricId are mutually exclusive and you have specified both.")
            }
            guard rule.comparison.needsBand else {
                throw AWSError.validation("The comparison operator \(rule.comparison.rawValue) cannot be used with ThresholdMetricId.")
            }
            guard rule.queries.contains(where: { $0.id == bandID && $0.expression != nil }) else {
                throw AWSError.validation("ThresholdMetricId \(bandID) is not the id of an expression in the metrics list.")
            }
        }

        private static func isAllowed(_ seconds: Int64) -> Bool { seconds == 10 || seconds == 20 || seconds == 30 || seconds % 60 == 0 }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> Empty {
        if case .queries(let queries) = input.rule.subject {
            do {
                try AlarmRule.check(queries, bandID: input.rule.bandID, budget: metrics.budget(), quotas: metrics.quotas(context.tenant))
            } catch let failure as MetricDataPlan.Failure {
                throw AWSError(failure)
            }
        }
        try await answeringRefusals { try await alarms.put(input.rule, tags: input.tags, of: context.tenant, at: context.now) }
        return Empty()
    }
}

extension InputReader {
    /// Some clients send an empty list for what they do not mean.
    fileprivate func isEmptyList(_ name: StaticString) -> Bool {
        guard let node = node?[name] else { return false }
        return node.kind == .list ? node.childCount == 0 : !node.isTyped && node.isText("")
    }
}
