import Bytes
import ColumnStore
import Columns
import Platform
import SignalModel
import Simulation
import Testing

@testable import MetricStore

private let tenant = Tenant(account: "123456789012", region: "us-east-1")
private let second: Int64 = 1_000_000_000
private let day = DayWindow.nanoseconds
private let hour = 3600 * second

private func labels(_ name: String) -> LabelSet { LabelSet([(LabelSet.metricName, name), (LabelSet.namespace, "Test")]) }

/// What rows come to in an hour.
private struct Total {
    var count = 0.0
    var sum = 0.0
    var minimum = Double.infinity
    var maximum = -Double.infinity
    /// Value and weight; nil once a set is among them.
    var values: [(Double, Double)]? = []

    mutating func add(_ row: MetricBench.Row) {
        guard row.value.isFinite else { return }
        let isRepeated = row.minimum == row.maximum
        count += row.count
        sum += isRepeated ? row.value * row.count : row.value
        minimum = min(minimum, row.minimum)
        maximum = max(maximum, MetricColumn.trueMaximum(row.minimum, row.maximum))
        if isRepeated {
            values?.append((row.value, row.count))
        } else if case .sketch(let sketch) = MetricDetail(row.detail) {
            values? += sketch.buckets.map { (QuantileSketch.middle(of: $0.key), $0.weight) }
        } else {
            values = nil
        }
    }

    func percentile(_ share: Double) -> Double? {
        guard let sorted = values?.sorted(by: { $0.0 < $1.0 }), !sorted.isEmpty else { return nil }
        let rank = share * sorted.reduce(0) { $0 + $1.1 }
        var seen = 0.0
        for (value, weight) in sorted {
            seen += weight
            if seen >= rank - 1e-9 { return min(max(value, minimum), maximum) }
        }
        return sorted.last?.0
    }
}

private func totals(_ rows: [MetricBench.Row]) -> [String: Total] {
    var result: [String: Total] = [:]
    for row in rows { result["\(row.labels) \(floorDivided(row.time, by: hour))", default: Total()].add(row) }
    return result.filter { $0.value.count > 0 }
}

private func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-9 * max(1, abs(a), abs(b)) }

private func expectSame(_ tiers: [MetricBench.Row], _ raw: [MetricBench.Row]) {
    let (mine, truth) = (totals(tiers), totals(raw))
    #expect(mine.keys.sorted() == truth.keys.sorted())
    for (key, total) in truth {
        guard let found = mine[key] else { continue }
        #expect(isClose(found.count, total.count) && isClose(found.sum, total.sum), "\(key): \(found) is not \(total)")
        #expect(found.minimum == total.minimum && found.maximum == total.maximum, "\(key)")
        #expect((found.values == nil) == (total.values == nil), "\(key)")
        for share in [0.0, 0.1, 0.5, 0.9, 0.99, 1] {
            guard let exact = total.percentile(share), let sketched = found.percentile(share) else { continue }
            #expect(abs(sketched - exact) <= 0.01 * abs(exact), "\(key) p\(share): \(sketched) is not \(exact)")
        }
    }
}

