import MetricMath
import SignalModel
import WireFormats

/// One minute of the metrics of a stream, as lines of JSON.
/// Source: CloudWatch user guide, "CloudWatch metric stream output in JSON format".
struct StreamMinute: Sendable {
    private static let minute = 60 * PeriodAlignment.second
    private static let metricsMax = 100_000

    /// One a metric and unit.
    let lines: [[UInt8]]
    /// Samples in it.
    let count: Double

    static func read(_ minute: Int64, of running: StreamBook.Running, from reader: any MetricReader, _ budget: QueryBudget) async throws -> StreamMinute {
        let start = Timestamp(nanoseconds: minute * Self.minute)
        let range = TimeRange(start: start, end: Timestamp(nanoseconds: start.nanoseconds + Self.minute))
        let matchers = [LabelMatcher(LabelSet.namespace, .differs("")), LabelMatcher(LabelSet.metricName, .differs(""))]
        let entries = try await reader.series(matching: matchers, of: running.tenant, in: range, limit: metricsMax)
        var wanted: [(metric: MetricIdentity, unit: String)] = []
        for entry in entries {
            guard let metric = MetricIdentity(labels: entry.labels), running.stream.holds(namespace: metric.namespace, name: metric.name) else { continue }
            wanted.append((metric, MetricUnit.of(entry.labels)))
        }
        wanted.sort { ($0.metric, $0.unit) < ($1.metric, $1.unit) }
        let statistics = wanted.map { running.stream.statistics(namespace: $0.metric.namespace, name: $0.metric.name) }
        let requests = zip(wanted, statistics).map { item, statistics in
            BucketRequest(metric: item.metric, unit: item.unit, period: Self.minute, range: range, keepsSamples: !statistics.isEmpty)
        }
        let tables = try await BucketReader(reader: reader, tenant: running.tenant, budget: budget).read(requests)
        var lines: [[UInt8]] = [], count = 0.0
        for (index, table) in tables.enumerated() {
            guard let bucket = table.buckets.first else { continue }
            count += bucket.value(of: .sampleCount) ?? 0
            lines.append(line(wanted[index].metric, wanted[index].unit, bucket, statistics[index], start, running))
        }
        return StreamMinute(lines: lines, count: count)
    }

    private static func line(
        _ metric: MetricIdentity, _ unit: String, _ bucket: PeriodBucket, _ statistics: [String], _ start: Timestamp, _ running: StreamBook.Running
    ) -> [UInt8] {
        var values: [(String, WireValue)] = []
        for (name, statistic) in [("max", Statistic.maximum), ("min", .minimum), ("sum", .sum), ("count", .sampleCount)] {
            if let value = bucket.value(of: statistic) { values.append((name, .double(value))) }
        }
        for name in statistics {
            if let statistic = try? Statistic(name), let value = bucket.value(of: statistic) { values.append((name, .double(value))) }
        }
        return JSON.encode(
            .members(
                ("metric_stream_name", .text(running.stream.name)), ("account_id", .text(running.tenant.account)), ("region", .text(running.tenant.region)),
                ("namespace", .text(metric.namespace)), ("metric_name", .text(metric.name)),
                ("dimensions", .textMap(metric.dimensions.map { ($0.name, $0.value) })), ("timestamp", .integer(start.milliseconds)),
                ("value", .structure(values)), ("unit", .text(unit)))) + [UInt8(ascii: "\n")]
    }
}
