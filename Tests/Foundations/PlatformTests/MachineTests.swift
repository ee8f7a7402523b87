import Glibc
import Platform
import Simulation
import Testing

struct MachineTests {
    @Test func `time goes on, and the wall clock is in this century`() {
        let time = SystemTime()
        let start = time.monotonicNanoseconds
        #expect(time.wallNanoseconds > 1_700_000_000_000_000_000)
        #expect(time.monotonicNanoseconds >= start)
    }

    @Test func `a sleep until the past returns, a cancelled one throws`() async throws {
        let time = SystemTime()
        try await time.sleep(untilWall: time.wallNanoseconds - 1)
        try await time.sleep(untilWall: .min)
        let sleeper = Task { try await time.sleep(untilWall: .max) }
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
    }

    @Test func `random words differ, and a source fills any count`() {
        var random = SystemRandom()
        #expect(random.next() != random.next())
        let source = RandomSource(SeededRandom(seed: 1))
        #expect(source.bytes(13).count == 13)
        #expect(RandomSource(SeededRandom(seed: 1)).bytes(16) == RandomSource(SeededRandom(seed: 1)).bytes(16))
    }

    @Test func `the process's figures are plausible`() {
        let figures = ProcessFigures.now()
        #expect(figures.residentBytes > 1 << 20)
        #expect(figures.residentBytesMax >= figures.residentBytes / 2)
        #expect(figures.openFiles >= 3)
        #expect(figures.userSeconds + figures.systemSeconds > 0)
    }

    @Test func `a signal to end is awaited, not died of`() async throws {
        let signals = try Signals()
        kill(getpid(), SIGPIPE)
        kill(getpid(), SIGTERM)
        #expect(await signals.termination() == .terminate)
        kill(getpid(), SIGINT)
        #expect(await signals.termination() == .interrupt)
        signal(SIGTERM, SIG_DFL)
        signal(SIGINT, SIG_DFL)
    }

    @Test func `a memory budget gives what it has, and takes it back`() throws {
        let budget = MemoryBudget(name: "ingest", bytesMax: 100)
        let first = try budget.reserve(60)
        let error = #expect(throws: MemoryBudget.Exhausted.self) { try budget.reserve(41) }
        #expect(error?.bytesFree == 40)
        do { _ = try budget.reserve(40) }
        #expect(budget.bytesUsed == 60)
        first.release()
        first.release()
        #expect(budget.bytesUsed == 0)
        #expect(throws: MemoryBudget.Exhausted.self) { try budget.reserve(.max) }
    }

    @Test func `a reservation grows while there is room, and what must be held is held beyond it`() throws {
        let budget = MemoryBudget(name: "ingest", bytesMax: 100)
        let reservation = try budget.reserve(10)
        try reservation.grow(by: 80)
        #expect(throws: MemoryBudget.Exhausted.self) { try reservation.grow(by: 11) }
        #expect(reservation.bytes == 90)
        let forced = budget.reserveRegardless(500)
        #expect(budget.bytesUsed == 590)
        #expect(throws: MemoryBudget.Exhausted.self) { try budget.reserve(1) }
        forced.release()
        reservation.release()
        #expect(budget.bytesUsed == 0)
    }
}
