package import Forecasting
package import SignalModel
package import WireFormats

/// What the model of a metric or of a calculation was told: what to leave out, and how quickly to learn.
package struct AnomalyDetector: Sendable {
    package enum AdaptationSpeed: String, CaseIterable, Sendable { case FAST, NORMAL, SLOW }
    package enum OutlierFilteringStrength: String, CaseIterable, Sendable { case MINIMAL, MODERATE, STRICT }

    package struct Configuration: Sendable, Equatable {
        package var excluded: [TimeRange] = []
        /// As it was sent; nil: UTC.
        package var timezone: String?
        package var adaptationSpeed: AdaptationSpeed?
        package var outlierFilteringStrength: OutlierFilteringStrength?

        package init() {}
    }

    /// Of one metric: namespace, name, dimensions and statistic; of a calculation: its queries. JSON in the API's own members.
    package enum Subject: Sendable, Equatable {
        case metric(MetricName)
        case math(queries: [UInt8])
    }

    package struct MetricName: Sendable, Equatable {
        package let namespace, name, stat: String
        package let dimensions: [Tag]

        package struct Tag: Sendable, Equatable {
            package let name, value: String

            package init(name: String, value: String) { (self.name, self.value) = (name, value) }
        }

        package init(namespace: String, name: String, stat: String, dimensions: [Tag]) {
            self.namespace = namespace
            self.name = name
            self.stat = stat
            self.dimensions = dimensions
        }
    }

    package let subject: Subject
    /// What a request's band is found by: `ModelSubject.key`.
    package let key: String
    package var configuration: Configuration
    package var hasPeriodicSpikes: Bool?

    package init(subject: Subject, key: String, configuration: Configuration, hasPeriodicSpikes: Bool?) {
        self.subject = subject
        self.key = key
        self.configuration = configuration
        self.hasPeriodicSpikes = hasPeriodicSpikes
    }

    /// - Parameter zone: what `configuration.timezone` names.
    package func settings(in zone: LocalTime) -> SeasonalModel.Settings {
        var settings = SeasonalModel.Settings()
        settings.zone = zone
        settings.expectsSpikes = hasPeriodicSpikes ?? false
        settings.excluded = configuration.excluded.map { $0.start.seconds...max($0.start.seconds, $0.end.seconds) }
        switch configuration.adaptationSpeed {
        case .FAST: settings.adaptation = .fast
        case .SLOW: settings.adaptation = .slow
        case .NORMAL, nil: settings.adaptation = .normal
        }
        switch configuration.outlierFilteringStrength {
        case .MINIMAL: settings.outlierFilter = .minimal
        case .STRICT: settings.outlierFilter = .strict
        case .MODERATE, nil: settings.outlierFilter = .moderate
        }
        return settings
    }
}

// MARK: As a document

extension AnomalyDetector {
    var document: WireValue {
        let subject: (String, WireValue)
        switch self.subject {
        case .metric(let metric):
            let dimensions = metric.dimensions.map { WireValue.members(("Name", .text($0.name)), ("Value", .text($0.value))) }
            subject = (
                "Metric",
                .members(
                    ("Namespace", .text(metric.namespace)), ("MetricName", .text(metric.name)), ("Stat", .text(metric.stat)),
                    ("Dimensions", .list(dimensions)))
            )
        case .math(let queries): subject = ("Queries", .blob(queries))
        }
        let excluded = configuration.excluded.map { WireValue.list([.integer($0.start.nanoseconds), .integer($0.end.nanoseconds)]) }
        return .members(
            subject, ("Excluded", .list(excluded)), ("Timezone", configuration.timezone.map(WireValue.text)),
            ("AdaptationSpeed", (configuration.adaptationSpeed?.rawValue).map(WireValue.text)),
            ("OutlierFilteringStrength", (configuration.outlierFilteringStrength?.rawValue).map(WireValue.text)),
            ("PeriodicSpikes", hasPeriodicSpikes.map(WireValue.bool)))
    }

    /// Nil for a document that is no detector of ours.
    init?(key: String, document: WireNode) {
        if let node = document["Metric"] {
            guard let metric = MetricName(document: node) else { return nil }
            subject = .metric(metric)
        } else {
            guard let queries = document["Queries"]?.blob else { return nil }
            subject = .math(queries: queries)
        }
        self.key = key
        configuration = Configuration()
        for range in document["Excluded"]?.children ?? .none {
            var ends = range.children
            guard let start = ends.next()?.integer, let end = ends.next()?.integer else { return nil }
            configuration.excluded.append(TimeRange(start: Timestamp(nanoseconds: start), end: Timestamp(nanoseconds: end)))
        }
        configuration.timezone = document["Timezone"]?.text
        configuration.adaptationSpeed = document["AdaptationSpeed"]?.text.flatMap(AdaptationSpeed.init)
        configuration.outlierFilteringStrength = document["OutlierFilteringStrength"]?.text.flatMap(OutlierFilteringStrength.init)
        hasPeriodicSpikes = document["PeriodicSpikes"]?.bool
    }
}

extension AnomalyDetector.MetricName {
    fileprivate init?(document: WireNode) {
        guard let namespace = document["Namespace"]?.text, let name = document["MetricName"]?.text, let stat = document["Stat"]?.text else {
            return nil
        }
        let dimensions = (document["Dimensions"]?.children ?? .none).compactMap { node -> Tag? in
            guard let name = node["Name"]?.text, let value = node["Value"]?.text else { return nil }
            return Tag(name: name, value: value)
        }
        self.init(namespace: namespace, name: name, stat: stat, dimensions: dimensions)
    }
}
