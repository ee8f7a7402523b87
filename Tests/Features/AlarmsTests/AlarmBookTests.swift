@testable import Alarms
import Catalog
import MetricMath
import SignalModel
import Simulation
import Testing
import WireFormats

struct AlarmBookTests {
    @Test func `a rule reads back from its document as it was`() async throws {
        let rig = try AlarmRig()
        var plain = try rule(2, of: 5, missing: .breaching, name: "plain: ünïcode \"quoted\"")
        plain.description = "when\nit breaks"
        plain.actionsEnabled = false
        plain.okActions = [topic]
        plain.insufficientDataActions = [topic, topic + "2"]
        plain.threshold = -1.5e-7
        let percentile = try rule(statistic: "p99.9", lowSamples: .ignore, name: "percentile")
        var math = try rule(name: "math")
        math.subject = .queries([
            MetricDataQuery(id: "e", source: .expression("m1 / 2"), label: "half"),
            MetricDataQuery(
                id: "m1",
                source: .metric(try MetricStat(
                    metric: MetricIdentity(namespace: "N", name: "M", dimensions: [("b", "2"), ("a", "1")]), periodSeconds: 300, statistic: "TM(10%:90%)",
                    unit: "Seconds")),
                returnsData: false),
        ])
        for rule in [plain, percentile, math] {
            try await rig.put(rule)
            #expect(try await rig.book.alarm(rule.name, of: acme)?.rule == rule)
        }
        #expect(try await rig.book.alarms(of: acme, limit: 10).map(\.name) == ["math", "percentile", "plain: ünïcode \"quoted\""])
        #expect(try await rig.book.alarms(of: Tenant(account: "999999999999", region: "us-east-1"), limit: 10).isEmpty)
    }

    @Test func `a new rule keeps the state`() async throws {
        let rig = try AlarmRig()
        try await rig.put(try rule())
        #expect(try await rig.book.setState(.alarm, reason: "by hand", reasonData: nil, of: "alarm", tenant: acme, at: rig.now))
        let state = try await rig.state()
        rig.clock.advance(bySeconds: 10)
        try await rig.put(try rule(of: 7))
        #expect(try await rig.state() == state)
        #expect(try await rig.book.alarm("alarm", of: acme)?.configured == rig.now.nanoseconds)
        #expect(try await rig.history("alarm", .configuration).map(\.summary) == ["Alarm \"alarm\" created", "Alarm \"alarm\" updated"])
    }

