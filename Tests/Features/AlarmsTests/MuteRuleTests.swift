@testable import Alarms
import Catalog
import Platform
import SignalModel
import Simulation
import Testing
import WireFormats

struct MuteScheduleTests {
    private func at(_ text: String) -> Int64 {
        let parts = text.split { !$0.isNumber }.compactMap { Int64($0) }
        let days = CivilDate.days(year: parts[0], month: parts[1], day: parts[2])
        return (days * 86_400 + parts[3] * 3600 + parts[4] * 60) * 1_000_000_000
    }

    private func schedule(_ expression: String, _ duration: String = "PT1H", _ zone: String? = nil) throws -> MuteSchedule {
        try MuteSchedule(expression: expression, duration: duration, zone: zone)
    }

    @Test func `a cron window opens at its time and lasts its duration`() throws {
        let nightly = try schedule("cron(0 2 * * *)", "PT4H")
        #expect(nightly.window(at: at("2026-11-21 01:59")) == nil)
        #expect(nightly.window(at: at("2026-11-21 02:00")) == at("2026-11-21 02:00")..<at("2026-11-21 06:00"))
        #expect(nightly.window(at: at("2026-11-21 05:59")) != nil && nightly.window(at: at("2026-11-21 06:00")) == nil)
        #expect(nightly.nextStart(after: at("2026-11-21 02:00")) == at("2026-11-22 02:00"))
    }

    @Test func `a window may last for days, and overlap the next`() throws {
        let weekend = try schedule("cron(0 18 * * FRI)", "P2DT12H")           // Friday 20 November 2026
        #expect(weekend.window(at: at("2026-11-23 05:59")) == at("2026-11-20 18:00")..<at("2026-11-23 06:00"))
        #expect(weekend.window(at: at("2026-11-23 06:00")) == nil)
        let often = try schedule("cron(0,30 * * * *)", "PT45M")
        #expect(often.window(at: at("2026-11-21 08:35"))?.upperBound == at("2026-11-21 09:15"))
    }

    @Test func `fields are lists, ranges and names; of two days either will do`() throws {
        func opens(_ expression: String, _ time: String) throws -> Bool { try schedule(expression, "PT1M").window(at: at(time)) != nil }
        #expect(try opens("cron(15 8-10 * JAN,NOV MON-FRI)", "2026-11-20 09:15") && !opens("cron(15 8-10 * JAN,NOV MON-FRI)", "2026-11-21 09:15"))
        #expect(try opens("cron(0 0 1 * SUN)", "2026-11-01 00:00") && opens("cron(0 0 1 * SUN)", "2026-11-22 00:00"))
        #expect(try opens("cron(0 0 1 * SUN)", "2026-12-01 00:00") && !opens("cron(0 0 1 * SUN)", "2026-12-02 00:00"))
        #expect(try schedule("cron(0 0 29 FEB *)").nextStart(after: at("2026-11-21 00:00")) == at("2028-02-29 00:00"))
        #expect(try schedule("cron(0 0 30 FEB *)").nextStart(after: at("2026-11-21 00:00")) == nil)
    }

    @Test func `times are those of the zone, also over a change of clocks`() throws {
        let berlin = try schedule("cron(30 2 * * *)", "PT1H", "Europe/Berlin")
        #expect(berlin.window(at: at("2026-07-01 00:30"))?.lowerBound == at("2026-07-01 00:30"), "summer, two hours ahead")
        #expect(berlin.window(at: at("2026-12-01 01:30"))?.lowerBound == at("2026-12-01 01:30"), "winter, one hour ahead")
        // 29 March 2026: 02:00 becomes 03:00, and the skipped 02:30 is 03:30 there.
        #expect(berlin.nextStart(after: at("2026-03-28 12:00")) == at("2026-03-29 01:30"))
        // 25 October 2026: 02:30 comes twice; the first counts.
        #expect(berlin.nextStart(after: at("2026-10-24 12:00")) == at("2026-10-25 00:30"))
        let tokyo = try schedule("at(2026-11-21T17:00)", "PT30M", "Asia/Tokyo")
        #expect(tokyo.window(at: at("2026-11-21 08:10")) == at("2026-11-21 08:00")..<at("2026-11-21 08:30"))
        #expect(!tokyo.isRecurring && berlin.isRecurring)
    }

