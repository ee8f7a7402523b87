@testable import Alarms
import Catalog
import Platform
import SignalModel
import Simulation
import Synchronization
import Testing
import WireFormats

/// Alarms on scheduled queries, over answers that the test gives.
struct LogAlarmTests {
    private final class Answers: Sendable {
        let rows = Mutex<[LogQueries.Row]?>([])
        let asked = Mutex<[(query: String, range: TimeRange)]>([])

        var queries: LogQueries {
            LogQueries(refusal: { _ in nil }) { query, _, _, range in
                self.asked.withLock { $0.append((query, range)) }
                guard let rows = self.rows.withLock({ $0 }) else { throw StorageError(code: .corrupt, message: "cannot read: the test says so") }
                return rows
            }
        }

        func set(_ rows: [LogQueries.Row]?) { self.rows.withLock { $0 = rows } }
    }

    private func rig(
        _ needed: Int, of evaluated: Int, missing: AlarmRule.MissingData? = nil, aggregation: String = "count(*)", rate: String = "rate(1 minute)"
    ) async throws -> (AlarmRig, Answers, LogAlarmEvaluation) {
        let rig = try AlarmRig()
        let watch = try #require(LogWatch(
            query: "filter level = \"ERROR\"", groups: ["/shop"], role: "arn:aws:iam::1:role/r", schedule: rate, startOffset: 300, endOffset: 60,
            aggregation: aggregation))
        var rule = AlarmRule(
            name: "alarm", subject: .log(watch), evaluationPeriods: evaluated, datapointsToAlarm: needed, threshold: 5, comparison: .greater,
            missingData: missing)
        rule.alarmActions = [topic]
        try await rig.put(rule)
        #expect(try await rig.book.alarm("alarm", of: acme)?.rule == rule)
        let answers = Answers()
        let evaluation = LogAlarmEvaluation(book: rig.book, queries: answers.queries, clock: rig.clock, log: Log(component: "test", write: { _ in }))
        rig.clock.advance(bySeconds: 5)
        return (rig, answers, evaluation)
    }

    private func minute(_ rig: AlarmRig, _ evaluation: LogAlarmEvaluation) async {
        rig.clock.advance(bySeconds: 60)
        await evaluation.turn()
    }

    @Test func `a query runs on its schedule over its range, and its results are judged M of N`() async throws {
        let (rig, answers, evaluation) = try await rig(2, of: 3)
        answers.set([[("count(*)", "9")]])
        await minute(rig, evaluation)
        #expect(try await rig.state().value == .insufficientData, "one of three says nothing yet")
        await minute(rig, evaluation)
        #expect(try await rig.state().value == .alarm)
        #expect(try await rig.state().reason.hasPrefix("Threshold Crossed: 2 out of the last 3 datapoints [9.0 ("))
        #expect(try await rig.told() == ["alarm: ALARM"])
        let asked = answers.asked.withLock { $0 }
        #expect(asked.map(\.query) == Array(repeating: "filter level = \"ERROR\" | stats count(*)", count: 2))
        // At 08:01:00, from five minutes before to one minute before.
        let start = Timestamp(seconds: 1_795_248_000 - 240)
        #expect(asked[0].range == TimeRange(start: start, end: Timestamp(seconds: 1_795_248_000)))
        answers.set([[("count(*)", "1")]])
        for _ in 0..<2 { await minute(rig, evaluation) }
        #expect(try await rig.state().value == .ok)
    }

    @Test func `results survive a restart, queries that fail change nothing`() async throws {
        let (rig, answers, evaluation) = try await rig(2, of: 2)
        answers.set([[("count(*)", "9")]])
        await minute(rig, evaluation)
        answers.set(nil)
        await minute(rig, evaluation)
        #expect(await evaluation.counters.failures == 1)
        answers.set([[("count(*)", "9")]])
        let again = LogAlarmEvaluation(book: AlarmBook(catalog: rig.catalog), queries: answers.queries, clock: rig.clock, log: Log(component: "test", write: { _ in }))
        await minute(rig, again)
        #expect(try await rig.state().value == .alarm)
    }

    @Test func `a query without rows is a missing result`() async throws {
        for (treatment, state) in [(AlarmRule.MissingData.breaching, AlarmState.Value.alarm), (.notBreaching, .ok), (.missing, .insufficientData)] {
            let (rig, _, evaluation) = try await rig(1, of: 1, missing: treatment)
            await minute(rig, evaluation)
            #expect(try await rig.state().value == state, "\(treatment)")
        }
    }

    @Test func `groups that breach are the contributors, as long as the alarm is in ALARM`() async throws {
        let (rig, answers, evaluation) = try await rig(1, of: 1, aggregation: "count(*) as errors by host, zone")
        answers.set([
            [("host", "a"), ("zone", "1"), ("errors", "9")], [("host", "b"), ("zone", "2"), ("errors", "3")], [("host", "c"), ("zone", "2"), ("errors", "7")],
        ])
        await minute(rig, evaluation)
        let first = try #require(try await rig.book.contributors(of: "alarm", tenant: acme)).contributors
        #expect(first.map(\.value) == [9, 7] && first[0].attributes.map(\.value) == ["a", "1"])
        await minute(rig, evaluation)
        #expect(try await rig.book.contributors(of: "alarm", tenant: acme)?.contributors == first, "since when they breach is kept")
        answers.set([[("host", "a"), ("zone", "1"), ("errors", "1")]])
        await minute(rig, evaluation)
        #expect(try await rig.book.contributors(of: "alarm", tenant: acme)?.contributors.isEmpty == true)
    }

    @Test func `rates are minutes, hours and a day at most`() {
        for (text, seconds) in [("rate(1 minute)", 60), ("rate(5 minutes)", 300), ("rate(2 hours)", 7200), ("rate(1 day)", 86_400)] as [(String, Int64)] {
            #expect(LogWatch.seconds(ofRate: text) == seconds)
        }
        for text in ["", "rate()", "rate(0 minutes)", "rate(1 second)", "rate(2 days)", "cron(0 0 * * *)", "rate(5minutes)", "rate(99999 hours)"] {
            #expect(LogWatch.seconds(ofRate: text) == nil)
        }
        #expect(LogRows.fieldsBehindBy("avg(latency) by host, bin(5m)") == ["host", "bin(5m)"])
        #expect(LogRows.fieldsBehindBy("count(*)") == [])
    }

    @Test func `an hourly query waits for its hour`() async throws {
        let (rig, answers, evaluation) = try await rig(1, of: 1, rate: "rate(1 hour)")
        for _ in 0..<59 { await minute(rig, evaluation) }
        #expect(answers.asked.withLock { $0.count } == 0)
        await minute(rig, evaluation)
        #expect(answers.asked.withLock { $0.count } == 1)
    }
}
