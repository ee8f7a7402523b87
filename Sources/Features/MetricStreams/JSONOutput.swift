import MetricMath
import SignalModel
import WireFormats

/// Source: CloudWatch user guide, "CloudWatch metric stream output in JSON format".
enum JSONOutput {
    static func line(_ point: StreamPoint, _ stream: String, _ tenant: Tenant) -> [UInt8] {
        var values: [(String, WireValue)] = []
        for (name, statistic) in [("max", Statistic.maximum), ("min", .minimum), ("sum", .sum), ("count", .sampleCount)] {
            if let value = point.bucket.value(of: statistic) { values.append((name, .double(value))) }
        }
        for name in point.statistics {
            if let statistic = try? Statistic(name), let value = point.bucket.value(of: statistic) { values.append((name, .double(value))) }
        }
        return JSON.encode(
            .members(
                ("metric_stream_name", .text(stream)), ("account_id", .text(tenant.account)), ("region", .text(tenant.region)),
                ("namespace", .text(point.metric.namespace)), ("metric_name", .text(point.metric.name)),
                ("dimensions", .textMap(point.metric.dimensions.map { ($0.name, $0.value) })), ("timestamp", .integer(point.range.start.milliseconds)),
                ("value", .structure(values)), ("unit", .text(point.unit)))) + [UInt8(ascii: "\n")]
    }
}
