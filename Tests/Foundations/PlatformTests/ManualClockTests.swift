import Platform
import Simulation
import Synchronization
import Testing

struct ManualClockTests {
    @Test func `sleepers wake when their time has come, not before`() async throws {
        let clock = ManualClock(wallNanoseconds: 0)
        let early = Task { try await clock.sleep(untilWall: 10) }
        let late = Task { try await clock.sleep(untilWall: 20) }
        await clock.sleepers(atLeast: 2)
        clock.advance(byNanoseconds: 10)
        try await early.value
        await clock.sleepers(atLeast: 1)
        clock.advance(byNanoseconds: 10)
        try await late.value
        try await clock.sleep(untilWall: 20)
    }

    @Test func `setting the wall clock wakes sleepers and leaves the monotonic clock`() async throws {
        let clock = ManualClock(wallNanoseconds: 0)
        let before = clock.monotonicNanoseconds
        let sleeper = Task { try await clock.sleep(untilWall: 10) }
        await clock.sleepers(atLeast: 1)
        clock.setWall(toNanoseconds: 10)
        try await sleeper.value
        #expect(clock.monotonicNanoseconds == before)
    }

    @Test func `a cancelled sleeper throws`() async {
        let clock = ManualClock()
        for _ in 0..<100 {
            let sleeper = Task { try await clock.sleep(untilWall: .max) }
            sleeper.cancel()
            await #expect(throws: CancellationError.self) { try await sleeper.value }
        }
    }

    @Test func `a seed gives its numbers for ever`() {
        var random = SeededRandom(seed: 0)
        // The first outputs of SplitMix64 for state 0, as its authors' code prints them.
        #expect([random.next(), random.next()] == [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4])
    }
}