    @Test func `a state set by hand runs its actions once`() async throws {
        let rig = try AlarmRig()
        var rule = try rule()
        rule.alarmActions = [topic, "arn:aws:lambda:us-east-1:123456789012:function:f"]
        try await rig.put(rule)
        for _ in 0..<2 {
            #expect(try await rig.book.setState(.alarm, reason: "test", reasonData: #"{"a": [1]}"#, of: "alarm", tenant: acme, at: rig.now))
        }
        #expect(try await rig.notices().map(\.target) == [topic])
        let items = try await rig.history()
        #expect(items.map(\.kind) == [.configuration, .state, .action, .action])
        #expect(items[3].summary.hasPrefix("Failed to execute action arn:aws:lambda"))
        let told = try json(items[2].data), failed = try json(items[3].data)
        #expect(told.children.map(\.key) == [
            "actionState", "stateUpdateTimestamp", "stateUpdateValue", "notificationResource", "publishedMessage", "error",
        ])
        let published = try json(try #require(told["publishedMessage"]?.text))
        #expect(try json(try #require(published["default"]?.text))["NewStateReason"]?.text == "test" && told["error"]?.isNull == true)
        #expect(failed["actionState"]?.text == "Failed" && failed["publishedMessage"] == nil && failed["error"]?.text?.isEmpty == false)
        let data = try json(items[1].data)
        #expect(data["oldState"]?["stateValue"]?.text == "INSUFFICIENT_DATA" && data["newState"]?["stateReason"]?.text == "test")
        #expect(data["newState"]?["stateReasonData"]?["a"]?.childCount == 1 && data["oldState"]?["stateReasonData"] == nil)
        _ = try await rig.book.setState(.ok, reason: "over", reasonData: nil, of: "alarm", tenant: acme, at: rig.now)
        let back = try json(try #require(try await rig.history("alarm", .state).last).data)
        #expect(back["oldState"]?["stateReasonData"]?["a"]?.childCount == 1 && back["newState"]?["stateReasonData"] == nil)
        #expect(try await rig.book.setState(.ok, reason: "", reasonData: nil, of: "nobody", tenant: acme, at: rig.now) == false)
    }

    @Test func `history tells of an alarm that was made as AWS does`() async throws {
        let rig = try AlarmRig()
        var rule = try rule()
        rule.alarmActions = [topic]
        try await rig.put(rule)
        let data = try json(try #require(try await rig.history("alarm", .configuration).first).data)
        #expect(data.children.map(\.key) == ["version", "type", "createdAlarm"])
        let alarm = try #require(data["createdAlarm"])
        let names = [
            "alarmName", "alarmArn", "alarmConfigurationUpdatedTimestamp", "namespace", "metricName", "statistic", "period", "dimensions", "threshold",
            "comparisonOperator", "evaluationPeriods", "stateValue", "stateUpdatedTimestamp", "actionsEnabled", "alarmActions",
            "insufficientDataActions", "okactions",
        ]
        #expect(alarm.children.map(\.key) == names)
        #expect(alarm["stateValue"]?.text == "INSUFFICIENT_DATA" && alarm["alarmActions"]?.childCount == 1)
        #expect(alarm["alarmConfigurationUpdatedTimestamp"]?.text?.hasSuffix("+0000") == true)
    }

    @Test func `disabled actions are not run, and a target that is refused is told in the history`() async throws {
        let rig = try AlarmRig(targetRefusal: { _, _, arn in arn.hasSuffix("gone") ? "Topic does not exist" : nil })
        var rule = try rule()
        rule.alarmActions = [topic + "-gone", topic]
        try await rig.put(rule)
        try await rig.book.setActionsEnabled(false, of: ["alarm", "nobody"], tenant: acme, at: rig.now)
        _ = try await rig.book.setState(.alarm, reason: "1", reasonData: nil, of: "alarm", tenant: acme, at: rig.now)
        #expect(try await rig.notices().isEmpty)
        try await rig.book.setActionsEnabled(true, of: ["alarm"], tenant: acme, at: rig.now)
        _ = try await rig.book.setState(.ok, reason: "2", reasonData: nil, of: "alarm", tenant: acme, at: rig.now)
        _ = try await rig.book.setState(.alarm, reason: "3", reasonData: nil, of: "alarm", tenant: acme, at: rig.now)
        #expect(try await rig.notices().map(\.target) == [topic])
        #expect(try await rig.history("alarm", .action).map(\.summary) == [
            "Failed to execute action \(topic)-gone. Received error: \"Topic does not exist\"", "Successfully executed action \(topic)",
        ])
    }

    @Test func `a transition that cannot be written whole leaves nothing`() async throws {
        struct Refused: Error {}
        let rig = try AlarmRig(targetRefusal: { _, _, arn in if arn.hasSuffix("2") { throw Refused() } else { nil } })
        var rule = try rule()
        rule.alarmActions = [topic, topic + "2"]
        try await rig.put(rule)
        await #expect(throws: Refused.self) {
            try await rig.book.setState(.alarm, reason: "", reasonData: nil, of: "alarm", tenant: acme, at: rig.now)
        }
        #expect(try await rig.state().value == .insufficientData)
        #expect(try await rig.notices().isEmpty)
        #expect(try await rig.history("alarm", .state).isEmpty)
    }

    @Test func `deleted alarms leave their history, and their name may be used again`() async throws {
        let rig = try AlarmRig()
        try await rig.put(try rule())
        _ = try await rig.book.setState(.alarm, reason: "", reasonData: nil, of: "alarm", tenant: acme, at: rig.now)
        try await rig.book.delete(["alarm", "nobody"], of: acme, at: rig.now)
        #expect(try await rig.book.alarm("alarm", of: acme) == nil)
        #expect(try await rig.history().map(\.summary).last == "Alarm \"alarm\" deleted")
        try await rig.put(try rule())
        #expect(try await rig.state().value == .insufficientData)
    }

    @Test func `history pages neither lose nor repeat an item, also when filtered`() async throws {
        let rig = try AlarmRig()
        for index in 0..<240 {
            rig.clock.advance(byNanoseconds: index % 3 == 0 ? 1_000_000 : 0)
            try await rig.book.put(try rule(name: "a\(index % 7)"), tags: [], of: acme, at: rig.now)
            if index % 9 == 0 {
                let state: AlarmState.Value = index % 2 == 0 ? .alarm : .ok
                _ = try await rig.book.setState(state, reason: "\(index)", reasonData: nil, of: "a\(index % 7)", tenant: acme, at: rig.now)
            }
        }
        for kind in [nil, AlarmHistoryItem.Kind.state] {
            for newestFirst in [true, false] {
                func items(_ limit: Int) async throws -> [AlarmHistoryItem] {
                    var all: [AlarmHistoryItem] = []
                    var next: EventPosition?
                    repeat {
                        let page = try await rig.book.history(
                            of: nil, tenant: acme, kind: kind, range: .all, newestFirst: newestFirst, limit: limit, after: next)
                        #expect(page.items.count <= limit)
                        all += page.items
                        next = page.next
                    } while next != nil
                    return all
                }
                let whole = try await items(10_000)
                #expect(whole.count == (kind == nil ? 240 + whole.count { $0.kind == .state } : whole.count))
                for limit in [1, 7, 100] { #expect(try await items(limit) == whole) }
            }
        }
    }

    @Test func `history is forgotten after thirty days`() async throws {
        let rig = try AlarmRig()
        try await rig.put(try rule())
        rig.clock.advance(bySeconds: 20 * 86_400)
        _ = try await rig.book.setState(.ok, reason: "", reasonData: nil, of: "alarm", tenant: acme, at: rig.now)
        await rig.evaluation.pruneHistory()
        #expect(try await rig.history().count == 2)
        rig.clock.advance(bySeconds: 11 * 86_400)
        await rig.evaluation.pruneHistory()
        #expect(try await rig.history().map(\.kind) == [.state])
    }

    @Test func `a tenant has no more alarms than it may have, but may change those it has`() async throws {
        let rig = try AlarmRig()
        let book = AlarmBook(catalog: rig.catalog, alarmsMax: 2)
        for name in ["a", "b", "a"] { try await book.put(try rule(name: name), tags: [], of: acme, at: rig.now) }
        let error = await #expect(throws: AlarmError.self) { try await book.put(try rule(name: "c"), tags: [], of: acme, at: rig.now) }
        #expect(error?.code == .limit)
        try await book.put(try rule(name: "c"), tags: [], of: Tenant(account: "999999999999", region: "us-east-1"), at: rig.now)
    }

    @Test func `a closed catalog is an error, not an empty answer`() async throws {
        let rig = try AlarmRig()
        rig.catalog.close()
        let error = await #expect(throws: StorageError.self) { try await rig.book.alarms(of: acme, limit: 10) }
        #expect(error?.code == .closed)
        await rig.evaluation.turn()
        #expect(await rig.evaluation.counters.failures == 1)
    }

    @Test func `tags are set, replaced and removed`() async throws {
        let rig = try AlarmRig()
        try await rig.book.put(try rule(), tags: [("b", "2"), ("a", "1")], of: acme, at: rig.now)
        try await rig.book.put(try rule(), tags: [("ignored", "on update")], of: acme, at: rig.now)
        #expect(try await rig.book.tags(of: "alarm", tenant: acme)?.map(\.key) == ["a", "b"])
        #expect(try await rig.book.tag("alarm", [("b", "3"), ("c", "4")], tagsMax: 3, tenant: acme) == .done)
        #expect(try await rig.book.tag("alarm", [("d", "5")], tagsMax: 3, tenant: acme) == .tooMany)
        #expect(try await rig.book.untag("alarm", keys: ["a", "x"], tenant: acme) == .done)
        #expect(try await rig.book.tags(of: "alarm", tenant: acme)?.map(\.value) == ["3", "4"])
        #expect(try await rig.book.tags(of: "nobody", tenant: acme) == nil)
        #expect(try await rig.book.untag("nobody", keys: [], tenant: acme) == .noSuchAlarm)
    }
}
