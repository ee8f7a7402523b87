import WireFormats

/// Samples of hosts: ten metrics each, one sample of every series at each tick, ten seconds apart.
///
/// Five metrics are whole numbers that walk between 0 and 100, two have two decimals, one counts seconds, one bytes, one requests: what
/// collectors send. A request holds consecutive samples in the order of ticks, so each series comes once a tick, as it does there.
struct MetricLoad: Sendable {
    static let namespace = "Bench/Hosts"
    static let metricsPerHost = 10
    static let secondsPerTick = 10
    private static let second: Int64 = 1_000_000_000

    let hosts: Int
    let ticks: Int
    /// Of the first tick, in nanoseconds.
    let start: Int64
    /// Tick by tick, in each host by host, in each metric by metric.
    private let values: [Double]

    var seriesCount: Int { hosts * Self.metricsPerHost }
    var count: Int { seriesCount * ticks }
    /// Past the last tick.
    var end: Int64 { start + Int64(ticks * Self.secondsPerTick) * Self.second }

    /// - Parameter end: the last tick is before it; on a full minute, so is the first.
    init(hosts: Int, ticks: Int, end: Int64, seed: UInt64) {
        precondition(ticks % 6 == 0, "a minute has six ticks, and a load has whole minutes")
        self.hosts = hosts
        self.ticks = ticks
        start = end - Int64(ticks * Self.secondsPerTick) * Self.second
        values = Self.values(series: hosts * Self.metricsPerHost, ticks: ticks, seed: seed)
    }

    private static func values(series: Int, ticks: Int, seed: UInt64) -> [Double] {
        var random = SeededRandom(seed: seed)
        var now = (0..<series).map { _ in Double(random.below(100)) }
        var values: [Double] = []
        values.reserveCapacity(series * ticks)
        for _ in 0..<ticks {
            for index in 0..<series {
                now[index] = step(now[index], metric: index % metricsPerHost, &random)
                values.append(now[index])
            }
        }
        return values
    }

    private static func step(_ value: Double, metric: Int, _ random: inout SeededRandom) -> Double {
        switch metric {
        case 0..<5: min(100, max(0, value + Double(random.below(7) - 3)))
        case 5..<7: Double(random.below(10_000)) / 100
        case 7: value + Double(random.below(1_000)) / 1_000
        case 8: value + Double(random.below(10_000_000))
        default: value + Double(random.below(200))
        }
    }

    // MARK: Requests

    /// The input of the PutMetricData call that holds these samples.
    func input(_ samples: Range<Int>) -> WireValue {
        ["Namespace": .text(Self.namespace), "MetricData": .list(samples.map(datum))]
    }

    private func datum(_ sample: Int) -> WireValue {
        let series = sample % seriesCount
        return [
            "MetricName": .text(Self.metricName(series)), "Dimensions": Self.dimensions(series), "Timestamp": .timestamp(time(of: sample)),
            "Value": .double(values[sample]), "Unit": "None",
        ]
    }

    private func time(of sample: Int) -> Int64 { start + Int64(sample / seriesCount * Self.secondsPerTick) * Self.second }

    static func metricName(_ series: Int) -> String { "metric_\(series % metricsPerHost)" }

    static func dimensions(_ series: Int) -> WireValue {
        let host = series / metricsPerHost
        return [
            ["Name": "Host", "Value": .text("host-\(host)")], ["Name": "Service", "Value": .text("service-\(host % 20)")],
            ["Name": "Zone", "Value": .text("zone-\(host % 3)")],
        ]
    }

    // MARK: What answers must say

    /// Sums of one series, minute by minute.
    func minuteSums(of series: Int) -> [Double] {
        (0..<ticks / 6).map { minute in
            (0..<6).reduce(0) { $0 + values[(minute * 6 + $1) * seriesCount + series] }
        }
    }
}
