@testable import Alarms
import MetricMath
import Platform
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

    /// One sample a host, half a minute ago.
    private func sample(_ values: [String: Double], in rig: AlarmRig) async throws {
        for (host, value) in values.sorted(by: { $0.key < $1.key }) { try await rig.sample(value, secondsAgo: 30, of: [("Host", host)]) }
    }

    private func contributors(_ rig: AlarmRig) async throws -> [String] {
        try await rig.book.contributors(of: "alarm", tenant: acme)?.contributors.map { $0.attributes.map { "\($0.name)=\($0.value)" }.joined() } ?? []
    }

    @Test func `each group is judged by itself, and those that breach are the alarm's contributors`() async throws {
        let rig = try AlarmRig()
        var rule = rule("SELECT MAX(Errors) FROM Shop GROUP BY Host")
        rule.alarmActions = [topic]
        try await rig.put(rule)
        try await sample(["a": 5, "b": 11], in: rig)
        await rig.pass(seconds: 5)
        #expect(try await rig.state().value == .alarm)
        #expect(try await contributors(rig) == ["Host=b"])
        let reason = "Threshold Crossed: 1 datapoint was greater than the threshold (10.0). The most recent datapoints which crossed the threshold: "
            + "[11.0 (21/11/26 07:59:00)]."
        let state = try await rig.state()
        #expect(state.reason == reason && state.reasonData == nil)
        let found = try #require(try await rig.book.contributors(of: "alarm", tenant: acme)?.contributors.first)
        #expect(found.reason == reason && found.value == 11 && found.since == state.transitioned)

        await rig.wait(seconds: 55)
        try await sample(["a": 12, "b": 12, "c": 1], in: rig)
        await rig.pass(seconds: 5)
        #expect(try await contributors(rig) == ["Host=a", "Host=b"])
        #expect(try await rig.book.contributors(of: "alarm", tenant: acme)?.contributors.last?.since == found.since)
        // It was in ALARM all the time: nothing is told again.
        #expect(try await rig.notices().count == 1)

        await rig.wait(seconds: 55)
        try await sample(["a": 1, "b": 2, "c": 3], in: rig)
        await rig.pass(seconds: 5)
        #expect(try await rig.state().value == .ok)
        #expect(try await contributors(rig).isEmpty)
    }

    @Test func `datapoints of different groups do not add up to an alarm`() async throws {
        let rig = try AlarmRig()
        var rule = rule("SELECT MAX(Errors) FROM Shop GROUP BY Host")
        rule.evaluationPeriods = 2
        try await rig.put(rule)
        try await sample(["a": 11, "b": 1], in: rig)
        await rig.pass(seconds: 5)
        await rig.wait(seconds: 55)
        try await sample(["a": 1, "b": 11], in: rig)
        await rig.pass(seconds: 5)
        #expect(try await rig.state().value == .ok)
        await rig.wait(seconds: 55)
        try await sample(["a": 1, "b": 11], in: rig)
        await rig.pass(seconds: 5)
        #expect(try await rig.state().value == .alarm)
        #expect(try await contributors(rig) == ["Host=b"])
    }

    @Test(arguments: [
        (nil, AlarmState.Value.insufficientData), (.notBreaching, .ok), (.breaching, .alarm), (.ignore, .insufficientData),
    ] as [(AlarmRule.MissingData?, AlarmState.Value)])
    func `without any group it matters what missing data counts as`(missing: AlarmRule.MissingData?, expected: AlarmState.Value) async throws {
        let rig = try AlarmRig()
        var rule = rule("SELECT MAX(Errors) FROM Shop GROUP BY Host")
        rule.missingData = missing
        try await rig.put(rule)
        await rig.pass(seconds: 5)
        #expect(try await rig.state().value == expected)
    }

    @Test func `another evaluation goes on with the groups that are known, and another query begins anew`() async throws {
        let rig = try AlarmRig()
        try await rig.put(rule("SELECT MAX(Errors) FROM Shop GROUP BY Host"))
        try await sample(["b": 11], in: rig)
        await rig.pass(seconds: 5)
        let since = try await rig.book.contributors(of: "alarm", tenant: acme)?.contributors.first?.since
        let restarted = AlarmEvaluation(
            book: rig.book, reader: rig.store, clock: rig.clock, log: Log(component: "test", time: rig.clock, write: { _ in }))
        await rig.wait(seconds: 55)
        try await sample(["b": 12], in: rig)
        await rig.wait(seconds: 5)
        await restarted.turn()
        #expect(try await rig.book.contributors(of: "alarm", tenant: acme)?.contributors.first?.since == since)
        try await rig.put(rule("SELECT MAX(Errors) FROM Shop"))
        #expect(try await contributors(rig).isEmpty)
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
