import SignalModel

/// A Metrics Insights query.
///
///     SELECT AVG(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId) WHERE InstanceId != 'i-1' GROUP BY InstanceId ORDER BY MAX() DESC LIMIT 5
///
/// Source: CloudWatch user guide, "Metrics Insights query components and syntax".
struct InsightsQuery: Sendable {
    /// Metrics that one query reads, and series that it returns, at most.
    static let metricsMax = 10_000
    static let seriesMax = 500
    /// The value of a group whose metrics lack the label.
    static let otherGroup = "Other"

    enum Function: String, CaseIterable, Sendable { case AVG, COUNT, MAX, MIN, SUM }

    /// What a condition or a group is about.
    enum Label: Hashable, Sendable {
        case dimension(String)
        /// `AWS.AccountId`
        case account
    }

    indirect enum Condition: Sendable {
        case all([Condition])
        case any([Condition])
        case not(Condition)
        case isOneOf(Label, Set<String>)
    }

    struct Order: Sendable {
        let function: Function
        let isDescending: Bool
    }

    let function: Function
    let metricName: String
    let namespace: String
    /// Exactly these dimensions; nil: any.
    let schema: Set<String>?
    let condition: Condition?
    let grouping: [Label]
    let order: Order?
    let limit: Int?

    /// A query begins with SELECT. An expression may begin with an id `select`, behind which stands no other word.
    static func isQuery(_ text: String) -> Bool {
        let text = ExpressionText(text)
        let word = text.run(from: text.run(from: 0) { $0.isSpace }.upperBound) { $0.isNameCharacter }
        guard text.text(word).uppercased() == "SELECT" else { return false }
        let next = text.run(from: word.upperBound) { $0.isSpace }.upperBound
        return text.bytes[word.lowerBound].isUppercase || (next < text.count && text.bytes[next].isNameCharacter)
    }
}

extension InsightsQuery {
    var statistic: Statistic {
        switch function {
        case .AVG: .average
        case .COUNT: .sampleCount
        case .MAX: .maximum
        case .MIN: .minimum
        case .SUM: .sum
        }
    }

    /// What the store can tell apart by itself.
    var matchers: [LabelMatcher] {
        [LabelMatcher(LabelSet.namespace, .equals(namespace)), LabelMatcher(LabelSet.metricName, .equals(metricName))]
            + (schema ?? []).sorted().map { LabelMatcher($0, .differs("")) }
    }

    /// - Parameter account: whose metrics these are.
    func accepts(_ metric: MetricIdentity, account: String) -> Bool {
        if let schema {
            guard metric.dimensions.count == schema.count, metric.dimensions.allSatisfy({ schema.contains($0.name) }) else { return false }
        }
        return condition.map { $0.holds { $0.value(of: metric, account: account) } ?? false } ?? true
    }

    func group(of metric: MetricIdentity, account: String) -> [String] {
        grouping.map { $0.value(of: metric, account: account) ?? Self.otherGroup }
    }

    /// The groups' series in the query's order, as many as it returns: by labels, or by what ORDER BY says, equals by labels.
    func arranged(_ elements: [MathValue.Element]) -> [MathValue.Element] {
        var sorted = elements.sorted {
            $0.source.group.lexicographicallyPrecedes($1.source.group) { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
        if let order {
            let ranked = sorted.map { ($0, rank: order.function.rank(of: $0.series.values)) }
            sorted = ranked.sorted { order.isDescending ? $0.rank > $1.rank : $0.rank < $1.rank }.map(\.0)
        }
        return Array(sorted.prefix(min(limit ?? Self.seriesMax, Self.seriesMax)))
    }
}

extension InsightsQuery.Label {
    var name: String {
        switch self {
        case .account: "AWS.AccountId"
        case .dimension(let name): name
        }
    }

    fileprivate func value(of metric: MetricIdentity, account: String) -> String? {
        switch self {
        case .account: account
        case .dimension(let name): metric.dimensions.first { $0.name == name }?.value
        }
    }
}

extension InsightsQuery.Function {
    /// - Parameter values: at least one.
    fileprivate func rank(of values: [Double]) -> Double {
        let aggregate: MathAggregate =
            switch self {
            case .AVG: .average
            case .COUNT: .count
            case .MAX: .maximum
            case .MIN: .minimum
            case .SUM: .sum
            }
        return aggregate.of(values, outOf: values.count)
    }
}

extension InsightsQuery.Condition {
    /// As in SQL: nil where it cannot be told, because the metric lacks the label. Neither a condition nor its opposite takes such a metric.
    func holds(_ value: (InsightsQuery.Label) -> String?) -> Bool? {
        switch self {
        case .isOneOf(let label, let values): return value(label).map(values.contains)
        case .not(let part): return part.holds(value).map { !$0 }
        case .all(let parts):
            let results = parts.map { $0.holds(value) }
            return results.contains(false) ? false : results.contains(nil) ? nil : true
        case .any(let parts):
            let results = parts.map { $0.holds(value) }
            return results.contains(true) ? true : results.contains(nil) ? nil : false
        }
    }
}
