import Columns
package import MetricMath
package import SignalModel

/// An alarm ready for evaluation: its queries understood once, not every minute.
struct AlarmWatch: Sendable {
    var alarm: Alarm
    let rule: AlarmRule
    let evaluator: AlarmEvaluator
    private let plan: MetricDataPlan
    private let rangePeriods: Int
    /// Position of the query that is judged, where it is a metric itself: among the queries, and among those that are metrics.
    private let judgedMetric: (query: Int, table: Int)?
    /// The labels by which the judged Metrics Insights query tells metrics apart; nil where one series is judged.
    let grouping: [String]?
    /// The groups that breach; nil: not known yet.
    var contributors: [LogResults.Contributor]?

    /// - Throws: `MetricDataPlan.Failure` for a rule that PutMetricAlarm would refuse.
    init(_ alarm: Alarm, _ rule: AlarmRule, _ options: AlarmOptions = AlarmOptions(tags: [])) throws {
        self.alarm = alarm
        self.rule = rule
        evaluator = AlarmEvaluator(rule, isSparse: options.isSparse)
        plan = try MetricDataPlan(rule.queries)
        rangePeriods = AlarmEvaluator.rangePeriods(of: rule)
        let queries = rule.queries
        let insights = queries.first { $0.returnsData && $0.id != rule.bandID }.flatMap { [plan] in plan.insights(of: $0.id) }
        grouping = insights.flatMap { $0.grouping.isEmpty ? nil : $0.grouping }
        judgedMetric = queries.firstIndex { $0.returnsData && $0.id != rule.bandID && $0.metricStat != nil }.map { query in
            (query, queries[..<query].count { $0.metricStat != nil })
        }
    }

    /// A range without any data.
    func missingPoints(endingAt mark: Int64) -> [AlarmEvaluator.Point] {
        (0..<rangePeriods).map { AlarmEvaluator.Point(time: mark - Int64(rangePeriods - $0) * period, value: nil) }
    }

    private var period: Int64 { rule.periodSeconds * PeriodAlignment.second }

    /// What is read for it, in nanoseconds before the mark.
    var span: Int64 { Int64(rangePeriods) * period }

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
    ///   - buckets: whose budget and quotas hold.
    /// - Returns: one point for each period of the range, oldest first.
    func points(
        of tables: [BucketTable], _ findings: [MetricFinding], endingAt mark: Int64, _ buckets: BucketReader
    ) throws -> [AlarmEvaluator.Point] {
        let starts = (0..<rangePeriods).map { mark - Int64(rangePeriods - $0) * period }
        if rule.bandID == nil, plan.queries.count == 1, let judged = judgedMetric, let stat = plan.queries[judged.query].metricStat {
            return Self.points(starts, of: tables[judged.table], stat.statistic)
        }
        let values = try plan.values(of: tables, findings: findings, in: window(endingAt: mark), budget: buckets.budget, quotas: buckets.quotas)
        let series = try Self.judgedSeries(plan, values, butNot: rule.bandID)
        let found = Dictionary(uniqueKeysWithValues: zip(series.times, series.values))
        let bands = try rule.bandID.map { try Self.bands(plan, values, id: $0) }
        let counts = judgedMetric.map { Dictionary(uniqueKeysWithValues: zip(tables[$0.table].starts, tables[$0.table].buckets)) }
        return starts.map { start in
            let band = bands?[start]
            // Where there is no band there is nothing to hold the value against.
            guard let value = found[start], bands == nil || band != nil else { return AlarmEvaluator.Point(time: start, value: nil) }
            return AlarmEvaluator.Point(time: start, value: value, sampleCount: counts?[start]?.total.count, band: band)
        }
    }

    /// What is judged: one series, or each group of a query by itself.
    func datapoints(
        of tables: [BucketTable], _ findings: [MetricFinding], endingAt mark: Int64, _ buckets: BucketReader
    ) throws -> AlarmDatapoints {
        guard grouping != nil else { return .series(try points(of: tables, findings, endingAt: mark, buckets)) }
        let starts = (0..<rangePeriods).map { mark - Int64(rangePeriods - $0) * period }
        let values = try plan.values(of: tables, findings: findings, in: window(endingAt: mark), budget: buckets.budget, quotas: buckets.quotas)
        guard let place = plan.queries.firstIndex(where: \.returnsData), case .array(let elements) = values[place] else { return .groups([]) }
        return .groups(elements.map { element in
            let found = Dictionary(uniqueKeysWithValues: zip(element.series.times, element.series.values))
            return AlarmDatapoints.Group(values: element.source.group, points: starts.map { AlarmEvaluator.Point(time: $0, value: found[$0]) })
        })
    }

