import Columns
package import MetricMath
package import SignalModel

/// An alarm ready for evaluation: its queries understood once, not every minute.
struct AlarmWatch: Sendable {
    var alarm: Alarm
    let evaluator: AlarmEvaluator
    private let plan: MetricDataPlan
    private let rangePeriods: Int

    /// - Throws: `MetricDataPlan.Failure` for a rule that PutMetricAlarm would refuse.
    init(_ alarm: Alarm) throws {
        self.alarm = alarm
        evaluator = AlarmEvaluator(alarm.rule)
        plan = try MetricDataPlan(alarm.rule.queries)
        rangePeriods = AlarmEvaluator.rangePeriods(of: alarm.rule)
    }

    private var period: Int64 { alarm.rule.periodSeconds * PeriodAlignment.second }

    /// The evaluation range that ends at `mark`.
    private func window(endingAt mark: Int64) -> QueryWindow {
        let start = Timestamp(nanoseconds: mark - Int64(rangePeriods) * period)
        return .ending(TimeRange(start: start, end: Timestamp(nanoseconds: mark)))
    }

    func requests(endingAt mark: Int64) -> [BucketRequest] { plan.requests(in: window(endingAt: mark)) }

    /// What its Metrics Insights queries find; most alarms have none.
    /// - Throws: whatever the store throws, and when more is found than a query takes: an alarm never judges a part of its data.
    func findings(from buckets: BucketReader, endingAt mark: Int64) async throws -> [MetricFinding] {
        var findings: [MetricFinding] = []
        for lookup in plan.lookups {
            let finding = try await buckets.find(lookup, in: window(endingAt: mark))
            if let message = finding.message { throw StorageError(code: .limit, message: "cannot evaluate the alarm: \(message.text)") }
            findings.append(finding)
        }
        return findings
    }

    /// - Parameters:
    ///   - tables: of `requests(endingAt: mark)`.
    ///   - findings: at the same mark.
    /// - Returns: one point for each period of the range, oldest first.
    func points(
        of tables: [BucketTable], _ findings: [MetricFinding], endingAt mark: Int64, budget: QueryBudget
    ) throws -> [AlarmEvaluator.Point] {
        let starts = (0..<rangePeriods).map { mark - Int64(rangePeriods - $0) * period }
        if case .metric(let watched) = alarm.rule.subject {
            let found = Dictionary(uniqueKeysWithValues: zip(tables[0].starts, tables[0].buckets))
            return starts.map { start in
                let bucket = found[start]
                let value = bucket?.value(of: watched.stat.statistic)
                return AlarmEvaluator.Point(time: start, value: value, sampleCount: value == nil ? nil : bucket?.total.count)
            }
        }
        let series = try Self.judgedSeries(plan, plan.values(of: tables, findings: findings, in: window(endingAt: mark), budget: budget))
        let found = Dictionary(uniqueKeysWithValues: zip(series.times, series.values))
        return starts.map { AlarmEvaluator.Point(time: $0, value: found[$0]) }
    }

    /// What the one query that returns data came to.
    private static func judgedSeries(_ plan: MetricDataPlan, _ values: [MathValue]) throws -> TimeSeries {
        for (query, value) in zip(plan.queries, values) where query.returnsData {
            switch value {
            case .series(let series): return series
            case .array(let elements) where elements.count == 1: return elements[0].series
            case .array, .scalar, .text: throw AlarmRule.notOneSeries(query.id)
            }
        }
        throw AlarmRule.notOneSeries("")
    }
}

extension AlarmRule {
    static func notOneSeries(_ id: String) -> MetricDataPlan.Failure {
        let message = "cannot watch it: an alarm's expression must return a single time series"
        return MetricDataPlan.Failure(id: id, cause: MetricMathError(code: .type, message: message))
    }

    /// Finds what is wrong with the queries without reading anything.
    /// - Throws: `MetricDataPlan.Failure`.
    package static func check(_ queries: [MetricDataQuery], budget: QueryBudget) throws {
        let plan = try MetricDataPlan(queries)
        guard !plan.hasSearches else {
            throw MetricDataPlan.Failure(id: "", cause: MetricMathError(code: .alarm, message: "SEARCH is not supported on Metric Alarms."))
        }
        let window = QueryWindow.ending(TimeRange(start: Timestamp(nanoseconds: 0), end: Timestamp(seconds: 3600)))
        let tables = plan.requests(in: window).map { BucketTable(period: $0.period) }
        let values = try plan.values(of: tables, in: window, budget: budget)
        for (query, value) in zip(queries, values) where query.returnsData {
            if case .series = value { continue }
            if case .array(let elements) = value, elements.count == 1 { continue }
            throw notOneSeries(query.id)
        }
    }
}
