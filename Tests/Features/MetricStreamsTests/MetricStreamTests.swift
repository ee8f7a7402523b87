@testable import MetricStreams
import Bytes
import SignalModel
import Simulation
import Testing
import WireFormats

struct MetricStreamTests {
    private func stream(include: [MetricStream.Filter] = [], exclude: [MetricStream.Filter] = []) -> MetricStream {
        var stream = MetricStream(name: "s", firehoseARN: "http://a/", roleARN: "arn:x", at: Timestamp(seconds: 5))
        (stream.include, stream.exclude) = (include, exclude)
        return stream
    }

    @Test func `filters take namespaces whole or some of their metrics`() {
        let all = stream(), some = stream(include: [.init(namespace: "A", metricNames: []), .init(namespace: "B", metricNames: ["x"])])
        let others = stream(exclude: [.init(namespace: "A", metricNames: []), .init(namespace: "B", metricNames: ["x"])])
        for (namespace, name, isSome) in [("A", "x", true), ("B", "x", true), ("B", "y", false), ("C", "x", false)] {
            #expect(all.holds(namespace: namespace, name: name))
            #expect(some.holds(namespace: namespace, name: name) == isSome)
            #expect(others.holds(namespace: namespace, name: name) == !isSome)
        }
    }

    @Test func `a stream is read back as it was written`() throws {
        var one = stream(include: [.init(namespace: "A", metricNames: ["x", "y"])])
        one.statistics = [.init(metrics: [.init(namespace: "A", name: "x")], statistics: ["p99"])]
        one.state = .stopped
        one.format = .openTelemetry07
        one.includesLinkedAccounts = true
        #expect(MetricStream(name: "s", document: try WireDocument(json: JSON.encode(one.document)).root) == one)
        #expect(MetricStream(name: "s", document: try WireDocument(json: Array("{}".utf8)).root) == nil)
    }

    @Test(arguments: [
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"), ("https://a.example", "https://a.example"), ("http:///x", nil), ("http://a b/", nil),
        ("ftp://a/", nil), ("arn:aws:firehose:us-east-1:123456789012:deliverystream/main", "http://base/hose/main"),
        ("arn:aws:firehose:us-east-1:123456789012:deliverystream/../x", nil), ("arn:aws:sns:us-east-1:123456789012:topic", nil),
        ("arn:aws:firehose:us-east-1:123456789012:deliverystream/", nil),
    ])
    func `an address is itself, a delivery stream is a name under the server's address`(text: String, url: String?) {
        #expect(StreamEndpoint(base: "http://base/hose/").url(of: text) == url)
        if text.hasPrefix("arn") { #expect(StreamEndpoint(base: nil).url(of: text) == nil) }
    }
}

struct StreamProgressTests {
    @Test func `a minute that was sent is remembered with its count for two hours`() {
        var progress = StreamProgress(next: 1000)
        for minute in 0..<200 { progress.sent(Double(minute)) }
        #expect(progress.next == 1200)
        #expect(progress.count(of: 1199) == 199 && progress.count(of: 1080) == 80)
        #expect(progress.count(of: 1079) == nil && progress.count(of: 1200) == nil && progress.count(of: 1300) == nil)
        progress.correct(1199, 7)
        #expect(progress.count(of: 1199) == 7)
    }

    @Test func `failures wait longer each time, up to five minutes, and a success forgets them`() {
        var progress = StreamProgress(next: 1)
        let waits = (0..<12).map { _ -> Int64 in
            progress.failed("no", at: 0)
            return progress.pausedUntil / 1_000_000_000
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
        progress.sent(1)
        #expect(progress.failures == 0 && progress.pausedUntil == 0 && progress.lastError == nil)
    }

    @Test func `progress is read back as it was written`() throws {
        var progress = StreamProgress(next: 77)
        for count in 0..<130 { progress.sent(Double(count)) }
        progress.failed("the endpoint answered 500", at: 9)
        #expect(StreamProgress(document: try WireDocument(json: JSON.encode(progress.document)).root) == progress)
    }

    @Test func `names of requests are UUIDs`() {
        let name = RandomID(randomBits: 0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff).description
        #expect(name == "ffffffff-ffff-4fff-bfff-ffffffffffff")
    }
}
