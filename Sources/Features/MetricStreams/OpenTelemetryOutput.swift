import MetricMath
import SignalModel
import WireFormats

/// `ExportMetricsServiceRequest` messages, each behind its length as a varint; a metric is a summary of one point.
///
/// Version 1.0.0 has its dimensions in one attribute, a list of pairs; 0.7.0 knows labels that are texts, one a dimension. Source: CloudWatch
/// user guide, "OpenTelemetry formats" and their two pages of translations; opentelemetry-proto 0.7.0 and 1.0.0, metrics.proto.
package struct OpenTelemetryOutput {
    enum Version { case version07, version10 }

    /// Of a message; a receiver has one of them in memory at a time.
    private static let metricsMax = 500

    private let version: Version
    private let resource: [UInt8]

    init(_ version: Version, _ stream: String, _ tenant: Tenant) {
        self.version = version
        var resource = ProtobufWriter()
        for (key, value) in [
            ("cloud.provider", "aws"), ("cloud.account.id", tenant.account), ("cloud.region", tenant.region),
            ("aws.exporter.arn", MetricStream.arn(of: stream, tenant)),
        ] { resource.append(1, Self.attribute(key, Self.text(value))) }
        self.resource = resource.bytes
    }

    /// Each with its length before it.
    func messages(_ points: [StreamPoint]) -> [[UInt8]] {
        stride(from: 0, to: points.count, by: Self.metricsMax).map { start in
            var scope = ProtobufWriter()
            for point in points[start..<min(start + Self.metricsMax, points.count)] { scope.append(2, metric(point)) }
            var resources = ProtobufWriter()
            resources.append(1, resource)
            resources.append(2, scope.bytes)
            var request = ProtobufWriter()
            request.append(1, resources.bytes)
            var message = ProtobufWriter()
            message.append(varint: UInt64(request.bytes.count))
            message.append(fields: request.bytes)
            return message.bytes
        }
    }

    private func metric(_ point: StreamPoint) -> [UInt8] {
        var summary = ProtobufWriter()
        summary.append(1, self.point(point))
        var metric = ProtobufWriter()
        metric.append(1, text: "amazonaws.com/\(point.metric.namespace)/\(point.metric.name)")
        metric.append(3, text: Self.unit(point.unit))
        metric.append(11, summary.bytes)
        return metric.bytes
    }

    private func point(_ point: StreamPoint) -> [UInt8] {
        var result = ProtobufWriter()
        switch version {
        case .version07:
            let labels = [("Namespace", point.metric.namespace), ("MetricName", point.metric.name)] + point.metric.dimensions.map { ($0.name, $0.value) }
            for (key, value) in labels {
                var label = ProtobufWriter()
                label.append(1, text: key)
                label.append(2, text: value)
                result.append(1, label.bytes)
            }
        case .version10:
            var dimensions = ProtobufWriter()
            for dimension in point.metric.dimensions { dimensions.append(1, Self.attribute(dimension.name, Self.text(dimension.value))) }
            var list = ProtobufWriter()
            list.append(6, dimensions.bytes)
            result.append(7, Self.attribute("Namespace", Self.text(point.metric.namespace)))
            result.append(7, Self.attribute("MetricName", Self.text(point.metric.name)))
            result.append(7, Self.attribute("Dimensions", list.bytes))
        }
        result.append(2, fixed64: UInt64(bitPattern: point.range.start.nanoseconds))
        result.append(3, fixed64: UInt64(bitPattern: point.range.end.nanoseconds))
        result.append(4, fixed64: UInt64((point.bucket.value(of: .sampleCount) ?? 0).rounded()))
        result.append(5, double: point.bucket.value(of: .sum) ?? 0)
        for (quantile, value) in quantiles(of: point) {
            var pair = ProtobufWriter()
            pair.append(1, double: quantile)
            pair.append(2, double: value)
            result.append(6, pair.bytes)
        }
        return result.bytes
    }

    /// Ascending: the minimum, the percentiles that the stream names, the maximum.
    private func quantiles(of point: StreamPoint) -> [(quantile: Double, value: Double)] {
        var found: [Double: Double] = [:]
        for name in point.statistics {
            guard let quantile = Self.quantile(of: name), let statistic = try? Statistic(name), let value = point.bucket.value(of: statistic) else { continue }
            found[quantile] = value
        }
        found[0] = point.bucket.value(of: .minimum)
        found[1] = point.bucket.value(of: .maximum)
        return found.sorted { $0.key < $1.key }.map { (quantile: $0.key, value: $0.value) }
    }

    /// `p99.9` → 0.999; nil for what is no percentile, which this format has no place for.
    package static func quantile(of statistic: String) -> Double? {
        guard case .percentile(let percent)? = try? Statistic(statistic) else { return nil }
        // The number with the point moved in its text: 99.9 / 100 is not 0.999.
        return Double("\(percent)e-2") ?? percent / 100
    }

    // MARK: Units

    /// In the Unified Code for Units of Measure, as CloudWatch's table has them.
    static func unit(_ unit: String) -> String {
        unit.split(separator: "/", maxSplits: 1).map { units[String($0)] ?? String($0) }.joined(separator: "/")
    }

    private static let units = [
        "Second": "s", "Seconds": "s", "Microseconds": "us", "Milliseconds": "ms", "Bytes": "By", "Kilobytes": "kBy", "Megabytes": "MBy",
        "Gigabytes": "GBy", "Terabytes": "TBy", "Bits": "bit", "Kilobits": "kbit", "Megabits": "MBit", "Gigabits": "GBit", "Terabits": "Tbit",
        "Percent": "%", "Count": "{Count}", "None": "1",
    ]

    // MARK: Attributes

    private static func text(_ text: String) -> [UInt8] {
        var value = ProtobufWriter()
        value.append(1, text: text)
        return value.bytes
    }

    /// - Parameter value: an AnyValue.
    private static func attribute(_ key: String, _ value: [UInt8]) -> [UInt8] {
        var attribute = ProtobufWriter()
        attribute.append(1, text: key)
        attribute.append(2, value)
        return attribute.bytes
    }
}
