import SignalModel

/// What happened, counted by metric and period until the period is over.
struct MetricBook: Sendable {
    static let periodSeconds: Int64 = 5
    private static let period = periodSeconds * 1_000_000_000
    /// PutMetricData takes so many different values in one datum.
    static let valuesMax = 150

    private typealias Values = [Double: Int]
    private var open: [Timestamp: [Metric: Values]] = [:]
    /// The first period that was not closed yet.
    private var next: Timestamp

    init(start: Timestamp) { next = start.floored(to: Self.period) }

    /// - Precondition: the period of `time` is not closed.
    mutating func add(_ value: Double, to metric: Metric, at time: Timestamp) {
        let period = time.floored(to: Self.period)
        precondition(period >= next, "a period that was sent cannot change any more")
        open[period, default: [:]][metric, default: [:]][value, default: 0] += 1
    }

    /// Closes the periods that have ended at `time`.
    /// - Returns: their data, by time, then by metric.
    mutating func close(until time: Timestamp) -> [Traffic.Datum] {
        var data: [Traffic.Datum] = []
        while next.nanoseconds + Self.period <= time.nanoseconds {
            var metrics = open.removeValue(forKey: next) ?? [:]
            for metric in Metric.neverSilent where metrics[metric] == nil { metrics[metric] = [0: 1] }
            for (metric, values) in metrics.sorted(by: { $0.key.sortKey < $1.key.sortKey }) { append(values, of: metric, to: &data) }
            next = Timestamp(nanoseconds: next.nanoseconds + Self.period)
        }
        return data
    }

    private func append(_ values: Values, of metric: Metric, to data: inout [Traffic.Datum]) {
        let sorted = values.sorted { $0.key < $1.key }.map { (value: $0.key, count: $0.value) }
        for start in stride(from: 0, to: sorted.count, by: Self.valuesMax) {
            data.append(Traffic.Datum(metric: metric, time: next, values: Array(sorted[start..<min(start + Self.valuesMax, sorted.count)])))
        }
    }
}
