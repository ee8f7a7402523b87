import Bytes
import ColumnStore
import Columns
import Platform
import SignalModel
import Simulation
import Synchronization
import Testing

@testable import MetricStore

private let tenant = Tenant(account: "123456789012", region: "us-east-1")
private let day: Int64 = 86_400_000_000_000

private func labels(_ name: String, _ more: (String, String)...) -> LabelSet {
    LabelSet([(LabelSet.metricName, name), (LabelSet.namespace, "Test")] + more)
}

struct MetricStoreTests {
    @Test func `what is written is read back, series by series and oldest first`() async throws {
        let bench = try MetricBench()
        var batch = MetricBatch(tenant: tenant)
        let late = batch.addSeries(labels("B"), kind: .accumulating)
        let early = batch.addSeries(labels("A", ("Host", "h1")), kind: .accumulating)
        batch.append(series: late, time: Timestamp(seconds: 2000), value: 2)
        batch.append(series: late, time: Timestamp(seconds: 1000), value: 1)
        batch.append(series: early, time: Timestamp(seconds: 1500), value: 9, count: 3)
        try await bench.write(batch)
        let rows = try await bench.samples(bench.store, [], tenant, .all)
        #expect(rows.count == 3)
        #expect(rows == (try await bench.samples(bench.model, [], tenant, .all)))
        #expect(rows[0].hasSuffix("1500000000000 9.0 3.0 9.0 9.0 []"))
    }

    @Test func `a series is not listed before a sample of it is committed`() async throws {
        let bench = try MetricBench()
        var batch = MetricBatch(tenant: tenant)
        let series = batch.addSeries(labels("A"), kind: .accumulating)
        batch.append(series: series, time: Timestamp(seconds: 1000), value: 1)
        _ = try bench.store.prepare(batch)
        #expect(try await bench.store.series(matching: [], of: tenant, in: .all, limit: 10).isEmpty)
    }

    @Test func `the tenant that has too many series is told so by metric, and others go on`() async throws {
        let bench = try MetricBench(seriesMax: 2)
        for name in ["A", "B"] {
            var batch = MetricBatch(tenant: tenant)
            batch.append(series: batch.addSeries(labels(name), kind: .sampled), time: Timestamp(seconds: 1), value: 1)
            try await bench.write(batch)
        }
        var batch = MetricBatch(tenant: tenant)
        batch.append(series: batch.addSeries(labels("C"), kind: .sampled), time: Timestamp(seconds: 1), value: 1)
        let error = #expect(throws: StorageError.self) { try bench.store.prepare(batch) }
        #expect(error?.code == .limit)
        #expect(error?.message.contains("metric C") == true)
        batch.tenant = Tenant(account: "other", region: "us-east-1")
        try await bench.write(batch)
    }

