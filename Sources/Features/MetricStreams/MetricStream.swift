package import SignalModel
package import WireFormats

/// A stream of metrics to an HTTP endpoint: which metrics, in what form, and how far it has come.
package struct MetricStream: Sendable, Equatable {
    package enum State: String, Sendable { case running, stopped }

    package enum OutputFormat: String, CaseIterable, Sendable { case json, openTelemetry07 = "opentelemetry0.7", openTelemetry10 = "opentelemetry1.0" }

    /// A namespace, and of it these metrics; none named: all.
    package struct Filter: Sendable, Equatable {
        package let namespace: String
        package let metricNames: [String]

        package init(namespace: String, metricNames: [String]) {
            self.namespace = namespace
            self.metricNames = metricNames
        }

        func holds(_ namespace: String, _ name: String) -> Bool {
            self.namespace == namespace && (metricNames.isEmpty || metricNames.contains(name))
        }
    }

    /// Further statistics of some metrics.
    package struct StatisticsConfiguration: Sendable, Equatable {
        package struct Metric: Sendable, Equatable {
            package let namespace, name: String

            package init(namespace: String, name: String) { (self.namespace, self.name) = (namespace, name) }
        }

        package let metrics: [Metric]
        package let statistics: [String]

        package init(metrics: [Metric], statistics: [String]) {
            self.metrics = metrics
            self.statistics = statistics
        }
    }

    package let name: String
    package var firehoseARN, roleARN: String
    package var format = OutputFormat.json
    package var include: [Filter] = []
    package var exclude: [Filter] = []
    package var statistics: [StatisticsConfiguration] = []
    package var state = State.running
    package var includesLinkedAccounts = false
    package let created: Timestamp
    package var updated: Timestamp

    package init(name: String, firehoseARN: String, roleARN: String, at now: Timestamp, created: Timestamp? = nil) {
        self.name = name
        self.firehoseARN = firehoseARN
        self.roleARN = roleARN
        self.created = created ?? now
        updated = now
    }

    package static func arn(of name: String, _ tenant: Tenant) -> String {
        "arn:aws:cloudwatch:\(tenant.region):\(tenant.account):metric-stream/\(name)"
    }

    /// Whether a metric goes through it.
    package func holds(namespace: String, name: String) -> Bool {
        guard include.isEmpty || include.contains(where: { $0.holds(namespace, name) }) else { return false }
        return !exclude.contains { $0.holds(namespace, name) }
    }

    func statistics(namespace: String, name: String) -> [String] {
        statistics.filter { $0.metrics.contains { $0.namespace == namespace && $0.name == name } }.flatMap(\.statistics)
    }
}

// MARK: As a document

extension MetricStream {
    var document: WireValue {
        .members(
            ("FirehoseArn", .text(firehoseARN)), ("RoleArn", .text(roleARN)), ("Format", .text(format.rawValue)), ("Include", .list(include.map(\.document))),
            ("Exclude", .list(exclude.map(\.document))), ("Statistics", .list(statistics.map(\.document))), ("State", .text(state.rawValue)),
            ("Linked", .bool(includesLinkedAccounts)), ("Created", .integer(created.nanoseconds)), ("Updated", .integer(updated.nanoseconds)))
    }

    /// Nil for a document that is no stream of ours.
    init?(name: String, document: WireNode) {
        guard let firehose = document["FirehoseArn"]?.text, let role = document["RoleArn"]?.text, let created = document["Created"]?.integer,
            let updated = document["Updated"]?.integer, let state = document["State"]?.text.flatMap(State.init)
        else { return nil }
        self.init(
            name: name, firehoseARN: firehose, roleARN: role, at: Timestamp(nanoseconds: updated), created: Timestamp(nanoseconds: created))
        self.state = state
        // Streams of before there were other formats do not say theirs.
        if let text = document["Format"]?.text {
            guard let format = OutputFormat(rawValue: text) else { return nil }
            self.format = format
        }
        include = (document["Include"]?.children ?? .none).compactMap(Filter.init)
        exclude = (document["Exclude"]?.children ?? .none).compactMap(Filter.init)
        statistics = (document["Statistics"]?.children ?? .none).compactMap(StatisticsConfiguration.init)
        includesLinkedAccounts = document["Linked"]?.bool ?? false
    }
}

extension MetricStream.Filter {
    fileprivate var document: WireValue { .list([.text(namespace)] + metricNames.map(WireValue.text)) }

    fileprivate init?(_ node: WireNode) {
        let texts = node.children.compactMap(\.text)
        guard let first = texts.first else { return nil }
        self.init(namespace: first, metricNames: Array(texts.dropFirst()))
    }
}

extension MetricStream.StatisticsConfiguration {
    fileprivate var document: WireValue {
        .members(("Metrics", .list(metrics.map { .texts([$0.namespace, $0.name]) })), ("Statistics", .texts(statistics)))
    }

    fileprivate init?(_ node: WireNode) {
        let metrics = (node["Metrics"]?.children ?? .none).compactMap { pair -> Metric? in
            let texts = pair.children.compactMap(\.text)
            return texts.count == 2 ? Metric(namespace: texts[0], name: texts[1]) : nil
        }
        self.init(metrics: metrics, statistics: (node["Statistics"]?.children ?? .none).compactMap(\.text))
    }
}
