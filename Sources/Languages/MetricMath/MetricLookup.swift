package import SignalModel

/// Metrics that an expression describes instead of naming them: found anew each time, before anything is computed.
package struct MetricLookup: Sendable {
    enum Subject: Sendable {
        case search(MetricSearch)
        case insights(InsightsQuery)
        /// A call, and the plan whose last query is what it is about.
        case model(ModelCall, of: MetricDataPlan)
    }

    let subject: Subject
    /// The query's.
    let id: String
    let periodSeconds: Int64
}

/// What a lookup has found, with its values.
package struct MetricFinding: Sendable {
    /// Of a search: the metrics, by name. Of a Metrics Insights query: the groups in its order, or one element when it has no groups.
    /// Of a model: what its function makes of it.
    package let value: MathValue
    /// It is not all there is.
    package let message: MetricDataMessage?

    init(value: MathValue, message: MetricDataMessage?) {
        self.value = value
        self.message = message
    }

    init(elements: [MathValue.Element], message: MetricDataMessage?) { self.init(value: .array(elements), message: message) }
}

/// Something about a whole answer that its reader must know. Codes are CloudWatch's.
package struct MetricDataMessage: Sendable, Equatable {
    package let code: String
    package let text: String

    package init(code: String, text: String) {
        self.code = code
        self.text = text
    }
}

extension BucketReader {
    /// - Throws: `MetricDataPlan.Failure` when a model's operand does not fit; whatever the store throws.
    package func find(_ lookup: MetricLookup, in window: QueryWindow) async throws -> MetricFinding {
        switch lookup.subject {
        case .search(let search): try await find(search, lookup, in: window)
        case .insights(let query): try await find(query, lookup, in: window)
        case .model(let call, let operand): try await model(call, of: operand, in: window)
        }
    }

    private func find(_ search: MetricSearch, _ lookup: MetricLookup, in window: QueryWindow) async throws(StorageError) -> MetricFinding {
        let now = window.now.nanoseconds, second = PeriodAlignment.second
        // Samples may lie up to two hours ahead; their metrics are recent too.
        let recent = TimeRange(
            start: Timestamp(nanoseconds: now - MetricSearch.recentSeconds * second), end: Timestamp(nanoseconds: now + 7201 * second))
        let (shown, count) = try await metrics(matching: search.query.matchers, in: recent, countMax: MetricSearch.metricsMax) {
            search.query.accepts($0, account: tenant.account)
        }
        let grid = lookup.grid(in: window, keepsSamples: search.statistic.needsSamples)
        let tables = try await tables(of: shown.map { BucketSource(grid: grid, series: $0.series) })
        let elements = zip(shown, tables).map { metric, table in
            let stat = MetricStat(metric: metric.metric, periodSeconds: lookup.periodSeconds, search)
            return MathValue.Element(source: .metric(stat), series: table.series(of: search.statistic))
        }
        let message = count > shown.count ? MetricDataMessage.searchIsCut(lookup.id, count) : nil
        return MetricFinding(elements: elements, message: message)
    }

    private func find(_ query: InsightsQuery, _ lookup: MetricLookup, in window: QueryWindow) async throws(StorageError) -> MetricFinding {
        let grid = lookup.grid(in: window, keepsSamples: false)
        guard !grid.range.isEmpty else { return MetricFinding(elements: [], message: nil) }
        let (used, count) = try await metrics(matching: query.matchers, in: grid.range, countMax: InsightsQuery.metricsMax) {
            query.accepts($0, account: tenant.account)
        }
        var groups: [[String]: [SeriesEntry]] = query.grouping.isEmpty ? [[]: []] : [:]
        for metric in used { groups[query.group(of: metric.metric, account: tenant.account), default: []] += metric.series }
        let labels = Array(groups.keys)
        let tables = try await tables(of: labels.map { BucketSource(grid: grid, series: groups[$0] ?? []) })
        let elements = zip(labels, tables).map { MathValue.Element(source: .group($0), series: $1.series(of: query.statistic)) }
        let arranged = query.grouping.isEmpty ? elements : query.arranged(elements.filter { !$0.series.isEmpty })
        return MetricFinding(elements: arranged, message: .ofQuery(query, lookup.id, matching: count, groups: elements.count))
    }

    private struct FoundMetric: Comparable {
        let metric: MetricIdentity
        /// One a unit.
        var series: [SeriesEntry]

        static func == (a: FoundMetric, b: FoundMetric) -> Bool { a.metric == b.metric }
        static func < (a: FoundMetric, b: FoundMetric) -> Bool { a.metric < b.metric }
    }

    /// - Returns: the first by namespace, name and dimensions, and how many there are.
    private func metrics(
        matching matchers: [LabelMatcher], in range: TimeRange, countMax: Int, where accepts: (MetricIdentity) -> Bool
    ) async throws(StorageError) -> ([FoundMetric], count: Int) {
        let entries = try await series(matching: matchers, in: range)
        var found: [MetricIdentity: [SeriesEntry]] = [:]
        for entry in entries {
            guard let metric = MetricIdentity(labels: entry.labels), accepts(metric) else { continue }
            found[metric, default: []].append(entry)
        }
        try budget.spend(bytes: entries.reduce(0) { $0 + $1.labels.encoded.count })
        var first = FirstInOrder<FoundMetric>(count: countMax)
        for (metric, series) in found { first.add(FoundMetric(metric: metric, series: series)) }
        return (first.sorted(), found.count)
    }
}

extension MetricDataMessage {
    fileprivate static func searchIsCut(_ id: String, _ count: Int) -> MetricDataMessage {
        let what = "the search in '\(id)' matches \(count) metrics, the first \(MetricSearch.metricsMax) are returned"
        return MetricDataMessage(code: "MaxMetricsExceeded", text: "Maximum number of allowed metrics exceeded: \(what)")
    }

    fileprivate static func ofQuery(_ query: InsightsQuery, _ id: String, matching: Int, groups: Int) -> MetricDataMessage? {
        if matching > InsightsQuery.metricsMax {
            let what = "the query '\(id)' matches \(matching) metrics, the first \(InsightsQuery.metricsMax) are used"
            return MetricDataMessage(code: "MaxMatchingResultsExceeded", text: "Maximum number of matching metrics exceeded: \(what)")
        }
        guard query.limit == nil, groups > InsightsQuery.seriesMax else { return nil }
        let what = "the query '\(id)' has \(groups) groups, the first \(InsightsQuery.seriesMax) are returned"
        return MetricDataMessage(code: "MaxQueryResultsExceeded", text: "Maximum number of query results exceeded: \(what)")
    }
}

extension MetricLookup {
    fileprivate func grid(in window: QueryWindow, keepsSamples: Bool) -> BucketGrid {
        let period = periodSeconds * PeriodAlignment.second
        return BucketGrid(period: period, range: window.periods(of: period), keepsSamples: keepsSamples)
    }
}

extension MetricStat {
    fileprivate init(metric: MetricIdentity, periodSeconds: Int64, _ search: MetricSearch) {
        self.init(metric: metric, periodSeconds: periodSeconds, statisticText: search.statisticText, statistic: search.statistic)
    }
}
