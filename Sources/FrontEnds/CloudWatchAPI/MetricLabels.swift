import MetricMath

/// The labels of results that have none of their own: a metric's is its name and as much more as tells it from the others of the
/// request, an expression's is its id. A metric that a search has found is called by what tells it from the others found, above all
/// its dimensions' values; a group of a Metrics Insights query by its values.
struct MetricLabels {
    private var labels: [String: String] = [:]
    private var names: [String: String] = [:]
    private var stats: [String: MetricStat] = [:]
    private let found: FoundLabels

    /// - Parameter values: what the queries came to.
    init(_ queries: [MetricDataQuery], _ values: [MathValue]) {
        found = FoundLabels(values)
        let unlabelled = queries.filter { $0.label == nil }
        for query in queries {
            names[query.id] = query.metricStat?.metric.name ?? query.id
            stats[query.id] = query.metricStat
            labels[query.id] = query.label ?? names[query.id]
        }
        // From the most telling on; each is added only where labels are still the same and it differs.
        let parts: [(MetricStat) -> String] = [
            { $0.statisticText }, { $0.metric.dimensions.map(\.value).joined(separator: " ") }, { "\($0.periodSeconds)" },
            { $0.metric.namespace },
        ]
        for part in parts {
            let alike = Dictionary(grouping: unlabelled.compactMap { query in query.metricStat.map { (query.id, $0) } }) {
                labels[$0.0] ?? ""
            }
            for (label, group) in alike where Set(group.map { part($0.1) }).count > 1 {
                for (id, stat) in group { labels[id] = part(stat).isEmpty ? label : "\(label) \(part(stat))" }
            }
        }
    }

    /// What a result is called that has no label, for labels that build on it.
    func name(of query: MetricDataQuery, from source: MathValue.Source) -> String {
        switch source {
        case .none: return query.id
        case .query(let id): return names[id] ?? id
        case .band(let isUpper): return "\(query.id) \(isUpper ? "High" : "Low")"
        case .metric(let stat): return found.label(of: stat)
        case .group(let values): return values.joined(separator: " ")
        }
    }

    /// The metric that a series was taken from.
    func stat(of source: MathValue.Source) -> MetricStat? {
        switch source {
        case .query(let id): stats[id]
        case .metric(let stat): stat
        case .none, .group, .band: nil
        }
    }

    func label(of query: MetricDataQuery) -> String { labels[query.id] ?? query.id }

    /// Of one series of an array: the query's own label, when it has one, and that of what the series was made from.
    func label(of query: MetricDataQuery, from source: MathValue.Source) -> String {
        let part: String? =
            switch source {
            case .none, .band: nil
            case .query(let id): labels[id]
            case .metric(let stat): found.label(of: stat)
            case .group(let values): values.joined(separator: " ")
            }
        if case .band(let isUpper) = source { return "\(label(of: query)) \(isUpper ? "High" : "Low")" }
        guard let part else { return label(of: query) }
        guard let own = query.label, !own.isEmpty else { return part }
        return "\(own) \(part)"
    }
}

/// What the metrics found by the searches of one request have not in common.
private struct FoundLabels {
    private let namesDiffer, statisticsDiffer, periodsDiffer, namespacesDiffer: Bool
    /// Names of dimensions that are not alike in all of them.
    private let dimensions: Set<String>

    init(_ values: [MathValue]) {
        let stats = Set(
            values.flatMap { value -> [MetricStat] in
                guard case .array(let elements) = value else { return [] }
                return elements.compactMap { if case .metric(let stat) = $0.source { stat } else { nil } }
            })
        namesDiffer = Set(stats.map(\.metric.name)).count > 1
        statisticsDiffer = Set(stats.map(\.statisticText)).count > 1
        periodsDiffer = Set(stats.map(\.periodSeconds)).count > 1
        namespacesDiffer = Set(stats.map(\.metric.namespace)).count > 1
        var counts: [MetricIdentity.Dimension: Int] = [:]
        for stat in stats { for dimension in stat.metric.dimensions { counts[dimension, default: 0] += 1 } }
        dimensions = Set(counts.filter { $0.value < stats.count }.map(\.key.name))
    }

    func label(of stat: MetricStat) -> String {
        var parts = namesDiffer ? [stat.metric.name] : []
        parts += stat.metric.dimensions.filter { dimensions.contains($0.name) }.map(\.value)
        if statisticsDiffer { parts.append(stat.statisticText) }
        if periodsDiffer { parts.append("\(stat.periodSeconds)") }
        if namespacesDiffer { parts.append(stat.metric.namespace) }
        return parts.isEmpty ? stat.metric.name : parts.joined(separator: " ")
    }
}
