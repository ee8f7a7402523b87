@testable import Alarms
import Catalog
import Platform
import SignalModel
import Simulation
import Testing
import WireFormats

struct ActionsSuppressionTests {
    /// A composite alarm on `leaf` whose actions `guard` suppresses: wait 60 s, extension 120 s. Its first state is told already.
    private func rig() async throws -> AlarmRig {
        let rig = try AlarmRig()
        for name in ["leaf", "guard"] { try await rig.put(try rule(name: name)) }
        try await rig.put("top", "ALARM(leaf)", suppressor: "guard")
        await rig.wait(seconds: 60)
        #expect(try await rig.told() == ["top: OK"], "the first state waited too")
        return rig
    }

    private func hold(_ rig: AlarmRig) async throws -> ActionHold.Cause? { try await rig.state("top").actions.hold?.cause }

    @Test func `actions run at the end of the wait when the suppressor stays out of ALARM`() async throws {
        let rig = try await rig()
        try await rig.set("leaf", .alarm)
        #expect(try await hold(rig) == .waitPeriod)
        await rig.wait(seconds: 59)
        #expect(try await rig.told().count == 1)
        await rig.wait(seconds: 1)
        #expect(try await rig.told() == ["top: OK", "top: ALARM"])
        #expect(try await hold(rig) == nil)
    }

    @Test func `a suppressor that comes within the wait keeps actions back until it goes, and for the extension`() async throws {
        let rig = try await rig()
        try await rig.set("leaf", .alarm)
        await rig.wait(seconds: 30)
        try await rig.set("guard", .alarm)
        #expect(try await hold(rig) == .suppressor)
        await rig.wait(seconds: 600)
        #expect(try await rig.told().count == 1)
        try await rig.set("guard", .ok)
        #expect(try await hold(rig) == .extensionPeriod)
        await rig.wait(seconds: 119)
        #expect(try await rig.told().count == 1)
        await rig.wait(seconds: 1)
        #expect(try await rig.told() == ["top: OK", "top: ALARM"])
    }

    @Test func `what is told at the end is the state by then`() async throws {
        let rig = try await rig()
        try await rig.set("guard", .alarm)
        try await rig.set("leaf", .alarm)
        #expect(try await hold(rig) == .suppressor)
        try await rig.set("leaf", .ok)
        try await rig.set("guard", .insufficientData)
        await rig.wait(seconds: 120)
        #expect(try await rig.told() == ["top: OK", "top: OK"])
    }

    @Test func `each change starts the wait over, in the extension too`() async throws {
        let rig = try await rig()
        try await rig.set("leaf", .alarm)
        await rig.wait(seconds: 50)
        try await rig.set("leaf", .ok)
        await rig.wait(seconds: 50)
        try await rig.set("leaf", .alarm)
        await rig.wait(seconds: 59)
        #expect(try await rig.told().count == 1)
        await rig.wait(seconds: 1)
        #expect(try await rig.told().last == "top: ALARM")
        try await rig.set("guard", .alarm)
        try await rig.set("leaf", .ok)
        try await rig.set("guard", .ok)
        await rig.wait(seconds: 100)
        try await rig.set("leaf", .alarm)
        #expect(try await hold(rig) == .waitPeriod, "a change in the extension period waits anew")
    }

    @Test func `a suppressor that returns within the extension keeps actions back again`() async throws {
        let rig = try await rig()
        try await rig.set("guard", .alarm)
        try await rig.set("leaf", .alarm)
        try await rig.set("guard", .ok)
        await rig.wait(seconds: 119)
        try await rig.set("guard", .alarm)
        await rig.wait(seconds: 600)
        #expect(try await rig.told().count == 1)
    }

    @Test func `timers survive a restart, late ones run at once`() async throws {
        let rig = try await rig()
        try await rig.set("leaf", .alarm)
        rig.clock.advance(bySeconds: 300)
        let again = AlarmTimers(book: AlarmBook(catalog: rig.catalog), clock: rig.clock, log: .init(component: "test", write: { _ in }))
        await again.turn()
        #expect(try await rig.told() == ["top: OK", "top: ALARM"])
        await again.turn()
        #expect(try await rig.told().count == 2)
    }

    @Test func `another suppressor makes the old one's timers void`() async throws {
        let rig = try await rig()
        try await rig.set("leaf", .alarm)
        try await rig.put("top", "ALARM(leaf)")
        #expect(try await hold(rig) == nil)
        #expect(try await rig.told().last == "top: ALARM", "nothing holds it any more")
        try await rig.put("top", "ALARM(leaf)", suppressor: "guard")
        try await rig.set("guard", .alarm)
        try await rig.set("leaf", .ok)
        try await rig.put(try rule(name: "other"))
        try await rig.set("other", .alarm)
        try await rig.put("top", "ALARM(leaf)", suppressor: "other")
        #expect(try await hold(rig) == .suppressor)
        try await rig.set("guard", .ok)
        await rig.wait(seconds: 300)
        #expect(try await rig.told().count == 2, "the old suppressor has no say")
    }

    @Test func `what holds actions is told in the alarm and its history`() async throws {
        let rig = try await rig()
        try await rig.set("guard", .alarm)
        try await rig.set("leaf", .alarm)
        let items = try await rig.history("top", .action)
        #expect(items.last?.summary == "Actions suppressed by Alarm")
        #expect(try json(items.last?.data ?? "")["suppressedBy"]?.text == "Alarm")
    }

    @Test func `periods of zero do not wait`() async throws {
        let rig = try AlarmRig()
        for name in ["leaf", "guard"] { try await rig.put(try rule(name: name)) }
        try await rig.put("top", "ALARM(leaf)", suppressor: "guard", wait: 0, extra: 0)
        try await rig.set("leaf", .alarm)
        #expect(try await rig.told() == ["top: OK", "top: ALARM"])
        try await rig.set("guard", .alarm)
        try await rig.set("leaf", .ok)
        try await rig.set("guard", .ok)
        #expect(try await rig.told() == ["top: OK", "top: ALARM", "top: OK"])
    }
}
