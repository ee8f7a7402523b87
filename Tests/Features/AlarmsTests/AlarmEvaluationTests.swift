@testable import Alarms
import Catalog
import Columns
import MetricMath
import Platform
import SignalModel
import Simulation
import Synchronization
import Testing
import WireFormats

struct AlarmEvaluationTests {
    private func watching(_ needed: Int? = nil, of periods: Int = 1, period: Int64 = 60, missing: AlarmRule.MissingData? = nil) throws -> AlarmRule {
        var rule = try rule(needed, of: periods, missing: missing, statistic: "Sum", period: period)
        rule.alarmActions = [topic]
        rule.okActions = [topic]
        return rule
    }

    @Test func `an alarm fires a settling time after its period ends, and recovers`() async throws {
        let rig = try AlarmRig()
        try await rig.put(try watching(missing: .notBreaching))
        #expect(try await rig.state().value == .insufficientData)
        try await rig.sample(3)
        await rig.pass(seconds: 60)
        #expect(try await rig.state().value == .ok, "08:01:00 is before the period of 08:00 has settled, and there was nothing before it")
        await rig.pass(seconds: 5)
        let state = try await rig.state()
        #expect(state.value == .alarm)
        #expect(state.reason == "Threshold Crossed: 1 datapoint [3.0 (21/11/26 08:00:00)] was greater than the threshold (0.0).")
        for _ in 0..<2 { await rig.pass(seconds: 60) }
        #expect(try await rig.state().value == .alarm, "a real datapoint within the range outweighs the missing ones after it")
        await rig.pass(seconds: 60)
        #expect(try await rig.state().value == .ok)
        #expect(try await rig.notices().count == 3)
        #expect(try await rig.history("alarm", .state).map(\.summary) == [
            "Alarm updated from INSUFFICIENT_DATA to OK", "Alarm updated from OK to ALARM", "Alarm updated from ALARM to OK",
        ])
    }

    @Test func `minute alarms are evaluated once a minute, shorter ones every ten seconds`() async throws {
        let rig = try AlarmRig()
        try await rig.put(try rule(name: "slow"))
        try await rig.put(try rule(period: 10, name: "fast"))
        await rig.evaluation.turn()
        let start = await rig.evaluation.counters.evaluations
        #expect(start == 2)
        for _ in 0..<12 { await rig.pass(seconds: 10) }
        #expect(await rig.evaluation.counters.evaluations == start + 12 + 2)
        #expect(await rig.evaluation.counters.late == 0)
        await rig.pass(seconds: 0)
        #expect(await rig.evaluation.counters.evaluations == start + 14, "a mark is evaluated once")
    }

    @Test func `a ten-second alarm fires within seconds`() async throws {
        let rig = try AlarmRig()
        try await rig.put(try watching(2, of: 3, period: 10))
        try await rig.sample(1)
        rig.clock.advance(bySeconds: 10)
        try await rig.sample(1)
        await rig.pass(seconds: 10)
        #expect(try await rig.state().value == .insufficientData)
        await rig.pass(seconds: 5)
        let state = try await rig.state()
        #expect(state.value == .alarm)
        #expect(state.reason == "Threshold Crossed: 2 out of the last 3 datapoints [1.0 (21/11/26 08:00:10), 1.0 (21/11/26 08:00:00)] were "
            + "greater than the threshold (0.0) (minimum 2 datapoints for OK -> ALARM transition).")
    }

    @Test func `marks that nobody looked at are counted as late`() async throws {
        let rig = try AlarmRig()
        try await rig.put(try rule())
        await rig.evaluation.turn()
        await rig.pass(seconds: 300)
        #expect(await rig.evaluation.counters.late == 4)
        #expect(await rig.evaluation.counters.evaluations == 2)
    }

    @Test func `alarms on one metric share a read, whatever their periods and windows`() async throws {
        let rig = try AlarmRig()
        for index in 0..<40 {
            var rule = try rule(of: 1 + index % 5, statistic: ["Sum", "Average", "p99"][index % 3], period: [60, 300, 3600][index % 3], name: "alarm-\(index)")
            rule.threshold = Double(index)
            try await rig.put(rule)
        }
        try await rig.sample(1)
        await rig.evaluation.turn()
        #expect(await rig.evaluation.counters.evaluations == 40)
        #expect(await rig.evaluation.counters.reads == 1)
    }

    @Test func `the window of a five-minute alarm slides from minute to minute`() async throws {
        let rig = try AlarmRig()
        try await rig.put(try watching(period: 300, missing: .notBreaching))
        rig.clock.advance(bySeconds: 120)
        try await rig.sample(1)
        await rig.pass(seconds: 65)
        #expect(try await rig.state().value == .alarm, "judged from 07:58 to 08:03, not only at 08:05")
        #expect(try await rig.state().reason.contains("(21/11/26 07:58:00)"))
    }

    @Test func `an expression is watched like a metric`() async throws {
        let rig = try AlarmRig()
        func stat(_ name: String) throws -> MetricDataQuery.Source {
            .metric(try MetricStat(metric: MetricIdentity(namespace: "Shop", name: name), periodSeconds: 60, statistic: "Sum"))
        }
        let queries = [
            MetricDataQuery(id: "e", source: .expression("100 * errors / requests"), label: "Error rate"),
            MetricDataQuery(id: "errors", source: try stat("Errors"), returnsData: false),
            MetricDataQuery(id: "requests", source: try stat("Requests"), returnsData: false),
        ]
        var rule = try rule(of: 1)
        rule.subject = .queries(queries)
        rule.threshold = 5
        rule.alarmActions = [topic]
        try await rig.put(rule)
        try await rig.sample(1)
        try await rig.sample(10, metric: "Requests")
        await rig.pass(seconds: 65)
        #expect(try await rig.state().reason.hasPrefix("Threshold Crossed: 1 datapoint [10.0 "))
        let message = try json(try #require(json(String(decoding: try await rig.notices()[0].payload, as: UTF8.self))["Message"]?.text))
        #expect(message["Trigger"]?["Metrics"]?.children.first { _ in true }?["Expression"]?.text == "100 * errors / requests")
        #expect(message["Trigger"]?["MetricName"] == nil)
    }

    @Test func `data that cannot be read keeps the state and is asked for again`() async throws {
        let reader = FailingReader()
        let rig = try AlarmRig(reader: reader)
        try await rig.put(try watching(missing: .breaching))
        reader.isFailing.store(true, ordering: .relaxed)
        await rig.pass(seconds: 65)
        #expect(try await rig.state().value == .insufficientData)
        #expect(await rig.evaluation.counters.failures == 1)
        reader.isFailing.store(false, ordering: .relaxed)
        await rig.pass(seconds: 10)
        #expect(try await rig.state().value == .alarm, "ten seconds later, not a minute")
        #expect(await rig.evaluation.counters.failures == 1)
    }

    @Test func `a cursor that breaks in the middle gives no verdict`() async throws {
        let reader = FailingReader(breaksInTheMiddle: true)
        let rig = try AlarmRig(reader: reader)
        try await rig.put(try watching(missing: .notBreaching))
        await rig.pass(seconds: 65)
        #expect(try await rig.state().value == .insufficientData)
        #expect(await rig.evaluation.counters.failures == 1)
    }

    @Test func `states survive a restart and are not announced again`() async throws {
        let rig = try AlarmRig()
        try await rig.put(try watching(missing: .ignore))
        try await rig.sample(1)
        await rig.pass(seconds: 65)
        let state = try await rig.state()
        let again = AlarmEvaluation(
            book: AlarmBook(catalog: rig.catalog), reader: rig.store, clock: rig.clock, log: Log(component: "test", write: { _ in }))
        rig.clock.advance(bySeconds: 60)
        await again.turn()
        #expect(try await rig.state() == state)
        #expect(try await rig.notices().count == 1)
    }

    @Test func `a rule that changes while it is judged is judged again by its new self`() async throws {
        let rig = try AlarmRig()
        try await rig.put(try watching())
        try await rig.sample(1)
        await rig.evaluation.turn()
        // Changed behind the evaluation's back: another book does not tell it.
        var changed = try watching()
        changed.threshold = 100
        try await AlarmBook(catalog: rig.catalog).put(changed, tags: [], of: acme, at: rig.now)
        await rig.pass(seconds: 65)
        #expect(try await rig.state().value == .insufficientData, "the old rule's verdict is not written")
        await rig.pass(seconds: 10)
        #expect(try await rig.state().value == .ok, "the new one's is")
    }

    @Test func `an alarm whose document is broken does not keep the others from firing`() async throws {
        let rig = try AlarmRig()
        try await rig.put(try watching())
        try await rig.catalog.write { try $0.put(Array("{}".utf8), key: "broken", in: "alarms", tenant: acme) }
        try await rig.sample(1)
        await rig.pass(seconds: 65)
        #expect(try await rig.state().value == .alarm)
        #expect(await rig.evaluation.counters.damaged == 1)
    }

    @Test func `the loop sleeps to the next mark and ends when it is cancelled`() async throws {
        let rig = try AlarmRig()
        try await rig.put(try watching())
        try await rig.sample(1)
        let loop = Task { try await rig.evaluation.run() }
        for _ in 0..<7 {
            await rig.clock.sleepers(atLeast: 1)
            rig.clock.advance(bySeconds: 10)
        }
        await rig.clock.sleepers(atLeast: 1)
        #expect(try await rig.state().value == .alarm)
        loop.cancel()
        await #expect(throws: CancellationError.self) { try await loop.value }
    }
}

