import Catalog
package import Platform
package import SignalModel
import WireFormats

/// Runs the queries of log alarms on their schedules, every `rate(…)` on the clock's marks, and judges what they came to.
///
/// A run's result is stored in the transaction that changes the state. A query that fails leaves the state as it is, and is run again at
/// the next mark of its schedule.
package actor LogAlarmEvaluation {
    private static let minute: Int64 = 60_000_000_000
    /// How long after a mark its queries run, so that what was logged in time has come in.
    private static let settle: Int64 = 5_000_000_000

    /// Since the start.
    package struct Counters: Sendable, Equatable {
        package var evaluations = 0
        package var failures = 0
    }

    package private(set) var counters = Counters()

    private let book: AlarmBook
    private let queries: LogQueries
    private let clock: any TimeSource
    private let log: Log
    private let logLimit = LogLimit()
    private var alarms: [AlarmKey: Alarm] = [:]
    private var knownChange: Int?
    private var lastMark: Int64?

    package init(book: AlarmBook, queries: LogQueries, clock: any TimeSource, log: Log) {
        self.book = book
        self.queries = queries
        self.clock = clock
        self.log = log
    }

    /// - Throws: `CancellationError` when its task is cancelled, nothing else.
    package func run() async throws {
        while true {
            await turn()
            let next = (floorDivided(clock.wallNanoseconds - Self.settle, by: Self.minute) + 1) * Self.minute + Self.settle
            try await clock.sleep(untilWall: next)
        }
    }

    package func turn() async {
        let mark = floorDivided(clock.wallNanoseconds - Self.settle, by: Self.minute) * Self.minute
        guard mark != lastMark, await refresh() else { return }
        lastMark = mark
        for alarm in alarms.values.sorted(by: { $0.name < $1.name }) {
            guard let rule = alarm.rule, case .log(let watch) = rule.subject, mark % (watch.periodSeconds * 1_000_000_000) == 0 else { continue }
            await judge(alarm, rule, watch, at: mark)
        }
    }

    private func refresh() async -> Bool {
        let (news, count) = book.changes.since(knownChange)
        do {
            switch news {
            case .nothing: return true
            case .everything:
                alarms = [:]
                keep(try await book.everyEntry().entries)
            case .these(let keys):
                let entries = try await book.entries(keys).entries
                for key in keys { alarms[key] = nil }
                keep(entries)
            }
            knownChange = count
            return true
        } catch {
            counters.failures += 1
            log.error("log alarms cannot be read", ["error": String(describing: error)])
            return false
        }
    }

    private func keep(_ entries: [AlarmBook.Entry]) {
        for entry in entries where entry.alarm.kind == .LogAlarm { alarms[entry.alarm.key] = entry.alarm }
    }

    private func judge(_ alarm: Alarm, _ rule: AlarmRule, _ watch: LogWatch, at mark: Int64) async {
        do {
            let rows = try await queries.rows(LogRows.query(of: watch), watch.groups, alarm.tenant, watch.range(at: mark))
            let groups = LogRows.groups(rows, of: watch)
            try await book.record(groups, of: alarm, rule, at: mark, now: Timestamp(nanoseconds: clock.wallNanoseconds))
            counters.evaluations += 1
        } catch {
            counters.failures += 1
            log.warning("a log alarm cannot be evaluated", limit: logLimit, ["alarm": alarm.arn, "error": String(describing: error)])
        }
    }
}

extension AlarmBook {
    /// Adds what a query came to, and changes the state when the results now say so.
    func record(_ groups: [LogRows.Group], of alarm: Alarm, _ rule: AlarmRule, at mark: Int64, now: Timestamp) async throws {
        try await step(alarm.tenant, at: now) { step in
            guard let stored = try AlarmStorage.alarm(alarm.name, of: alarm.tenant, in: step.transaction), stored.definition == alarm.definition
            else { return }
            var results = try AlarmStorage.logResults(of: alarm.name, alarm.tenant, in: step.transaction)
            results.add(groups, at: mark, for: rule, kept: rule.evaluationPeriods)
            try step.transaction.put(JSON.encode(results.document), key: alarm.name, in: AlarmStorage.logResults, tenant: alarm.tenant)
            let verdict = AlarmEvaluator(rule).verdict(on: results.points)
            guard let value = verdict.state, value != stored.state.value else { return }
            let reason = StateReason(rule: rule, state: value, verdict: verdict)
            try step.change(stored, to: AlarmState(
                value: value, reason: reason.text, reasonData: reason.data(queryTime: now.nanoseconds), updated: now.nanoseconds,
                transitioned: now.nanoseconds))
        }
    }

    /// Keeps which groups of metrics breach, unless the alarm is another one by now.
    func keep(_ contributors: [LogResults.Contributor], of alarm: Alarm, at now: Timestamp) async throws {
        try await step(alarm.tenant, at: now) { step in
            guard let stored = try AlarmStorage.alarm(alarm.name, of: alarm.tenant, in: step.transaction), stored.definition == alarm.definition
            else { return }
            let document = LogResults(contributors: contributors).document
            try step.transaction.put(JSON.encode(document), key: alarm.name, in: AlarmStorage.logResults, tenant: alarm.tenant)
        }
    }

    /// What `keep` has kept.
    func contributorsKept(of alarm: Alarm) async throws -> [LogResults.Contributor] {
        try await read { try AlarmStorage.logResults(of: alarm.name, alarm.tenant, in: $0).contributors }
    }

    /// The groups that keep an alarm on groups in ALARM; none when it is in another state. Nil when there is no such alarm.
    package func contributors(of name: String, tenant: Tenant) async throws -> (alarm: Alarm, contributors: [LogResults.Contributor])? {
        try await read { snapshot in
            guard let alarm = try AlarmStorage.alarm(name, of: tenant, in: snapshot) else { return nil }
            guard alarm.state.value == .alarm else { return (alarm, []) }
            return (alarm, try AlarmStorage.logResults(of: name, tenant, in: snapshot).contributors)
        }
    }
}
