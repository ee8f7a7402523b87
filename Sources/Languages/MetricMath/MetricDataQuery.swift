/// One query of GetMetricData, or of an alarm on several metrics.
package struct MetricDataQuery: Sendable, Equatable {
    package enum Source: Sendable, Equatable {
        case metric(MetricStat)
        case expression(String)
    }

    /// Unique in its request.
    package var id: String
    package var source: Source
    package var label: String?
    /// False: only for the expressions of other queries.
    package var returnsData: Bool
    /// Seconds, for expressions that are searches or Metrics Insights queries; arithmetic takes its operands'.
    package var periodSeconds: Int64?
    /// Whose metric; nil: the caller's.
    package var account: String?

    package init(id: String, source: Source, label: String? = nil, returnsData: Bool = true, periodSeconds: Int64? = nil, account: String? = nil) {
        self.id = id
        self.source = source
        self.label = label
        self.returnsData = returnsData
        self.periodSeconds = periodSeconds
        self.account = account
    }

    package var metricStat: MetricStat? {
        if case .metric(let stat) = source { stat } else { nil }
    }

    package var expression: String? {
        if case .expression(let text) = source { text } else { nil }
    }

    /// A Metrics Insights query: its period is that of its points.
    package var isInsightsQuery: Bool { expression.map(InsightsQuery.isQuery) ?? false }
}

/// A statistic of a metric, period by period.
package struct MetricStat: Sendable, Equatable {
    package var metric: MetricIdentity
    package var periodSeconds: Int64
    /// As it was sent; `statistic` is what it means.
    package var statisticText: String
    package var statistic: Statistic
    /// Nil: samples of every unit, together.
    package var unit: String?

    package init(metric: MetricIdentity, periodSeconds: Int64, statistic text: String, unit: String? = nil) throws(MetricMathError) {
        self.init(metric: metric, periodSeconds: periodSeconds, statisticText: text, statistic: try Statistic(text), unit: unit)
    }

    /// - Parameter text: what `statistic` is called.
    init(metric: MetricIdentity, periodSeconds: Int64, statisticText text: String, statistic: Statistic, unit: String? = nil) {
        self.metric = metric
        self.periodSeconds = periodSeconds
        statisticText = text
        self.statistic = statistic
        self.unit = unit
    }
}
