@testable import Alarms
import Catalog
import Platform
import SignalModel
import Simulation
import Testing
import WireFormats

struct CompositeAlarmTests {
    private func rig(_ children: String...) async throws -> AlarmRig {
        let rig = try AlarmRig()
        for name in children { try await rig.put(try rule(name: name)) }
        return rig
    }

    @Test func `a composite alarm follows its children in the same step`() async throws {
        let rig = try await rig("cpu", "disk")
        try await rig.put("both", "ALARM(cpu) AND ALARM(\"arn:aws:cloudwatch:us-east-1:123456789012:alarm:disk\")")
        #expect(try await rig.state("both").value == .ok)
        #expect(try await rig.state("both").reason == "arn:aws:cloudwatch:us-east-1:123456789012:alarm:both was created and its alarm rule evaluates to OK")
        try await rig.set("cpu", .alarm)
        #expect(try await rig.state("both").value == .ok)
        try await rig.set("disk", .alarm)
        let state = try await rig.state("both")
        #expect(state.value == .alarm)
        let disk = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:disk"
        #expect(state.reason == "\(disk) transitioned to ALARM at Saturday 21 November, 2026 08:00:00 UTC")
        #expect(state.reasonData == #"{"triggeringAlarms":[{"arn":"\#(disk)","state":{"value":"ALARM","timestamp":"2026-11-21T08:00:00.000+0000"}}]}"#)
        #expect(try await rig.told() == ["both: OK", "both: ALARM"])
        let items = try await rig.history("both")
        #expect(items.map(\.kind) == [.configuration, .state, .action, .state, .action] && items.allSatisfy { $0.alarmKind == .CompositeAlarm })
        let message = try json(try #require(try json(String(decoding: try await rig.notices()[1].payload, as: UTF8.self))["Message"]?.text))
        #expect(message["TriggeringChildren"]?.children.first { _ in true }?["Arn"]?.text == disk && message["Trigger"] == nil)
    }

    @Test func `a further child in ALARM changes neither state nor reason`() async throws {
        let rig = try await rig("a", "b")
        try await rig.put("any", "ALARM(a) OR ALARM(b)")
        try await rig.set("a", .alarm)
        let state = try await rig.state("any")
        rig.clock.advance(bySeconds: 10)
        try await rig.set("b", .alarm)
        #expect(try await rig.state("any") == state)
    }

    @Test func `a diamond of composite alarms is judged once, when both its sides are`() async throws {
        let rig = try await rig("leaf")
        try await rig.put("left", "ALARM(leaf)")
        try await rig.put("right", "NOT ALARM(leaf)")
        // True only between one side's change and the other's, a moment that nobody is to see.
        try await rig.put("top", "ALARM(left) AND ALARM(right)")
        try await rig.put("summit", "ALARM(left) OR ALARM(right)")
        for _ in 0..<3 {
            try await rig.set("leaf", .alarm)
            try await rig.set("leaf", .ok)
        }
        #expect(try await rig.history("top", .state).count == 1, "only its first state")
        #expect(try await rig.history("summit", .state).count == 1)
        #expect(try await rig.history("left", .state).count == 7)
    }

    @Test func `rings, unknown children and oneself are refused and leave nothing`() async throws {
        let rig = try await rig("leaf")
        try await rig.put("a", "ALARM(leaf)")
        try await rig.put("b", "ALARM(a)")
        func refusal(_ name: String, _ expression: String, suppressor: String? = nil) async throws -> String {
            let error = await #expect(throws: AlarmError.self) { try await rig.put(name, expression, suppressor: suppressor) }
            return error?.message ?? ""
        }
        #expect(try await refusal("c", "ALARM(x) OR OK(leaf) OR ALARM(y)")
            == "Could not save the composite alarm as alarms [x, y] in the alarm rule do not exist")
        #expect(try await refusal("c", "ALARM(arn:aws:cloudwatch:us-east-1:999999999999:alarm:leaf)").contains("do not exist"))
        #expect(try await refusal("a", "ALARM(b)").hasSuffix("would make a cycle: a -> b -> a"))
        #expect(try await refusal("a", "ALARM(a)").contains("itself"))
        #expect(try await refusal("c", "TRUE", suppressor: "x").contains("does not exist"))
        #expect(try await refusal("leaf", "TRUE").contains("existing alarm of type MetricAlarm"))
        await #expect(throws: AlarmError.self) { try await rig.put(try rule(name: "a")) }
        #expect(try await rig.book.alarm("c", of: acme) == nil)
        #expect(try await rig.book.alarm("a", of: acme)?.composite?.expression.text == "ALARM(leaf)")
    }

