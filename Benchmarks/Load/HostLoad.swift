import Bytes
import WireFormats

/// Samples of hosts as a collector sends them by Prometheus' remote write: ten metrics a host, ten tags each, one sample of every series
/// every ten seconds, 2,000 samples a request.
///
/// Five gauges walk between 0 and 100 in whole numbers, two between 0 and 100 with two decimals; one counter is seconds with three
/// decimals, one bytes in large steps, one requests. The walks are drawn once; every series has its own stretch of its metric's.
struct HostLoad: Sendable {
    static let namespace = "Bench/Hosts"
    static let metrics = [
        "cpu_user", "cpu_system", "cpu_idle", "mem_used_percent", "disk_busy", "load_1m", "load_5m", "cpu_seconds_total", "net_bytes_total",
        "requests_total",
    ]
    static let samplesPerRequest = 2_000
    static let secondsPerTick = 10
    private static let second: Int64 = 1_000_000_000

    let hosts: Int
    let ticks: Int
    /// Of the first tick, in nanoseconds.
    let start: Int64
    /// Of each metric, in its smallest unit.
    private let walks: [[Int64]]
    /// Of each host.
    private let tags: [[(String, String)]]
    /// Of each series, as fields of a TimeSeries message.
    private let labels: [[UInt8]]

    var seriesCount: Int { hosts * Self.metrics.count }
    var count: Int { seriesCount * ticks }
    var requests: Int { (count + Self.samplesPerRequest - 1) / Self.samplesPerRequest }
    var end: Int64 { start + Int64(ticks * Self.secondsPerTick) * Self.second }

    /// - Parameter end: past the last tick.
    init(hosts: Int, ticks: Int, end: Int64, seed: UInt64) {
        self.hosts = hosts
        self.ticks = ticks
        start = end - Int64(ticks * Self.secondsPerTick) * Self.second
        let length = max(1 << 16, ticks * 8)
        walks = Self.metrics.indices.map { metric in
            var random = SeededRandom(seed: seed, item: (metric, 0))
            var value: Int64 = 5_000
            return (0..<length).map { _ in
                value = Self.step(value, metric, &random)
                return value
            }
        }
        tags = (0..<hosts).map(Self.tags)
        let tags = tags
        labels = (0..<hosts * Self.metrics.count).map { RemoteWriteMessage.labels(Self.labels($0, tags)) }
    }

    private static func step(_ value: Int64, _ metric: Int, _ random: inout SeededRandom) -> Int64 {
        switch metric {
        case 0..<5: min(100, max(0, (value > 100 ? 50 : value) + Int64(random.below(7)) - 3))
        case 5..<7: min(10_000, max(0, value + Int64(random.below(201)) - 100))
        case 7: value + Int64(random.below(10_000))
        case 8: value + Int64(random.below(1_000_000))
        default: value + Int64(random.below(200))
        }
    }

    private static func tags(_ host: Int) -> [(String, String)] {
        [
            ("arch", host % 3 == 0 ? "arm64" : "x86"), ("datacenter", "eu-west-1\(["a", "b", "c"][host % 3])"), ("hostname", "host_\(host)"),
            ("os", "Debian\(11 + host % 3)"), ("rack", "\(host % 100)"), ("region", "region-\(host % 9)"), ("service", "\(host % 20)"),
            ("service_environment", ["production", "staging", "test"][host % 3]), ("service_version", "\(host % 2)"),
            ("team", ["NYC", "LON", "SF", "CHI"][host % 4]),
        ]
    }

    /// Sorted by name, as the protocol wants them.
    private static func labels(_ series: Int, _ tags: [[(String, String)]]) -> [(String, String)] {
        [("__name__", metrics[series % metrics.count]), ("__namespace__", namespace)] + tags[series / metrics.count]
    }

    // MARK: Requests

    /// Samples in the order of ticks, in each series by series.
    func body(_ request: Int) -> [UInt8] {
        let samples = request * Self.samplesPerRequest..<min((request + 1) * Self.samplesPerRequest, count)
        var message = ByteWriter(capacity: samples.count * 320)
        for sample in samples {
            let (tick, series) = (sample / seriesCount, sample % seriesCount)
            RemoteWriteMessage.append(labels[series], milliseconds: time(series, tick) / 1_000_000, value(series, tick), to: &message)
        }
        return Snappy.compress(message.bytes)
    }

    /// Connections over which each series' samples stay in order when request `n` takes connection `n` modulo their number.
    func lanes(atMost connections: Int) -> Int { seriesCount % (Self.samplesPerRequest * connections) == 0 ? connections : 1 }

    /// Each host has its own moment within the ten seconds.
    private func time(_ series: Int, _ tick: Int) -> Int64 {
        start + Int64(tick * Self.secondsPerTick) * Self.second + Int64(series / Self.metrics.count % 10_000) * 1_000_000
    }