    @Test(arguments: [
        ("cron(0 2 * *)", "PT1H", "five fields"), ("cron(60 2 * * *)", "PT1H", "'60' is no minutes"), ("cron(0 2 0 * *)", "PT1H", "day of month"),
        ("cron(0 2 * * FRI-MON)", "PT1H", "no range"), ("cron(*/5 * * * *)", "PT1H", "minutes"), ("rate(1 hour)", "PT1H", "neither"),
        ("at(2026-02-30T00:00)", "PT1H", "neither"), ("at(2026-11-21)", "PT1H", "neither"), ("cron(0 2 * * *)", "PT30S", "PT1M to P15D"),
        ("cron(0 2 * * *)", "P16D", "PT1M to P15D"), ("cron(0 2 * * *)", "4 hours", "PT1M"), ("cron(0 2 * * *)", "PT", "PT1M"),
    ])
    func `what is no schedule is refused in words`(expression: String, duration: String, part: String) {
        let error = #expect(throws: MuteSchedule.Invalid.self) { try schedule(expression, duration) }
        #expect(error?.message.contains(part) == true, "\(String(describing: error))")
    }

    @Test func `unknown zones are refused`() {
        for zone in ["Mars/Olympus", "../etc/passwd", "", "Europe", "zone.tab"] {
            #expect(throws: MuteSchedule.Invalid.self) { try schedule("cron(0 2 * * *)", "PT1H", zone) }
        }
    }

    @Test func `a rule is scheduled, active or expired, within its dates`() throws {
        var rule = MuteRule(
            name: "r", description: nil, schedule: try schedule("cron(0 2 * * *)"), targets: [], start: nil, expiry: at("2026-11-22 02:30"), updated: 0)
        #expect(rule.status(at: at("2026-11-21 01:00")) == .SCHEDULED && rule.status(at: at("2026-11-21 02:10")) == .ACTIVE)
        #expect(rule.muteEnd(at: at("2026-11-22 02:10")) == at("2026-11-22 02:30"), "the end of the rule ends the window")
        #expect(rule.status(at: at("2026-11-22 02:30")) == .EXPIRED)
        rule.start = at("2026-11-22 00:00")
        #expect(rule.status(at: at("2026-11-21 02:10")) == .SCHEDULED)
        rule.schedule = try schedule("at(2026-11-21T02:00)")
        rule.start = nil
        #expect(rule.status(at: at("2026-11-21 03:00")) == .EXPIRED)
    }
}

struct MutedAlarmTests {
    /// 08:00 UTC on 21 November 2026 is now.
    private func mute(_ rig: AlarmRig, _ name: String, _ expression: String = "at(2026-11-21T08:00)", _ duration: String = "PT10M") async throws {
        let schedule = try MuteSchedule(expression: expression, duration: duration, zone: nil)
        let rule = MuteRule(
            name: name, description: nil, schedule: schedule, targets: ["alarm"], start: nil, expiry: nil, updated: rig.now.nanoseconds)
        try await rig.book.put(rule, tags: [], of: acme, at: rig.now)
    }

    private func rig() async throws -> AlarmRig {
        let rig = try AlarmRig()
        var rule = try rule()
        rule.alarmActions = [topic]
        rule.okActions = [topic]
        try await rig.put(rule)
        return rig
    }