struct MetricTierTests {
    /// Samples of 100 days, which so lie in three tiers, and of days already rolled up again.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func `every statistic of an hour is the same rolled up as raw, whichever tier it lies in`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let bench = try MetricBench()
        let now = bench.clock.wallNanoseconds
        for number in 0..<30 as Range<Int64> {
            try await bench.write(Self.batch(&random, number: number, now: now))
            if random.oneIn(4) { try bench.engine.seal() }
            if random.oneIn(6) {
                try bench.engine.seal()
                try bench.engine.merge()
            }
            if random.oneIn(8) { try await bench.restart() }
        }
        try bench.engine.seal()
        try bench.engine.merge()
        try bench.engine.checkInvariants()
        let rows = try await bench.rows(bench.store, tenant)
        #expect(Set(rows.map(\.width)) == [0, 300 * second, hour])
        expectSame(rows, try await bench.rows(bench.model, tenant))
    }

    @Test func `rows are as fine as their age says, and gone after the coarsest tier`() async throws {
        let bench = try MetricBench()
        let now = bench.clock.wallNanoseconds
        for age in [1, 14, 20, 60, 80, 400, 500] as [Int64] {
            var batch = MetricBatch(tenant: tenant)
            let series = batch.addSeries(labels("A"), kind: .accumulating)
            for minute in 0..<10 as Range<Int64> {
                batch.append(series: series, time: Timestamp(nanoseconds: now - age * day + minute * 60 * second), value: Double(age))
            }
            try await bench.write(batch)
        }
        try bench.engine.seal()
        try bench.engine.merge()
        let rows = try await bench.rows(bench.store, tenant)
        var widths: [Double: Set<Int64>] = [:]
        for row in rows { widths[row.minimum, default: []].insert(row.width) }
        #expect(widths == [1: [0], 14: [0], 20: [300 * second], 60: [300 * second], 80: [hour], 400: [hour]])
    }

    @Test func `ages are counted from the tenant's newest sample, and a sample from the far future does not end the others`() async throws {
        let bench = try MetricBench()
        var batch = MetricBatch(tenant: tenant)
        let series = batch.addSeries(labels("A"), kind: .sampled)
        batch.append(series: series, time: Timestamp(seconds: 0), value: 1)
        batch.append(series: series, time: Timestamp(seconds: 10 * 86_400), value: 2)
        try await bench.write(batch)
        try bench.engine.seal()
        try bench.engine.merge()
        #expect(try await bench.rows(bench.store, tenant).map(\.width) == [0, 0])
        var other = MetricBatch(tenant: Tenant(account: "2", region: "r"))
        let now = bench.clock.wallNanoseconds
        let gauge = other.addSeries(labels("A"), kind: .sampled)
        other.append(series: gauge, time: Timestamp(nanoseconds: now), value: 1)
        other.append(series: gauge, time: Timestamp(nanoseconds: now + 4000 * day), value: 2)
        try await bench.write(other)
        try bench.engine.seal()
        try bench.engine.merge()
        #expect(try await bench.rows(bench.store, other.tenant).count == 2)
    }

    @Test func `a minute's tier exists where raw data are kept for less`() async throws {
        let bench = try MetricBench(tiers: MetricTiers(rawDays: 1))
        let now = bench.clock.wallNanoseconds
        var batch = MetricBatch(tenant: tenant)
        let series = batch.addSeries(labels("A"), kind: .sampled)
        for step in 0..<20 as Range<Int64> {
            batch.append(series: series, time: Timestamp(nanoseconds: now - 4 * day).floored(to: 60 * second), value: Double(step))
            batch.append(series: series, time: Timestamp(nanoseconds: now - 4 * day + step * 10 * second), value: Double(step))
        }
        batch.append(series: series, time: Timestamp(nanoseconds: now), value: 1)
        try await bench.write(batch)
        try bench.engine.seal()
        try bench.engine.merge()
        let rows = try await bench.rows(bench.store, tenant)
        #expect(Set(rows.map(\.width)) == [0, 60 * second])
        expectSame(rows, try await bench.rows(bench.model, tenant))
    }

    @Test(arguments: [Fault.powerLoss, .inputOutput])
    func `a roll-up that is cut short at any call neither loses nor doubles anything`(fault: Fault) async throws {
        var random = SeededRandom(seed: 11)
        let bench = try MetricBench()
        try await bench.write(Self.batch(&random, number: 0, now: bench.clock.wallNanoseconds, ages: [0, 18, 19, 80]))
        let truth = try await bench.rows(bench.model, tenant)
        try await bench.engine.stop()
        let runs = try await everyFault(fault, on: bench.disk) { disk in
            if let cut = try? MetricBench(disk, clock: bench.clock, isStepped: true) {           // may fail: that is the test
                try? cut.engine.merge()
                if fault != .powerLoss { try? await cut.engine.stop() }
            }
            let after = try MetricBench(disk.afterRestart(), clock: bench.clock, isStepped: true)
            expectSame(try await after.rows(after.store, tenant), truth)
            try after.engine.merge()
            expectSame(try await after.rows(after.store, tenant), truth)
            try after.engine.checkInvariants()
        }
        #expect(runs > 4)
    }

    @Test func `of native histograms the last of a period is kept whole`() async throws {
        let bench = try MetricBench()
        let now = bench.clock.wallNanoseconds
        var labelSets = BytesVector()
        labelSets.append(labels("H").encoded)
        let number = try bench.store.numbers(of: labelSets, kinds: [.sampled], tenant: tenant)[0]
        var samples = SampleBatch(tenant: tenant)
        let start = Timestamp(nanoseconds: now - 20 * day).floored(to: 300 * second).nanoseconds
        for step in 0..<3 as Range<Int64> {
            samples.append(
                series: number, time: start + step * 10 * second, sum: Double(step), count: Double(step * 2), minimum: 0, maximum: 5,
                detail: .histogram([UInt8(step), 9, 9]))
        }
        samples.append(series: number, time: now, sum: 8, count: 9, minimum: 0, maximum: 5, detail: .histogram([4, 4]))
        _ = try await bench.engine.commit(bench.store.prepare(samples), id: BatchID(high: 2, low: 1))
        #expect(try await bench.rows(bench.store, tenant).map { MetricDetail($0.detail) } == (0..<3).map { .histogram([UInt8($0), 9, 9]) } + [.histogram([4, 4])])
        try bench.engine.seal()
        try await bench.restart()
        try bench.engine.merge()
        let rows = try await bench.rows(bench.store, tenant)
        #expect(rows.map { MetricDetail($0.detail) } == [.histogram([2, 9, 9]), .histogram([4, 4])])
        #expect(rows[0].time == start && rows[0].count == 4)
    }

    /// Accumulating and sampled series, plain values and sets, oddities; times of one series and time only once where the last counts.
    private static func batch(
        _ random: inout SeededRandom, number: Int64, now: Int64, ages: [Int64] = Array(0...100)
    ) -> MetricBatch {
        var batch = MetricBatch(tenant: tenant)
        // Every batch has seconds of its own: of a sampled time that is rolled up already, a second writing cannot be told any more.
        let offset = number * second
        for (name, kind) in [("sum", SeriesKind.accumulating), ("gauge", .sampled), ("set", .accumulating)] {
            let series = batch.addSeries(labels(name), kind: kind)
            batch.append(series: series, time: Timestamp(nanoseconds: now), value: 1)
            for _ in 0..<25 {
                let minute = Int64.random(in: 0..<20, using: &random) * 60 * second
                let time = Timestamp(nanoseconds: now - ages.randomElement(using: &random)! * day - minute - offset)
                let value = Double(Int.random(in: -500...5000, using: &random)) / 10
                switch (name, Int.random(in: 0..<8, using: &random)) {
                case ("set", 0): batch.appendSet(series: series, time: time, sum: value * 3, count: 3, minimum: value - 1, maximum: value + 1)
                case ("set", 1): batch.append(series: series, time: time, value: value, count: 2.5)
                case ("gauge", 0): batch.append(series: series, time: time, value: .nan)
                default: batch.append(series: series, time: time, value: value)
                }
            }
        }
        return batch
    }
}
