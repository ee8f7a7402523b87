package import MetricMath
package import WireFormats

/// What a metric may be used up to: the figure behind SERVICE_QUOTA and alarms on "80 % of the limit".
package struct ServiceQuota: Sendable, Equatable {
    package var namespace: String
    package var metricName: String
    /// Only of metrics that have these dimensions; sorted by name.
    package var dimensions: [MetricIdentity.Dimension]
    /// In the metric's own unit.
    package var value: Double
    package var description: String?
    /// It is one of those that every tenant starts with, unchanged.
    package var isStandard: Bool

    package init(
        namespace: String, metricName: String, dimensions: [MetricIdentity.Dimension] = [], value: Double, description: String? = nil,
        isStandard: Bool = false
    ) {
        self.namespace = namespace
        self.metricName = metricName
        self.dimensions = dimensions.sorted { $0.name < $1.name }
        self.value = value
        self.description = description
        self.isStandard = isStandard
    }

    /// Lambda's quotas as its documentation lists them; soft ones are to be changed to what was granted.
    /// Payload and scaling have no metric of AWS's: they are for metrics of one's own.
    package static let standard = [
        ServiceQuota("ConcurrentExecutions", 1000, "concurrent executions of the account, a soft limit"),
        ServiceQuota("ClaimedAccountConcurrency", 1000, "concurrency of the account, a soft limit"),
        ServiceQuota("UnreservedConcurrentExecutions", 1000, "concurrent executions of the account, a soft limit"),
        ServiceQuota("Duration", 900_000, "milliseconds: timeout of 15 minutes, a hard limit"),
        ServiceQuota("MemorySize", 10_240, "MB: memory, from 128 on"),
        ServiceQuota("EphemeralStorage", 10_240, "MB: /tmp, from 512 on"),
        ServiceQuota("SynchronousPayload", 6 * 1_048_576, "bytes: request or response of a synchronous call"),
        ServiceQuota("AsynchronousPayload", 256 * 1024, "bytes: event of an asynchronous call"),
        ServiceQuota("ScalingRate", 1000, "instances in 10 seconds, of a function"),
    ]

    private init(_ lambdaMetric: String, _ value: Double, _ description: String) {
        self.init(namespace: "AWS/Lambda", metricName: lambdaMetric, value: value, description: description, isStandard: true)
    }

    func isAbout(_ metric: MetricIdentity) -> Bool {
        namespace == metric.namespace && metricName == metric.name && dimensions.allSatisfy(metric.dimensions.contains)
    }

    func hasSameSubject(as other: ServiceQuota) -> Bool {
        namespace == other.namespace && metricName == other.metricName && dimensions == other.dimensions
    }

    package var wire: WireValue {
        .members(
            ("namespace", .text(namespace)), ("metricName", .text(metricName)),
            ("dimensions", .map(dimensions.map { ($0.name, .text($0.value)) })), ("value", .double(value)),
            ("description", description.map(WireValue.text)), ("isStandard", .bool(isStandard)))
    }
}

/// The quotas of one tenant: the standard ones, but for those that were changed, and its own.
package struct QuotaTable: Sendable, Equatable {
    package private(set) var quotas: [ServiceQuota] = ServiceQuota.standard

    package init() {}

    /// The quota with the most dimensions counts: that of one function before that of all.
    package func value(for metric: MetricIdentity) -> Double? {
        quotas.filter { $0.isAbout(metric) }.max { $0.dimensions.count < $1.dimensions.count }?.value
    }

    mutating func set(_ quota: ServiceQuota) {
        quotas.removeAll { $0.hasSameSubject(as: quota) }
        quotas.append(quota)
        quotas.sort { ($0.namespace, $0.metricName, $0.dimensions.count) < ($1.namespace, $1.metricName, $1.dimensions.count) }
    }
}