    @Test func `a muted alarm's actions run when the window closes, and say so`() async throws {
        let rig = try await rig()
        try await mute(rig, "maintenance")
        try await rig.set("alarm", .alarm)
        #expect(try await rig.state().value == .alarm)
        #expect(try await rig.history("alarm", .action).map(\.summary) == ["Actions are muted by maintenance"])
        await rig.wait(seconds: 599)
        #expect(try await rig.told().isEmpty)
        await rig.wait(seconds: 1)
        #expect(try await rig.told() == ["alarm: ALARM"])
        let message = try json(try #require(try json(String(decoding: try await rig.notices()[0].payload, as: UTF8.self))["Message"]?.text))
        #expect(message["ActionExecutedAfterMuteWindow"]?.bool == true && message["OldStateValue"]?.text == "INSUFFICIENT_DATA")
    }

    @Test func `an alarm that is back where it was has nothing to tell`() async throws {
        let rig = try await rig()
        try await rig.set("alarm", .ok)
        try await mute(rig, "maintenance")
        try await rig.set("alarm", .alarm)
        try await rig.set("alarm", .ok)
        await rig.wait(seconds: 700)
        #expect(try await rig.told() == ["alarm: OK"])
        try await rig.set("alarm", .alarm)
        #expect(try await rig.told() == ["alarm: OK", "alarm: ALARM"])
    }

    @Test func `a window goes on in another rule's`() async throws {
        let rig = try await rig()
        try await mute(rig, "first")
        try await mute(rig, "second", "at(2026-11-21T08:05)", "PT20M")
        try await rig.set("alarm", .alarm)
        await rig.wait(seconds: 1499)
        #expect(try await rig.told().isEmpty)
        await rig.wait(seconds: 1)
        #expect(try await rig.told() == ["alarm: ALARM"])
    }

    @Test func `deleting or moving the rule lets its alarms go at once`() async throws {
        for isDeleted in [true, false] {
            let rig = try await rig()
            try await mute(rig, "maintenance")
            try await rig.set("alarm", .alarm)
            if isDeleted {
                try await rig.book.deleteMuteRule("maintenance", of: acme, at: rig.now)
            } else {
                try await mute(rig, "maintenance", "at(2026-12-24T00:00)")
            }
            #expect(try await rig.told() == ["alarm: ALARM"])
            #expect(try await rig.state().actions.hold == nil)
        }
    }

    @Test func `rules are listed, found by their alarm, and refused for alarms that are not there`() async throws {
        let rig = try await rig()
        try await mute(rig, "b")
        try await mute(rig, "a")
        #expect(try await rig.book.muteRules(of: acme, limit: 10).map(\.name) == ["a", "b"])
        #expect(try await rig.book.muteRules(of: acme, muting: "alarm", after: "a", limit: 10).map(\.name) == ["b"])
        #expect(try await rig.book.muteRules(of: acme, muting: "other", limit: 10).isEmpty)
        let schedule = try MuteSchedule(expression: "cron(0 2 * * *)", duration: "PT1H", zone: nil)
        let rule = MuteRule(name: "c", description: nil, schedule: schedule, targets: ["nobody"], start: nil, expiry: nil, updated: 0)
        await #expect(throws: AlarmError.self) { try await rig.book.put(rule, tags: [], of: acme, at: rig.now) }
        #expect(try await rig.book.muteRule("c", of: acme) == nil)
    }
}

struct DeduplicationTests {
    private func rig(_ tags: (key: String, value: String)...) async throws -> AlarmRig {
        let rig = try AlarmRig()
        var rule = try rule()
        rule.description = "Orders fail.\nSeverity: High (customers wait)\nRunbook: https://runbooks.example/orders"
        rule.alarmActions = [topic]
        rule.okActions = [topic]
        try await rig.book.put(rule, tags: tags, of: acme, at: rig.now)
        return rig
    }