    @Test func `an alarm that others depend on cannot be deleted before them`() async throws {
        let rig = try await rig("leaf", "guard", "other")
        try await rig.put("top", "ALARM(leaf)", suppressor: "guard")
        for name in ["leaf", "guard"] {
            let error = await #expect(throws: AlarmError.self) { try await rig.book.delete(["other", name], of: acme, at: rig.now) }
            #expect(error?.message == "Cannot delete \(name) as there are composite alarm(s) depending on it.")
        }
        #expect(try await rig.book.alarm("other", of: acme) != nil, "nothing of the call happened")
        try await rig.book.delete(["top", "leaf"], of: acme, at: rig.now)
        try await rig.book.delete(["guard"], of: acme, at: rig.now)
        #expect(try await rig.book.alarms(of: acme, limit: 10).map(\.name) == ["other"])
        try await rig.put("one", "TRUE")
        try await rig.put("two", "TRUE")
        let error = await #expect(throws: AlarmError.self) { try await rig.book.delete(["one", "two"], of: acme, at: rig.now) }
        #expect(error?.code == .combination)
    }

    @Test func `a rule that is replaced is judged at once, and its old children are free`() async throws {
        let rig = try await rig("a", "b")
        try await rig.put("top", "ALARM(a)")
        try await rig.set("b", .alarm)
        try await rig.put("top", "ALARM(b)")
        #expect(try await rig.state("top").value == .alarm)
        #expect(try await rig.state("top").reason.hasSuffix("was updated and its alarm rule evaluates to ALARM"))
        try await rig.book.delete(["a"], of: acme, at: rig.now)
        #expect(try await rig.book.children(of: "top", tenant: acme)?.map(\.name) == ["b"])
        #expect(try await rig.book.parents(of: "b", tenant: acme).map(\.name) == ["top"])
        #expect(try await rig.book.children(of: "b", tenant: acme) == nil)
    }

    @Test func `evaluated data reaches the composite alarm with the child's own transition`() async throws {
        let rig = try AlarmRig()
        try await rig.put(try rule(of: 1, statistic: "Sum", name: "errors"))
        try await rig.put("top", "ALARM(errors)")
        try await rig.sample(3)
        await rig.pass(seconds: 65)
        for name in ["errors", "top"] { #expect(try await rig.state(name).value == .alarm) }
    }

    /// The disk ends the program at one write after another; whatever is there afterwards, parent and child agree.
    @Test func `a transition that fails in the middle leaves parent and child in agreement`() async throws {
        struct Refused: Error {}
        let rig = try AlarmRig(targetRefusal: { _, _, _ in throw Refused() })
        try await rig.put(try rule(name: "leaf"))
        var settings = AlarmSettings(name: "top")
        settings.alarmActions = [topic]
        try await rig.book.put(
            .composite(CompositeRule(settings: settings, expression: try CompositeExpression("ALARM(leaf)"))), tags: [], of: acme, at: rig.now)
        await #expect(throws: Refused.self) { try await rig.book.setState(.alarm, reason: "", reasonData: nil, of: "leaf", tenant: acme, at: rig.now) }
        #expect(try await rig.state("leaf").value == .insufficientData)
        #expect(try await rig.state("top").value == .ok)
        #expect(try await rig.history("leaf", .state).isEmpty)
    }

    @Test func `random steps in a random house of alarms leave every rule true to its children`() async throws {
        var random = SeededRandom(seed: 81)
        let rig = try AlarmRig()
        var names: [String] = []
        for index in 0..<6 {
            try await rig.put(try rule(name: "leaf-\(index)"))
            names.append("leaf-\(index)")
        }
        for index in 0..<12 {
            let parts = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                let negation = Bool.random(using: &random) ? "NOT " : ""
                return "\(negation)\(["ALARM", "OK"].randomElement(using: &random)!)(\(names.randomElement(using: &random)!))"
            }
            try await rig.put("node-\(index)", parts.joined(separator: Bool.random(using: &random) ? " AND " : " OR "))
            names.append("node-\(index)")
        }
        for _ in 0..<60 {
            rig.clock.advance(bySeconds: 1)
            try await rig.set("leaf-\(Int.random(in: 0..<6, using: &random))", AlarmState.Value.allCases.randomElement(using: &random)!)
            let alarms = try await rig.book.alarms(of: acme, limit: 100)
            let states = Dictionary(uniqueKeysWithValues: alarms.map { ($0.name, $0.state.value) })
            for alarm in alarms {
                guard let rule = alarm.composite else { continue }
                #expect(alarm.state.value == (rule.expression.value { states[$0] } ? .alarm : .ok), "\(alarm.name)")
            }
        }
    }
}
