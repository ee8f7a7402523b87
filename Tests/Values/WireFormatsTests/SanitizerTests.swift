import Glibc
import Platform
import Simulation
import Synchronization
import Testing

/// The alarm must ring: under `Scripts/fuzz` a sanitizer watches, and this does on purpose what it must see, in a process of its own.
struct SanitizerTests {
    private static func isWatching(_ sanitizer: String) -> Bool {
        guard let name = getenv("GROUNDWATCH_SANITIZER") else { return false }
        return String(cString: name) == sanitizer
    }

    @Test(.enabled(if: isWatching("address"), "only Scripts/fuzz builds with the address sanitizer"))
    func `a read beyond its memory ends the process`() async {
        await #expect(processExitsWith: .failure) {
            let bytes = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 1)
            let beyond = bytes.load(fromByteOffset: 16 + Int(getpid() & 1), as: UInt8.self)
            print(beyond)
            bytes.deallocate()
        }
    }

    /// Damaged messages must bring down a decoder that trusts them, or the fuzzers prove nothing about those that do not.
    @Test(.enabled(if: isWatching("address"), "only Scripts/fuzz builds with the address sanitizer"))
    func `damaged messages find a decoder that trusts them`() async {
        await #expect(processExitsWith: .failure) {
            var random = SeededRandom(seed: 1)
            var sum: UInt64 = 0
            for _ in 0..<1000 {
                var message = (0..<8).flatMap { index in [UInt8(4)] + [UInt8](repeating: index, count: 4) }
                message.mutate(using: &random)
                withExactBytes(message) { raw in
                    var place = 0
                    while place < raw.count {
                        // The mistake: the length is the sender's word.
                        let length = Int(raw[place])
                        for index in 0..<length { sum &+= UInt64(raw.baseAddress!.load(fromByteOffset: place + 1 + index, as: UInt8.self)) }
                        place += 1 + length
                    }
                }
            }
            print(sum)
        }
    }

    @Test(.enabled(if: isWatching("thread"), "only FUZZ_SANITIZER=thread Scripts/fuzz builds with the thread sanitizer"))
    func `a count that two threads change without a lock makes the process fail`() async {
        await #expect(processExitsWith: .failure) {
            final class Count: @unchecked Sendable { var value = 0 }  // the mistake
            let count = Count(), started = Monitor(0)
            let threads = (1...2).map { number in
                WorkerThread(name: "racer") {
                    // One that has ended before the other begins would be no race.
                    started.change { $0 += 1 }
                    started.wait { $0 == 2 ? () : nil }
                    for _ in 0..<1000 { count.value += number }
                }
            }
            for thread in threads { thread.join() }
            print(count.value)
        }
    }

    /// What all code of ours leans on must not be taken for a race, or the suppressions would have to hide real ones.
    @Test(.enabled(if: isWatching("thread"), "only FUZZ_SANITIZER=thread Scripts/fuzz builds with the thread sanitizer"))
    func `locks that threads fight for, and values that tasks hand on, are quiet`() async {
        await #expect(processExitsWith: .success) {
            final class Shared: Sendable {
                let numbers = Mutex<[Int]>([])
                let lists = Mutex<[[Int]]>([[]])
            }
            let shared = Shared()
            let threads = (0..<4).map { number in
                WorkerThread(name: "user") {
                    for round in 0..<5000 {
                        shared.numbers.withLock { $0.append(number) }
                        shared.lists.withLock { if $0[0].count < 100 { $0[0].append(number) } else { $0 = [[]] } }
                        guard round % 4 == number else { continue }
                        // Copies are read when the lock is free again.
                        let (numbers, lists) = (shared.numbers.withLock { $0 }, shared.lists.withLock { $0 })
                        precondition(numbers.suffix(50).allSatisfy { $0 < 4 } && lists[0].allSatisfy { $0 < 4 })
                    }
                }
            }
            let sum = await withTaskGroup(of: [Int].self) { tasks in
                for number in 0..<100 {
                    tasks.addTask {
                        await Task.yield()
                        return shared.numbers.withLock { $0 } + [number]
                    }
                }
                return await tasks.reduce(0) { $0 + $1.last! }
            }
            for thread in threads { thread.join() }
            precondition(sum == 4950)
        }
    }
}
