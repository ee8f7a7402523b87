import WireFormats

/// What a log alarm's last queries came to, and of every alarm on groups those that breach; kept in the catalog, so that a restart forgets none.
package struct LogResults: Sendable, Equatable {
    /// Groups that a result tells apart; the rest are cut.
    package static let contributorsMax = 500

    struct Result: Sendable, Equatable {
        /// The run, UTC nanoseconds.
        var time: Int64
        /// The value nearest to, or furthest past, the threshold; nil when the query found nothing.
        var value: Double?
    }

    /// One group of the newest result.
    package struct Contributor: Sendable, Equatable {
        package var attributes: [(name: String, value: String)]
        package var value: Double
        /// Breaching since, UTC nanoseconds.
        package var since: Int64
        /// In AWS's words, of groups of metrics.
        package var reason: String?

        package static func == (a: Contributor, b: Contributor) -> Bool {
            a.value == b.value && a.since == b.since && a.reason == b.reason && a.attributes.elementsEqual(b.attributes, by: ==)
        }
    }

    /// Oldest first.
    private(set) var results: [Result] = []
    /// Those that breach.
    package private(set) var contributors: [Contributor] = []

    init() {}

    /// Of an alarm on groups of metrics, which keeps no results.
    init(contributors: [Contributor]) { self.contributors = Array(contributors.prefix(Self.contributorsMax)) }

    /// - Parameters:
    ///   - groups: of the query's rows.
    ///   - kept: how many results are looked at.
    mutating func add(_ groups: [LogRows.Group], at time: Int64, for rule: AlarmRule, kept: Int) {
        let values = groups.map(\.value)
        let isUpward = rule.comparison == .greater || rule.comparison == .greaterOrEqual
        results.append(Result(time: time, value: isUpward ? values.max() : values.min()))
        if results.count > kept { results.removeFirst(results.count - kept) }
        let before = contributors
        contributors = groups.filter { rule.comparison.isBreaching($0.value, rule.threshold) }.prefix(Self.contributorsMax).map { group in
            let known = before.first { $0.attributes.elementsEqual(group.attributes, by: ==) }
            return Contributor(attributes: group.attributes, value: group.value, since: known?.since ?? time)
        }
    }

    var points: [AlarmEvaluator.Point] { results.map { AlarmEvaluator.Point(time: $0.time, value: $0.value) } }

    // MARK: - Documents

    var document: WireValue {
        [
            "results": .list(results.map { .members(("time", .integer($0.time)), ("value", $0.value.map(WireValue.double))) }),
            "contributors": .list(contributors.map { contributor in
                .members(
                    ("attributes", .textMap(contributor.attributes.map { ($0.name, $0.value) })), ("value", .double(contributor.value)),
                    ("since", .integer(contributor.since)), ("reason", contributor.reason.map(WireValue.text)))
            }),
        ]
    }

    init?(document: WireNode) {
        for node in document["results"]?.children ?? WireChildren.none {
            guard let time = node["time"]?.integer else { return nil }
            results.append(Result(time: time, value: node["value"]?.double))
        }
        for node in document["contributors"]?.children ?? WireChildren.none {
            guard let value = node["value"]?.double, let since = node["since"]?.integer else { return nil }
            let attributes = (node["attributes"]?.children ?? WireChildren.none).map { (name: $0.key, value: $0.text ?? "") }
            contributors.append(Contributor(attributes: attributes, value: value, since: since, reason: node["reason"]?.text))
        }
    }
}

/// How the rows of an aggregating query are read.
enum LogRows {
    struct Group {
        let attributes: [(name: String, value: String)]
        let value: Double
    }

    /// The query that is run: the alarm's, and its aggregation behind it.
    static func query(of watch: LogWatch) -> String {
        let text = watch.query.drop(while: \.isWhitespace)
        return text.isEmpty ? "stats \(watch.aggregation)" : "\(watch.query) | stats \(watch.aggregation)"
    }

    /// A row's attributes are the fields behind `by`, its value the first other field that is a number.
    static func groups(_ rows: [LogQueries.Row], of watch: LogWatch) -> [Group] {
        let by = fieldsBehindBy(watch.aggregation)
        return rows.compactMap { row in
            guard let value = row.lazy.filter({ !by.contains($0.field) }).compactMap({ Double($0.value) }).first(where: \.isFinite) else { return nil }
            return Group(attributes: row.filter { by.contains($0.field) }.map { ($0.field, $0.value) }, value: value)
        }
    }

    /// `avg(latency) by host, bin(5m) | sort latency` → host, bin(5m).
    static func fieldsBehindBy(_ aggregation: String) -> Set<String> {
        let stats = aggregation.split(separator: "|", maxSplits: 1)[0]
        let words = stats.split(whereSeparator: \.isWhitespace)
        guard let by = words.firstIndex(where: { $0.lowercased() == "by" }) else { return [] }
        let fields = words[words.index(after: by)...].joined(separator: " ").split(separator: ",")
        return Set(fields.map { field in field.filter { !$0.isWhitespace } })
    }
}