    @Test func `of too many series the metric and the label that grow are named, whoever asks for one more`() async throws {
        let bench = try MetricBench(seriesMax: 500)
        func write(_ label: (Int) -> LabelSet, _ numbers: Range<Int>) async throws {
            var batch = MetricBatch(tenant: tenant)
            for number in numbers { batch.append(series: batch.addSeries(label(number), kind: .sampled), time: Timestamp(seconds: 1), value: 1) }
            try await bench.write(batch)
        }
        // Much that stands still, with a label wider than the other; then what grows.
        try await write({ LabelSet([(LabelSet.metricName, "cpu"), ("host", "h\($0)")]) }, 0..<300)
        try await write({ LabelSet([(LabelSet.metricName, "requests"), ("path", "/\($0 % 3)"), ("user", "u\($0)")]) }, 0..<200)
        let growth = bench.store.index.state.withLock { SeriesGrowth(ofTenant: 0, $0, newestMax: 180) }
        #expect(growth.text == "of the newest 180 series 180 are of metric requests; its label user has 180 values there")
        let error = await #expect(throws: StorageError.self) {
            try await write({ _ in LabelSet([(LabelSet.metricName, "disk"), ("host", "h1")]) }, 0..<1)
        }
        #expect(error?.code == .limit)
        #expect(error?.message == "cannot add metric disk: the tenant has 500 series already; of the newest 500 series 300 are of metric cpu; its label host has 300 values there")
        // What is known goes on.
        try await write({ LabelSet([(LabelSet.metricName, "cpu"), ("host", "h\($0)")]) }, 7..<9)
        #expect(bench.store.figures.refusedSeries == 1)
    }

    @Test func `of several samples of one time the last written counts, also over a seal; distributions add up`() async throws {
        let bench = try MetricBench()
        for value in [1.0, 2, 3] {
            var batch = MetricBatch(tenant: tenant)
            for (name, kind) in [("gauge", SeriesKind.sampled), ("sum", .accumulating)] {
                batch.append(series: batch.addSeries(labels(name), kind: kind), time: Timestamp(seconds: 100), value: value)
            }
            try await bench.write(batch)
            try bench.engine.seal()
        }
        let rows = try await bench.samples(bench.store, [], tenant, .all)
        #expect(rows.count { $0.contains("gauge") } == 1 && rows.contains { $0.contains("gauge") && $0.hasSuffix("3.0 1.0 3.0 3.0 []") })
        #expect(rows.count { $0.contains("sum") } == 3)
    }

    @Test func `samples at the ends of time are kept and read`() async throws {
        let bench = try MetricBench()
        var batch = MetricBatch(tenant: tenant)
        let series = batch.addSeries(labels("A"), kind: .sampled)
        for time in [Int64.min, -1, 0, .max] { batch.append(series: series, time: Timestamp(nanoseconds: time), value: 1) }
        try await bench.write(batch)
        // The range is half-open, so nothing can ask for the very last instant.
        #expect(try await bench.samples(bench.store, [], tenant, .all).count == 3)
    }

    @Test func `matchers select as they do on the model`() async throws {
        let bench = try MetricBench()
        var batch = MetricBatch(tenant: tenant)
        for host in ["h1", "h2", "web-1", ""] {
            let position = batch.addSeries(labels("A", ("Host", host)), kind: .sampled)
            batch.append(series: position, time: Timestamp(seconds: 1), value: 1)
        }
        try await bench.write(batch)
        let conditions: [LabelMatcher.Condition] = [
            .equals("h1"), .equals(""), .equals("nobody"), .differs("h1"), .differs(""), .matches(try RegularExpression("h.")),
            .fails(try RegularExpression("h.")), .matches(try RegularExpression(".*")), .matches(try RegularExpression("h")),
        ]
        for condition in conditions {
            let matchers = [LabelMatcher("Host", condition), LabelMatcher(LabelSet.metricName, .equals("A"))]
            #expect(try await bench.samples(bench.store, matchers, tenant, .all) == bench.samples(bench.model, matchers, tenant, .all))
        }
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `over random writes, seals, merges and restarts the store answers as a plain array does`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let bench = try MetricBench()
        let now = bench.clock.wallNanoseconds
        let tenants = [tenant, Tenant(account: "999999999999", region: "eu-west-1")]
        for _ in 0..<40 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0: try bench.engine.seal()
            case 1: try bench.engine.merge()
            case 2: try await bench.restart()
            default: try await bench.write(randomBatch(tenants.randomElement(using: &random)!, now: now, &random))
            }
            try bench.engine.checkInvariants()
        }
        for tenant in tenants {
            for range in [TimeRange.all, TimeRange(start: Timestamp(nanoseconds: now - 2 * day), end: Timestamp(nanoseconds: now - day / 2))] {
                let expected = try await bench.samples(bench.model, [], tenant, range)
                // The index knows only each series' newest sample, so it may list one whose samples lie outside the range.
                #expect(try await bench.samples(bench.store, [], tenant, range) == expected)
            }
        }
    }

    private func randomBatch(_ tenant: Tenant, now: Int64, _ random: inout SeededRandom) -> MetricBatch {
        var batch = MetricBatch(tenant: tenant)
        let positions = (0..<Int.random(in: 1...5, using: &random)).map { _ in
            let metric = Int.random(in: 0..<6, using: &random)
            let name = labels("M\(metric)", ("Host", "h\(random.oneIn(2) ? 1 : 2)"))
            return batch.addSeries(name, kind: metric < 3 ? .accumulating : .sampled)
        }
        for _ in 0..<Int.random(in: 1...30, using: &random) {
            // Every hour only, so that samples meet at one time.
            let time = Timestamp(nanoseconds: now - Int64.random(in: 0..<96, using: &random) * (day / 24))
            let value = Double(Int.random(in: -50..<50, using: &random))
            let series = positions.randomElement(using: &random)!
            switch Int.random(in: 0..<4, using: &random) {
            case 0: batch.append(series: series, time: time, value: value, count: 2.5)
            case 1: batch.appendSet(series: series, time: time, sum: value * 3, count: 3, minimum: value - 1, maximum: value + 1)
            default: batch.append(series: series, time: time, value: value)
            }
        }
        return batch
    }
}
