@testable import Alarms
import MetricMath
import SignalModel
import Testing

/// Alarms on Metrics Insights queries: which metrics they are about is found anew at each evaluation.
struct InsightsAlarmTests {
    private func rule(_ query: String, period: Int64 = 60, _ more: [MetricDataQuery] = []) -> AlarmRule {
        let watched = MetricDataQuery(id: "q1", source: .expression(query), returnsData: more.isEmpty, periodSeconds: period)
        return AlarmRule(name: "alarm", subject: .queries([watched] + more), evaluationPeriods: 1, threshold: 10, comparison: .greater)
    }

    @Test func `metrics that come later count from then on`() async throws {
        let rig = try AlarmRig()
        try await rig.put(rule("SELECT SUM(Errors) FROM Shop"))
        try await rig.sample(5, secondsAgo: 30)
        await rig.pass(seconds: 5)
        #expect(try await rig.state().value == .ok)
        try await rig.sample(6, metric: "Errors", unit: "Count")
        try await rig.sample(5)
        await rig.pass(seconds: 60)
        #expect(try await rig.state().value == .alarm)
    }

    @Test func `groups are watched through a function of them`() async throws {
        let rig = try AlarmRig()
        try await rig.put(rule("SELECT MAX(Errors) FROM Shop GROUP BY Host", [MetricDataQuery(id: "e1", source: .expression("MAX(q1)"))]))
        try await rig.sample(11, secondsAgo: 30)
        await rig.pass(seconds: 5)
        #expect(try await rig.state().value == .alarm)
    }

    @Test func `the query's period is the alarm's`() throws {
        #expect(rule("SELECT SUM(Errors) FROM Shop", period: 300).periodSeconds == 300)
        #expect(rule("m1 * 2", period: 300).periodSeconds == 60)
    }

    @Test func `a query that cannot be read keeps the state`() async throws {
        let rig = try AlarmRig(reader: BrokenReader())
        try await rig.put(rule("SELECT SUM(Errors) FROM Shop"))
        await rig.pass(seconds: 5)
        #expect(try await rig.state().value == .insufficientData)
        #expect(await rig.evaluation.counters.failures == 1)
    }
}

private struct BrokenReader: MetricReader {
    func series(matching: [LabelMatcher], of: Tenant, in: TimeRange, limit: Int) async throws(StorageError) -> [SeriesEntry] {
        throw StorageError(code: .corrupt, message: "cannot read: broken")
    }

    func scan(_ plan: MetricScan) async throws(StorageError) -> any ScanCursor {
        throw StorageError(code: .corrupt, message: "cannot read: broken")
    }
}
