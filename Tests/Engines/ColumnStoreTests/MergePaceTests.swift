@testable import ColumnStore
import Platform
import SignalModel
import Simulation
import Synchronization
import Testing

struct MergePaceTests {
    private let second: Int64 = 1_000_000_000

    @Test func `over a long merge the rate is kept, and a small one never rests`() {
        let pace = MergePace(bytesPerSecond: 1_000_000)
        #expect(pace.rest(after: 100_000, now: 5 * second) == 0)
        var now = 10 * second
        for _ in 0..<100 { now += pace.rest(after: 100_000, now: now) }
        #expect(now - 10 * second >= 10 * second - 200_000_000)
        #expect(now - 10 * second <= 10 * second)
        #expect(pace.rest(after: 100_000, now: now + 60 * second) == 0, "a rest is no credit for ever, but it is one")
    }

    /// Sleeping moves the clock.
    private func context(_ clock: ManualClock, _ slept: Slept) -> StoreContext {
        var settings = Rig.settings
        settings.mergeBytesPerSecond = 1_000_000
        return StoreContext(
            files: StoreFiles(system: SimulatedFileSystem(), root: "/data"),
            cipher: Cipher(ring: EmptyKeyRing(), random: RandomSource(SeededRandom(seed: 1))), clock: clock, configuration: settings,
            layouts: [],
            sleep: { nanoseconds in
                slept.add(nanoseconds)
                clock.advance(byNanoseconds: nanoseconds)
            }, report: { _ in })
    }

    private final class Slept: Sendable {
        private let sum = Atomic<Int64>(0)
        var nanoseconds: Int64 { sum.load(ordering: .relaxed) }
        func add(_ nanoseconds: Int64) { sum.add(nanoseconds, ordering: .relaxed) }
    }

    @Test func `a merge waits while sealing falls behind, but not for ever`() throws {
        let slept = Slept()
        let context = context(ManualClock(), slept)
        try context.mergePace.pause(after: 0, context) { slept.nanoseconds < 500_000_000 }
        #expect(slept.nanoseconds == 500_000_000)
        try context.mergePace.pause(after: 0, context) { true }
        #expect(slept.nanoseconds == 2_500_000_000)
    }

    @Test func `a merge that rests is given up when the store stops`() throws {
        let slept = Slept()
        let context = context(ManualClock(), slept)
        do throws(StorageError) {
            try context.mergePace.pause(after: 1 << 30, context) {
                if slept.nanoseconds > 100_000_000 { context.beginStop() }
                return false
            }
            Issue.record("it went on")
        } catch { #expect(error.code == .closed) }
        #expect(slept.nanoseconds < 200_000_000)
    }
}
