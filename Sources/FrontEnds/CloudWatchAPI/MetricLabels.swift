import MetricMath

/// The labels of results that have none of their own: a metric's is its name and as much more as tells it from the others of the
/// request, an expression's is its id.
struct MetricLabels {
    private var labels: [String: String] = [:]

    init(_ queries: [MetricDataQuery]) {
        let unlabelled = queries.filter { $0.label == nil }
        for query in queries { labels[query.id] = query.label ?? query.metricStat?.metric.name ?? query.id }
        // From the most telling on; each is added only where labels are still the same and it differs.
        let parts: [(MetricStat) -> String] = [
            { $0.statisticText }, { $0.metric.dimensions.map(\.value).joined(separator: " ") }, { "\($0.periodSeconds)" }, { $0.metric.namespace },
        ]
        for part in parts {
            let alike = Dictionary(grouping: unlabelled.compactMap { query in query.metricStat.map { (query.id, $0) } }) { labels[$0.0] ?? "" }
            for (label, group) in alike where Set(group.map { part($0.1) }).count > 1 {
                for (id, stat) in group { labels[id] = part(stat).isEmpty ? label : "\(label) \(part(stat))" }
            }
        }
    }

    func label(of query: MetricDataQuery) -> String { labels[query.id] ?? query.id }

    /// Of one series of an array.
    /// - Parameter source: the query that the series was made from; empty when it was made from several.
    func label(of query: MetricDataQuery, from source: String) -> String {
        guard let part = labels[source] else { return label(of: query) }
        return query.label.map { "\($0) \(part)" } ?? part
    }
}
