import ColumnStore
import Columns
import Platform
import SignalModel
import Simulation
import Testing

@testable import MetricStore

private let tenant = Tenant(account: "123456789012", region: "us-east-1")

/// Senders with series of their own and series of all, while others list, scan and seal. Races show under `FUZZ_SANITIZER=thread Scripts/fuzz`.
struct MetricConcurrencyTests {
    @Test func `senders, readers and sealing at once lose no sample and no series`() async throws {
        let bench = try MetricBench()
        let (store, engine, clock) = (bench.store, bench.engine, bench.clock)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for sender in 1...4 as ClosedRange<UInt64> {
                tasks.addTask {
                    for round in 0..<40 as Range<UInt64> {
                        let batch = Self.batch(sender, round)
                        _ = try await engine.commit(store.prepare(batch), id: BatchID(high: sender, low: round))
                        if sender == 1, round % 10 == 9 { try engine.seal() }
                    }
                }
            }
            for _ in 0..<2 {
                tasks.addTask {
                    var seen = 0
                    for _ in 0..<20 {
                        let count = try await Self.count(store, clock)
                        #expect(count >= seen, "what was visible stays so")
                        seen = count
                        await Task.yield()
                    }
                }
            }
            try await tasks.waitForAll()
        }
        #expect(try await store.series(matching: [], of: tenant, in: .all, limit: 10_000).count == 10 + 4 * 40)
        #expect(try await Self.count(store, clock) == 2 * 4 * 40)
        try await engine.stop()
        try engine.checkInvariants()
    }

    /// A sample of one of ten series that all senders have, and of one that nobody had before.
    private static func batch(_ sender: UInt64, _ round: UInt64) -> MetricBatch {
        var batch = MetricBatch(tenant: tenant)
        for name in ["shared-\(round % 10)", "own-\(sender)-\(round)"] {
            let labels = LabelSet([(LabelSet.metricName, name), (LabelSet.namespace, "Test")])
            batch.append(
                series: batch.addSeries(labels, kind: .accumulating), time: Timestamp(seconds: Int64(sender * 1000 + round)), value: 1)
        }
        return batch
    }

    private static func count(_ store: MetricStore, _ clock: ManualClock) async throws -> Int {
        let series = try await store.series(matching: [], of: tenant, in: .all, limit: 10_000)
        let budget = QueryBudget(clock: clock, seconds: 60, bytesMax: 1 << 30)
        var cursor = try await store.scan(MetricScan(tenant: tenant, series: series.map(\.id), range: .all, budget: budget))
        var (chunk, count) = (ColumnChunk(), 0)
        while try await cursor.next(into: &chunk) { count += chunk.rowCount }
        return count
    }
}