    /// The buckets ascend as the starts do.
    private static func points(_ starts: [Int64], of table: BucketTable, _ statistic: Statistic) -> [AlarmEvaluator.Point] {
        var place = 0
        return starts.map { start in
            while place < table.starts.count, table.starts[place] < start { place += 1 }
            guard place < table.starts.count, table.starts[place] == start, let value = table.buckets[place].value(of: statistic) else {
                return AlarmEvaluator.Point(time: start, value: nil)
            }
            return AlarmEvaluator.Point(time: start, value: value, sampleCount: table.buckets[place].total.count)
        }
    }

    /// What the one query that returns data came to.
    private static func judgedSeries(_ plan: MetricDataPlan, _ values: [MathValue], butNot bandID: String?) throws -> TimeSeries {
        for (query, value) in zip(plan.queries, values) where query.returnsData && query.id != bandID {
            switch value {
            case .series(let series): return series
            case .array(let elements) where elements.count == 1: return elements[0].series
            case .array, .scalar, .text: throw AlarmRule.notOneSeries(query.id)
            }
        }
        throw AlarmRule.notOneSeries("")
    }

    /// The band's two series by time; of which is the upper one their values tell.
    private static func bands(_ plan: MetricDataPlan, _ values: [MathValue], id: String) throws -> [Int64: AlarmRule.Band] {
        guard let place = plan.queries.firstIndex(where: { $0.id == id }), case .array(let elements) = values[place], elements.count == 2 else {
            throw AlarmRule.notABand(id)
        }
        let other = Dictionary(uniqueKeysWithValues: zip(elements[1].series.times, elements[1].series.values))
        var bands: [Int64: AlarmRule.Band] = [:]
        for (time, value) in zip(elements[0].series.times, elements[0].series.values) {
            guard let second = other[time] else { continue }
            bands[time] = AlarmRule.Band(lower: min(value, second), upper: max(value, second))
        }
        return bands
    }
}

extension AlarmRule {
    static func notOneSeries(_ id: String) -> MetricDataPlan.Failure {
        let message = "cannot watch it: an alarm's expression must return a single time series"
        return MetricDataPlan.Failure(id: id, cause: MetricMathError(code: .type, message: message))
    }

    static func notABand(_ id: String) -> MetricDataPlan.Failure {
        let message = "cannot watch it: the threshold metric must be an ANOMALY_DETECTION_BAND"
        return MetricDataPlan.Failure(id: id, cause: MetricMathError(code: .type, message: message))
    }

    /// Finds what is wrong with the queries without reading anything.
    /// - Parameters:
    ///   - bandID: the query that is the threshold.
    ///   - quotas: that expressions may ask for.
    /// - Throws: `MetricDataPlan.Failure`.
    package static func check(_ queries: [MetricDataQuery], bandID: String? = nil, budget: QueryBudget, quotas: @escaping QuotaLookup) throws {
        let plan = try MetricDataPlan(queries)
        guard !plan.hasSearches else {
            throw MetricDataPlan.Failure(id: "", cause: MetricMathError(code: .alarm, message: "SEARCH is not supported on Metric Alarms."))
        }
        let window = QueryWindow.ending(TimeRange(start: Timestamp(nanoseconds: 0), end: Timestamp(seconds: 3600)))
        let tables = plan.requests(in: window).map { BucketTable(period: $0.period) }
        let values = try plan.values(of: tables, in: window, budget: budget, quotas: quotas)
        for (query, value) in zip(queries, values) where query.returnsData || query.id == bandID {
            if query.id == bandID {
                guard case .array = value, query.expression?.contains("ANOMALY_DETECTION_BAND") == true else { throw notABand(query.id) }
                continue
            }
            if case .series = value { continue }
            // Each group is judged by itself.
            if bandID == nil, plan.insights(of: query.id)?.grouping.isEmpty == false { continue }
            if case .array(let elements) = value, elements.count == 1 { continue }
            throw notOneSeries(query.id)
        }
    }
}