    private func value(_ series: Int, _ tick: Int) -> Double {
        let metric = series % Self.metrics.count
        let walk = walks[metric]
        let whole = walk[(series &* 7_919) % (walk.count - ticks) + tick]
        return metric < 5 || metric > 7 ? Double(whole) : metric == 7 ? Double(whole) / 1_000 : Double(whole) / 100
    }

    // MARK: What answers must say

    /// PromQL: how many samples one series has.
    func countRequest(_ series: Int) -> Request {
        let name = Self.metrics[series % Self.metrics.count]
        let query = "count_over_time(\(name){hostname=\"host_\(series / Self.metrics.count)\"}[\(ticks * Self.secondsPerTick + 60)s])"
        let unreserved = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~".utf8)
        let escaped = query.utf8.map { unreserved.contains($0) ? String(UnicodeScalar($0)) : "%" + String($0, radix: 16, uppercase: true) }
        return Request(get: "/api/v1/query?time=\(end / Self.second)&query=\(escaped.joined())")
    }

    func checkCount(_ response: Response, of series: Int) throws {
        let result = try response.json.root["data"]?["result"]?.children.first { _ in true }
        let counted = result?["value"]?.children.reversed().first?.text
        guard counted == "\(ticks)" else {
            throw BenchmarkError(.answer, "cannot accept an answer about series \(series): \(counted ?? "no") samples of \(ticks): \(response.text)")
        }
    }

    /// GetMetricStatistics: sum and count of the whole load of one series, hour by hour.
    func statisticsRequest(_ series: Int) -> Request {
        let dimensions: [WireValue] = tags[series / Self.metrics.count].map { ["Name": .text($0.0), "Value": .text($0.1)] }
        return .cloudWatch(
            "GetMetricStatistics",
            [
                "Namespace": .text(Self.namespace), "MetricName": .text(Self.metrics[series % Self.metrics.count]),
                "Dimensions": .list(dimensions), "StartTime": .timestamp(start), "EndTime": .timestamp(end), "Period": 3600,
                "Statistics": ["Sum", "SampleCount"],
            ])
    }

    func checkStatistics(_ response: Response, of series: Int) throws {
        let points = try response.json.root["Datapoints"]?.children ?? .none
        let counted = points.reduce(0) { $0 + ($1["SampleCount"]?.double ?? .nan) }
        let sum = points.reduce(0) { $0 + ($1["Sum"]?.double ?? .nan) }
        let expected = (0..<ticks).reduce(0) { $0 + value(series, $1) }
        guard counted == Double(ticks), abs(sum - expected) <= 1e-9 * max(1, expected) else {
            throw BenchmarkError(
                .answer, "cannot accept an answer about series \(series): \(counted) samples of \(ticks), sum \(sum) for \(expected): \(response.text)")
        }
    }
}

/// Prometheus' `WriteRequest` as bytes: `timeseries*=1 {labels*=1 {name=1, value=2}, samples*=2 {value=1, timestamp=2}}`.
enum RemoteWriteMessage {
    static func labels(_ pairs: [(String, String)]) -> [UInt8] {
        var writer = ByteWriter()
        for (name, value) in pairs {
            var label = ByteWriter()
            append(1, name, to: &label)
            append(2, value, to: &label)
            writer.append(uint8: 1 << 3 | 2)
            writer.append(lengthPrefixed: label.bytes)
        }
        return writer.bytes
    }

    /// One series with one sample.
    static func append(_ labels: [UInt8], milliseconds: Int64, _ value: Double, to message: inout ByteWriter) {
        var sample = ByteWriter(capacity: 20)
        sample.append(uint8: 1 << 3 | 1)
        sample.append(double: value)
        sample.append(uint8: 2 << 3)
        sample.append(varint: UInt64(bitPattern: milliseconds))
        message.append(uint8: 1 << 3 | 2)
        message.append(varint: UInt64(labels.count + sample.count + 2))
        message.append(bytes: labels)
        message.append(uint8: 2 << 3 | 2)
        message.append(lengthPrefixed: sample.bytes)
    }

    private static func append(_ field: UInt8, _ text: String, to writer: inout ByteWriter) {
        writer.append(uint8: field << 3 | 2)
        writer.append(lengthPrefixed: text.utf8)
    }
}

extension Request {
    /// - Parameter body: a `WriteRequest` in snappy.
    static func remoteWrite(_ body: [UInt8]) -> Request {
        let headers = [
            ("Content-Encoding", "snappy"), ("Content-Type", "application/x-protobuf"), ("X-Prometheus-Remote-Write-Version", "0.1.0"),
        ]
        return Request(post: "/api/v1/write", headers, body: body)
    }
}
