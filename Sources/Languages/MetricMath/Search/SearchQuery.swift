import SignalModel

/// What a SEARCH looks for, read from its text. `SearchQueryParser` reads it.
struct SearchQuery: Sendable {
    /// Metrics of this namespace with exactly these dimensions.
    struct Schema: Sendable {
        let namespace: String
        let dimensions: Set<String>
    }

    indirect enum Condition: Sendable {
        case all([Condition])
        case any([Condition])
        case not(Condition)
        case term(Term)
    }

    /// A text in one property of a metric, or in any of them.
    struct Term: Sendable {
        let property: Property
        let pattern: Pattern
    }

    enum Property: Sendable {
        /// Namespace, metric name, dimension names and values.
        case any
        case namespace, metricName, account
        case dimension(String)
    }

    enum Pattern: Sendable {
        case exact(String)
        case tokens(SearchTokens, text: String)
    }

    let schema: Schema?
    /// Nil: everything in the schema.
    let condition: Condition?

    /// - Parameter account: whose metrics these are.
    func accepts(_ metric: MetricIdentity, account: String) -> Bool {
        if let schema {
            guard metric.namespace == schema.namespace, metric.dimensions.count == schema.dimensions.count,
                metric.dimensions.allSatisfy({ schema.dimensions.contains($0.name) })
            else { return false }
        }
        return condition?.holds(metric, account: account) ?? true
    }

    /// What the store can tell apart by itself.
    var matchers: [LabelMatcher] {
        var matchers = [LabelMatcher(LabelSet.metricName, .differs(""))]
        matchers.append(LabelMatcher(LabelSet.namespace, schema.map { .equals($0.namespace) } ?? .differs("")))
        matchers += (schema?.dimensions ?? []).sorted().map { LabelMatcher($0, .differs("")) }
        return matchers + (condition?.necessary ?? [])
    }
}

extension SearchQuery.Condition {
    func holds(_ metric: MetricIdentity, account: String) -> Bool {
        switch self {
        case .all(let parts): parts.allSatisfy { $0.holds(metric, account: account) }
        case .any(let parts): parts.contains { $0.holds(metric, account: account) }
        case .not(let part): !part.holds(metric, account: account)
        case .term(let term): term.holds(metric, account: account)
        }
    }

    /// Conditions on labels that whatever passes fulfils.
    fileprivate var necessary: [LabelMatcher] {
        switch self {
        case .all(let parts): return parts.flatMap(\.necessary)
        case .any, .not: return []
        case .term(let term):
            guard case .exact(let text) = term.pattern else { return [] }
            switch term.property {
            case .any, .account: return []
            case .namespace: return [LabelMatcher(LabelSet.namespace, .equals(text))]
            case .metricName: return [LabelMatcher(LabelSet.metricName, .equals(text))]
            case .dimension(let name): return [LabelMatcher(name, .equals(text))]
            }
        }
    }
}

extension SearchQuery.Term {
    fileprivate func holds(_ metric: MetricIdentity, account: String) -> Bool {
        switch property {
        case .namespace: pattern.holds(metric.namespace)
        case .metricName: pattern.holds(metric.name)
        case .account: pattern.text == account || pattern.text == "LOCAL"
        case .dimension(let name): metric.dimensions.contains { $0.name == name && pattern.holds($0.value) }
        case .any:
            pattern.holds(metric.name) || pattern.holds(metric.namespace)
                || metric.dimensions.contains { pattern.holds($0.name) || pattern.holds($0.value) }
        }
    }
}

extension SearchQuery.Pattern {
    fileprivate var text: String {
        switch self {
        case .exact(let text), .tokens(_, let text): text
        }
    }

    fileprivate func holds(_ name: String) -> Bool {
        switch self {
        case .exact(let text): name == text
        case .tokens(let tokens, _): tokens.isFound(in: SearchTokens(name))
        }
    }
}