/// Has one sample a second, and fails when told to.
private final class FailingReader: MetricReader {
    let isFailing = Atomic<Bool>(false)
    private let breaksInTheMiddle: Bool

    init(breaksInTheMiddle: Bool = false) { self.breaksInTheMiddle = breaksInTheMiddle }

    func series(matching: [LabelMatcher], of: Tenant, in: TimeRange, limit: Int) async throws(StorageError) -> [SeriesEntry] {
        if isFailing.load(ordering: .relaxed) { throw StorageError(code: .corrupt, message: "cannot read: the test says so") }
        let labels = MetricIdentity(namespace: "Shop", name: "Errors").labels(unit: "None")
        return breaksInTheMiddle ? [SeriesEntry(id: 1, labels: labels, kind: .accumulating, lastTime: Timestamp(seconds: 0))] : []
    }

    func scan(_ plan: MetricScan) async throws(StorageError) -> any ScanCursor { BreakingCursor(time: plan.range.start.nanoseconds) }

    private struct BreakingCursor: ScanCursor {
        let time: Int64
        var isFirst = true

        mutating func next(into chunk: inout ColumnChunk) async throws(StorageError) -> Bool {
            guard isFirst else { throw StorageError(code: .corrupt, message: "cannot read: checksum") }
            isFirst = false
            chunk = ColumnChunk(
                rowCount: 1, columns: [.absent, Column(.int64([time])), Column(.double([1])), .absent, .absent, .absent],
                runs: [ColumnChunk.Run(key: 0, firstRow: 0)])
            return true
        }
    }
}
