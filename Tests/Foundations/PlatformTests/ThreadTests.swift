import Platform
import Synchronization
import Testing

struct ThreadTests {
    @Test func `join returns after the closure has`() {
        let flag = Flag()
        WorkerThread(name: "a thread with a long name", nice: 5) { flag.raise() }.join()
        #expect(flag.isRaised)
    }

    @Test func `a monitor's waiter gets the value that another thread brings, and gives up at its deadline`() {
        let box = Monitor<Int?>(nil)
        let thread = WorkerThread(name: "giver") { box.change { $0 = 7 } }
        #expect(box.wait { $0 } == 7)
        thread.join()
        let soon = SystemTime().monotonicNanoseconds + 1_000_000
        #expect(box.wait(until: soon) { $0 == 8 ? true : nil } == nil)
        #expect(box.wait(until: .min) { $0 == 7 ? true : nil } == true)
    }

    @Test func `tasks with a preference run on the executor's threads, also after a suspension`() async {
        let executor = ThreadPoolExecutor(name: "test", threads: 2, nice: 1)
        let sum = await withTaskGroup(of: Int.self) { group in
            for number in 1...100 {
                group.addTask(executorPreference: executor) {
                    await Task.yield()
                    return number
                }
            }
            return await group.reduce(0, +)
        }
        #expect(sum == 5050)
        executor.stop()
        // Nobody hangs who comes too late.
        #expect(await Task(executorPreference: executor) { 1 }.value == 1)
    }

    @Test func `a loop steps at once while there is work, rests when asked, and turns on a wake`() {
        let steps = Monitor<Int>(0)
        let loop = StepLoop(name: "loop", CountingStepper(steps: steps, workLeft: 3))
        // Three steps with work, a fourth that finds none and rests.
        #expect(steps.wait { $0 == 4 ? true : nil } == true)
        loop.wake()
        #expect(steps.wait { $0 == 5 ? true : nil } == true)
        loop.stop()
        loop.wake()
        #expect(steps.withLock { $0 } == 5)
    }

    @Test func `a loop comes back by itself after its rest`() {
        let steps = Monitor<Int>(0)
        let loop = StepLoop(name: "loop", RestingStepper(steps: steps))
        #expect(steps.wait { $0 >= 3 ? true : nil } == true)
        loop.stop()
    }

    @Test func `threads that reserve, grow and give back at once never exceed a budget, and leave it empty`() {
        let budget = MemoryBudget(name: "test", bytesMax: 1000)
        let most = Monitor(0), refused = Monitor(0), taken = Monitor(0)
        let threads = (0..<4).map { number in
            WorkerThread(name: "reserver") {
                for round in 0..<2000 {
                    do throws(MemoryBudget.Exhausted) {
                        let held = try budget.reserve(200)
                        try held.grow(by: round % 300)
                        let used = budget.bytesUsed
                        most.withLock { $0 = max($0, used) }
                        taken.withLock { $0 += 1 }
                        if (number + round) % 2 == 0 { held.release() }
                    } catch { refused.withLock { $0 += 1 } }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(budget.bytesUsed == 0)
        #expect(most.withLock { $0 } <= 1000)
        #expect(taken.withLock { $0 } + refused.withLock { $0 } == 8000)
        #expect(taken.withLock { $0 } >= 2000)
    }

    private struct CountingStepper: Stepper {
        let steps: Monitor<Int>
        var workLeft: Int

        mutating func step() -> NextStep {
            steps.change { $0 += 1 }
            workLeft -= 1
            return workLeft >= 0 ? .atOnce : .whenWoken
        }
    }

    private struct RestingStepper: Stepper {
        let steps: Monitor<Int>

        mutating func step() -> NextStep {
            steps.change { $0 += 1 }
            return .after(nanoseconds: 1000)
        }
    }
}

private final class Flag: Sendable {
    private let value = Atomic<Bool>(false)
    var isRaised: Bool { value.load(ordering: .acquiring) }
    func raise() { value.store(true, ordering: .releasing) }
}