    @Test func `an alarm that flaps is told once a window, and in the end what it is`() async throws {
        let rig = try await rig(("groundwatch:dedup", "10m"))
        for index in 0..<7 {
            try await rig.set("alarm", index % 2 == 0 ? .alarm : .ok)
            await rig.wait(seconds: 60)
        }
        #expect(try await rig.told() == ["alarm: ALARM", "alarm: OK"], "ALARM at 0, OK at 60 s; the rest within ten minutes of them")
        await rig.wait(seconds: 179)
        #expect(try await rig.told().count == 2)
        await rig.wait(seconds: 1)
        #expect(try await rig.told() == ["alarm: ALARM", "alarm: OK", "alarm: ALARM"], "it is in ALARM, and nobody may think otherwise")
    }

    @Test func `without the tag every change is told`() async throws {
        let rig = try await rig()
        for state in [AlarmState.Value.alarm, .ok, .alarm] { try await rig.set("alarm", state) }
        #expect(try await rig.told().count == 3)
    }

    @Test func `severity and runbook are carried from the description, or from tags before it`() async throws {
        for (tags, severity) in [([], "High"), ([(key: "severity", value: "critical")], "critical")] {
            let rig = try AlarmRig()
            var rule = try rule()
            rule.description = "Orders fail.\nSeverity: High (customers wait)\nRunbook: https://runbooks.example/orders"
            rule.alarmActions = [topic]
            try await rig.book.put(rule, tags: tags, of: acme, at: rig.now)
            try await rig.set("alarm", .alarm)
            let payload = try json(String(decoding: try await rig.notices()[0].payload, as: UTF8.self))
            let message = try json(try #require(payload["Message"]?.text))
            #expect(message["Severity"]?.text == severity && message["RunbookURL"]?.text == "https://runbooks.example/orders")
            #expect(payload["Attributes"]?["severity"]?.text == severity)
        }
    }

    @Test func `tags that cannot be understood are refused where they are set`() {
        for value in ["", "soon", "8d", "-1", "10x"] { #expect(AlarmOptions.refusal(of: ("groundwatch:dedup", value)) != nil) }
        for value in ["600", "10m", "2h", "7d", "0"] { #expect(AlarmOptions.refusal(of: ("groundwatch:dedup", value)) == nil) }
        #expect(AlarmOptions.refusal(of: ("groundwatch:sparse", "yes")) != nil && AlarmOptions.refusal(of: ("team", "yes")) == nil)
    }
}

struct SparseAlarmTests {
    private func state(_ statistic: String, _ comparison: AlarmRule.Comparison, _ marks: String, missing: AlarmRule.MissingData? = nil) throws -> AlarmState.Value? {
        var rule = try rule(of: 3, missing: missing, statistic: statistic)
        rule.threshold = comparison == .less ? 1 : 0
        rule.comparison = comparison
        return AlarmEvaluator(rule, isSparse: true).verdict(on: points(marks)).state
    }

    @Test func `silence of a sparse metric is quiet, not a lack of data`() throws {
        #expect(try state("Sum", .greater, "- - - - -") == .ok)
        #expect(try state("Sum", .less, "- - - - -") == .alarm, "nothing was counted, and less than one is too little")
        #expect(try state("Average", .less, "- - - - -") == .ok, "of nothing there is no average")
        #expect(try state("Sum", .greater, "- - X X X") == .alarm)
        #expect(try state("Sum", .greater, "X X - - X") == .ok)
        #expect(try state("Sum", .greater, "- - - - -", missing: .breaching) == .alarm, "what the alarm says of missing data comes first")
    }

    @Test func `the tag switches it on, also later`() async throws {
        let rig = try AlarmRig()
        try await rig.put(try rule(of: 1, statistic: "Sum"))
        await rig.pass(seconds: 65)
        #expect(try await rig.state().value == .insufficientData)
        #expect(try await rig.book.tag("alarm", [("groundwatch:sparse", "true")], tagsMax: 50, tenant: acme) == .done)
        await rig.pass(seconds: 60)
        #expect(try await rig.state().value == .ok)
    }
}
