import MetricMath
import SignalModel

/// One minute of the metrics of a stream, in the stream's format.
struct StreamMinute: Sendable {
    private static let minute = 60 * PeriodAlignment.second
    private static let metricsMax = 100_000

    /// What a request's data may be cut into: lines, or messages with their lengths.
    let pieces: [[UInt8]]
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
        let points = tables.enumerated().compactMap { index, table in
            table.buckets.first.map { bucket in
                StreamPoint(metric: wanted[index].metric, unit: wanted[index].unit, range: range, bucket: bucket, statistics: statistics[index])
            }
        }
        let count = points.reduce(0) { $0 + ($1.bucket.value(of: .sampleCount) ?? 0) }
        return StreamMinute(pieces: pieces(points, of: running), count: count)
    }

    private static func pieces(_ points: [StreamPoint], of running: StreamBook.Running) -> [[UInt8]] {
        switch running.stream.format {
        case .json: points.map { JSONOutput.line($0, running.stream.name, running.tenant) }
        case .openTelemetry07: OpenTelemetryOutput(.version07, running.stream.name, running.tenant).messages(points)
        case .openTelemetry10: OpenTelemetryOutput(.version10, running.stream.name, running.tenant).messages(points)
        }
    }
}

/// A metric in one minute.
struct StreamPoint: Sendable {
    let metric: MetricIdentity
    let unit: String
    let range: TimeRange
    let bucket: PeriodBucket
    /// Further ones, by name.
    let statistics: [String]
}
