import MetricMath
@testable import MetricStreams
import SignalModel
import Testing
import WireFormats

struct OpenTelemetryOutputTests {
    private static let range = TimeRange(start: Timestamp(seconds: 1_794_000_000), end: Timestamp(seconds: 1_794_000_060))

    private static func point(_ values: [Double], unit: String = "Milliseconds", statistics: [String] = [], name: String = "latency") -> StreamPoint {
        var bucket = PeriodBucket(keepingSamples: true)
        for value in values { _ = bucket.add(value: value, count: 1, minimum: value, maximum: value) }
        let metric = MetricIdentity(namespace: "App", name: name, dimensions: [("host", "a"), ("zone", "b")])
        return StreamPoint(metric: metric, unit: unit, range: range, bucket: bucket, statistics: statistics)
    }

    /// A message as its fields: numbers stand for themselves, everything with a length is given as bytes.
    private struct Fields {
        var bytes: [UInt32: [[UInt8]]] = [:]
        var numbers: [UInt32: [UInt64]] = [:]

        init(_ message: [UInt8]) throws {
            try message.withUnsafeBytes { buffer in
                var reader = ProtobufReader(buffer)
                while let field = try reader.nextField() {
                    switch field.type {
                    case .varint: numbers[field.number, default: []].append(try reader.varint())
                    case .fixed64: numbers[field.number, default: []].append(try reader.fixed64())
                    case .fixed32: numbers[field.number, default: []].append(UInt64(try reader.fixed32()))
                    case .bytes: bytes[field.number, default: []].append(Array(try reader.bytes()))
                    }
                }
            }
        }

        func message(_ number: UInt32) throws -> Fields { try Fields(try #require(bytes[number]?.first)) }
        func text(_ number: UInt32) -> String { String(decoding: bytes[number]?.first ?? [], as: UTF8.self) }
        func double(_ number: UInt32) -> Double? { numbers[number]?.first.map(Double.init(bitPattern:)) }

        /// Of repeated pairs of a key and a value that is a text.
        func pairs(_ number: UInt32, value: (Fields) throws -> String) throws -> [String] {
            try (bytes[number] ?? []).map { bytes in
                let pair = try Fields(bytes)
                return "\(pair.text(1))=\(try value(pair))"
            }
        }
    }

    /// Cuts off the length.
    private func request(_ message: [UInt8]) throws -> Fields {
        let body = try message.withUnsafeBytes { buffer in
            var reader = ProtobufReader(buffer)
            let body = Array(try reader.bytes())
            #expect(reader.isAtEnd)
            return body
        }
        return try Fields(body)
    }

    private func onlyMetric(_ request: Fields) throws -> Fields { try request.message(1).message(2).message(2) }

    private let tenant = Tenant(account: "123456789012", region: "eu-west-1")

    @Test func `version 1 has its dimensions in one attribute, and its resource names the stream`() throws {
        let messages = OpenTelemetryOutput(.version10, "main", tenant).messages([Self.point([1, 2, 9], statistics: ["p50", "p99.9"])])
        let message = try #require(messages.first)
        let request = try request(message)
        let resource = try request.message(1).message(1)
        #expect(try resource.pairs(1) { try $0.message(2).text(1) } == [
            "cloud.provider=aws", "cloud.account.id=123456789012", "cloud.region=eu-west-1",
            "aws.exporter.arn=arn:aws:cloudwatch:eu-west-1:123456789012:metric-stream/main",
        ])
        let metric = try onlyMetric(request)
        #expect(metric.text(1) == "amazonaws.com/App/latency" && metric.text(3) == "ms")
        let point = try metric.message(11).message(1)
        #expect(point.bytes[1] == nil)
        let attributes = try #require(point.bytes[7]).map(Fields.init)
        #expect(attributes.map { $0.text(1) } == ["Namespace", "MetricName", "Dimensions"])
        #expect(try attributes[0].message(2).text(1) == "App")
        #expect(try attributes[1].message(2).text(1) == "latency")
        #expect(try attributes[2].message(2).message(6).pairs(1) { try $0.message(2).text(1) } == ["host=a", "zone=b"])
        #expect(point.numbers[2] == [1_794_000_000_000_000_000] && point.numbers[3] == [1_794_000_060_000_000_000])
        #expect(point.numbers[4] == [3] && point.double(5) == 12)
        let quantiles = try (point.bytes[6] ?? []).map { (bytes: [UInt8]) throws -> [Double?] in
            let pair = try Fields(bytes)
            return [pair.double(1), pair.double(2)]
        }
        #expect(quantiles == [[0, 1], [0.5, 2], [0.999, 9], [1, 9]])
    }

    @Test func `version 0.7 has a label a dimension`() throws {
        let message = try #require(OpenTelemetryOutput(.version07, "main", tenant).messages([Self.point([4])]).first)
        let point = try onlyMetric(try request(message)).message(11).message(1)
        #expect(point.bytes[7] == nil)
        #expect(try point.pairs(1) { $0.text(2) } == ["Namespace=App", "MetricName=latency", "host=a", "zone=b"])
        #expect(point.double(5) == 4)
    }

    @Test func `many metrics are several messages of 500 at most`() throws {
        let points = (0..<1001).map { Self.point([1], name: "m\($0)") }
        let requests = try OpenTelemetryOutput(.version10, "main", tenant).messages(points).map(request)
        #expect(try requests.map { try $0.message(1).message(2).bytes[2]?.count } == [500, 500, 1])
        #expect(OpenTelemetryOutput(.version10, "main", tenant).messages([]).isEmpty)
    }

    @Test(arguments: [
        ("Seconds", "s"), ("Microseconds", "us"), ("Megabits", "MBit"), ("Terabits", "Tbit"), ("Bytes/Second", "By/s"), ("Count/Second", "{Count}/s"),
        ("Percent", "%"), ("None", "1"), ("Count", "{Count}"),
    ])
    func `units are those of the table`(unit: String, written: String) { #expect(OpenTelemetryOutput.unit(unit) == written) }

    @Test(arguments: [("p99", 0.99), ("p99.9", 0.999), ("p0", 0), ("p100", 1), ("tm99", nil), ("IQM", nil), ("TM(10%:90%)", nil), ("Average", nil)])
    func `only percentiles are quantiles`(statistic: String, quantile: Double?) { #expect(OpenTelemetryOutput.quantile(of: statistic) == quantile) }
}
