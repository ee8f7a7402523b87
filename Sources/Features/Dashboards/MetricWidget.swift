package import MetricMath

/// A widget of metrics, and all that says how it looks. The image operation takes the same with a size in pixels and times of its own.
package struct MetricWidget: Sendable {
    package enum View: String, CaseIterable, Sendable { case timeSeries, singleValue, gauge, bar, pie, table }
    package enum LegendPosition: String, CaseIterable, Sendable { case bottom, right, hidden }
    package enum Theme: String, CaseIterable, Sendable { case light, dark }

    package struct Axis: Sendable {
        package var min, max: Double?
        package var label: String?
        package var showsUnits = true
    }

    package var metrics: [WidgetMetric]
    package var title: String?
    package var view: View
    package var isStacked: Bool
    package var stat: String
    package var periodSeconds: Int64
    package var hasOwnPeriod: Bool
    package var left, right: Axis
    package var legend: LegendPosition
    package var annotations: WidgetAnnotations
    package var hasSparkline, isPeriodTimeRange, showsFullPrecision: Bool

    // Of images only.
    package var theme: Theme
    /// Pixels.
    package var width, height: Int
    package var start, end: WidgetTime?
    /// Minutes east of Greenwich.
    package var timezoneMinutes: Int
}

extension MetricWidget {
    /// The rows as queries, in their order. A row that has no id gets one; what is not visible is only for expressions.
    ///
    /// - Throws: `.statistic` when a statistic is none.
    package func queries() throws(MetricMathError) -> [MetricDataQuery] {
        var taken = Set(metrics.compactMap(\.id))
        var queries: [MetricDataQuery] = []
        for metric in metrics {
            let id = metric.id ?? Self.freeID(&taken)
            let period = metric.periodSeconds ?? periodSeconds
            let source: MetricDataQuery.Source
            switch metric.source {
            case .expression(let text): source = .expression(text)
            case .metric(let identity):
                source = .metric(try MetricStat(metric: identity, periodSeconds: period, statistic: metric.stat ?? stat))
            }
            queries.append(
                MetricDataQuery(
                    id: id, source: source, label: metric.label, returnsData: metric.isVisible, periodSeconds: period,
                    account: metric.accountID))
        }
        return queries
    }

    private static func freeID(_ taken: inout Set<String>) -> String {
        var number = 1
        while !taken.insert("m\(number)").inserted { number += 1 }
        return "m\(number)"
    }
}
