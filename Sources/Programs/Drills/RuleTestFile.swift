import Alarms
import CloudWatchAPI
import MetricMath
package import SignalModel
import WireFormats

/// Unit tests of alarm rules, in a file: alarms in the API's own JSON, samples, and what is to come of them. Form:
/// `Documentation/Alarms.md`.
///
///     let file = try RuleTestFile(json: bytes)
///     for test in file.tests { print(try await file.failures(of: test)) }
package struct RuleTestFile: Sendable {
    package struct Test: Sendable {
        package let name: String
        let samples: DrillSamples
        /// By log alarm, what each run of its query comes to, nil for no rows.
        let results: [String: [Double?]]
        let range: TimeRange
        let states: [ExpectedState]
        /// By alarm.
        let firings: [(alarm: String, count: Int)]
        /// By alarm, how often the actions of ALARM run.
        let tellings: [(alarm: String, count: Int)]

        /// What the query of an alarm comes to at one of its marks.
        func rows(of alarm: String, every period: Int64, at mark: Int64) -> [LogQueries.Row] {
            let first = (range.start.nanoseconds / period + 1) * period, run = Int((mark - first) / period)
            guard let results = results[alarm], results.indices.contains(run), let value = results[run] else { return [] }
            return [[(field: "value", value: "\(value)")]]
        }
    }

    struct ExpectedState: Sendable {
        let alarm: String
        /// As it stands in the file.
        let at: String
        let time: Int64
        let state: AlarmState.Value
        /// A part of the reason; nil: any.
        let reason: String?
    }

    let alarms: [AlarmDrill.Subject]
    package let tests: [Test]

    static let tenant = Tenant(account: Tenant.openAccount, region: Tenant.defaultRegion)
    /// 2026-01-05T00:00:00Z, a Monday.
    static let defaultStart: Int64 = 1_767_571_200_000_000_000

    /// - Throws: `DrillError` with the place.
    package init(json bytes: [UInt8]) throws(DrillError) {
        let root: WireNode
        do { root = try WireDocument(json: bytes).root } catch { throw DrillError("cannot read the file: \(error)") }
        try Self.checkMembers(root, ["alarms", "tests", "comment"], of: "the file")
        var alarms: [AlarmDrill.Subject] = []
        for node in root["alarms"]?.children ?? WireChildren.none { alarms.append(try Self.alarm(node)) }
        guard !alarms.isEmpty else { throw DrillError("cannot read the file: it has no alarms") }
        var tests: [Test] = []
        for node in root["tests"]?.children ?? WireChildren.none { tests.append(try RuleTestReader(node, alarms).test()) }
        self.alarms = alarms
        self.tests = tests
    }

    private static func alarm(_ node: WireNode) throws(DrillError) -> AlarmDrill.Subject {
        do {
            let input = try AlarmDefinitionInput.read(node, of: tenant, at: Timestamp(nanoseconds: defaultStart))
            return AlarmDrill.Subject(input.definition, input.options)
        } catch {
            throw DrillError("cannot read the alarm \(node["AlarmName"]?.text ?? "without a name"): \(DrillError.message(of: error))")
        }
    }

    static func checkMembers(_ node: WireNode, _ known: Set<String>, of what: String) throws(DrillError) {
        guard node.kind == .map else { throw DrillError("cannot read \(what): it is not an object") }
        for child in node.children where !known.contains(child.key) { throw DrillError("cannot read \(what): it has no member \"\(child.key)\"") }
    }

    /// - Returns: what did not come as it was to, in words; empty when the test passes.
    package func failures(of test: Test) async throws(DrillError) -> [String] {
        let timelines: [AlarmTimeline]
        do {
            let drill = AlarmDrill(logs: { alarm, watch, mark in test.rows(of: alarm, every: watch.periodSeconds * 1_000_000_000, at: mark) }) {
                let budget = QueryBudget(clock: UnmovedClock(), seconds: 60, bytesMax: 1 << 30)
                var buckets = BucketReader(reader: test.samples, tenant: Self.tenant, budget: budget)
                buckets.quotas = QuotaTable().value(for:)
                return buckets
            }
            timelines = try await drill.timelines(of: alarms, Self.tenant, in: test.range)
        } catch {
            throw DrillError("cannot run \(test.name): \(DrillError.message(of: error))")
        }
        let byName = Dictionary(uniqueKeysWithValues: timelines.map { ($0.name, $0) })
        var failures: [String] = []
        for expected in test.states {
            guard let timeline = byName[expected.alarm] else { continue }
            let last = timeline.changes.last { $0.time <= expected.time }
            let state = last?.to ?? .insufficientData, reason = last?.reason ?? ""
            if state != expected.state {
                failures.append("\(expected.alarm) at \(expected.at): expected \(expected.state.rawValue), is \(state.rawValue) \(reason)")
            } else if let part = expected.reason, !reason.contains(part) {
                failures.append("\(expected.alarm) at \(expected.at): expected a reason with \"\(part)\", is \"\(reason)\"")
            }
        }
        for (alarm, count) in test.firings where byName[alarm]?.firings != count {
            failures.append("\(alarm): expected to fire \(count) times, fires \(byName[alarm]?.firings ?? 0) times")
        }
        for (alarm, count) in test.tellings {
            let told = byName[alarm]?.told.count { $0.state == .alarm } ?? 0
            if told != count { failures.append("\(alarm): expected its actions of ALARM to run \(count) times, they run \(told) times") }
        }
        return failures
    }
}
