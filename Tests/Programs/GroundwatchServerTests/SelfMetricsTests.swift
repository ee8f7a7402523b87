import Columns
import MetricMath
import Platform
import SignalModel
import Simulation
import Synchronization
import Testing

@testable import GroundwatchServer

struct SelfMetricsTests {
    private static let tenant = Tenant(account: Tenant.openAccount, region: Tenant.defaultRegion)

    private func shown(_ batch: MetricBatch) throws -> [String] {
        try batch.series.indices.map { row in
            let labels = try #require(LabelSet(validating: Array(batch.labelSets[Int(batch.series[row])])))
            let metric = try #require(MetricIdentity(labels: labels))
            let dimensions = metric.dimensions.map { " \($0.name)=\($0.value)" }.joined()
            return "\(metric.namespace) \(metric.name)\(dimensions) \(MetricUnit.of(labels)) \(batch.values[row])"
        }
    }

    @Test func `gauges stand as they are, counters as what came since, labels become dimensions`() throws {
        let before: [FiguresPage.Figure] = [.init("groundwatch_commits_total", "", 100), .init("groundwatch_disk_free_bytes", "", 9)]
        let now: [FiguresPage.Figure] = [
            .init("groundwatch_commits_total", "", 130), .init("groundwatch_disk_free_bytes", "", 7),
            .init("groundwatch_memory_used_bytes", "", 5, labels: [("share", "ingest")]),
            .init("groundwatch_memory_used_bytes", "", 6, labels: [("share", "queries")]), .init("something_else", "", 1),
        ]
        let batch = SelfMetrics.batch(now, since: before, at: Timestamp(seconds: 600), of: Self.tenant)
        #expect(try shown(batch) == [
            "Groundwatch DiskFree Bytes 7.0", "Groundwatch Commits Count 30.0", "Groundwatch MemoryUsed Share=ingest Bytes 5.0",
            "Groundwatch MemoryUsed Share=queries Bytes 6.0",
        ])
        #expect(Set(batch.times) == [600_000_000_000])
    }

    @Test func `metrics have names of their own, and every figure that is told is one that there is`() throws {
        #expect(Set(SelfMetrics.subjects.map(\.metric)).count == SelfMetrics.subjects.count)
        #expect(Set(SelfMetrics.subjects.map(\.unit)).isSubset(of: Set(MetricUnit.all)))
        for subject in SelfMetrics.subjects { #expect(subject.isCounter == subject.figure.hasSuffix("_total"), "\(subject.figure)") }
    }

    @Test func `they are written at the beginning of each period, the first time after a whole one`() async throws {
        let clock = ManualClock(wallNanoseconds: 1_000_000_000_000)
        let store = ModelStore { _, _ in nil }
        let value = Atomic(1)
        let metrics = SelfMetrics(
            tenant: Self.tenant, periodSeconds: 300, writer: store, committer: store, time: clock,
            random: RandomSource(SeededRandom(seed: 1)), log: Log(component: "test") { _ in },
            figures: { [.init("groundwatch_commits_total", "", Double(value.load(ordering: .relaxed)))] })
        let loop = Task { await metrics.run() }
        for (advance, count) in [(499, 0), (1, 1), (300, 2)] as [(Int64, Int)] {
            await clock.sleepers(atLeast: 1)
            value.add(10, ordering: .relaxed)
            clock.advance(bySeconds: advance)
            await clock.sleepers(atLeast: 1)
            let series = try await store.series(matching: [], of: Self.tenant, in: .all, limit: 10)
            var times: [Int64] = []
            let plan = MetricScan(
                tenant: Self.tenant, series: series.map(\.id), range: .all, budget: QueryBudget(clock: clock, seconds: 60, bytesMax: .max))
            var cursor = try await store.scan(plan)
            var chunk = ColumnChunk()
            while try await cursor.next(into: &chunk) { times += chunk.columns[MetricColumn.time.rawValue].vector.int64s ?? [] }
            #expect(times.sorted() == [1_500_000_000_000, 1_800_000_000_000].prefix(count).map { $0 })
        }
        loop.cancel()
        await loop.value
    }
}
