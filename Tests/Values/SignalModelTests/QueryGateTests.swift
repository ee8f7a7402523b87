import SignalModel
import Synchronization
import Testing

struct QueryGateTests {
    /// Tasks that hold a slot until they are told to go on.
    private final class Door: Sendable {
        let passed = Atomic(0)
        private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

        func pass() async {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    if !state.isOpen { state.waiting.append(continuation) }
                    return state.isOpen
                }
                if isOpen { continuation.resume() }
            }
        }

        func open() {
            let waiting = state.withLock { state in
                state.isOpen = true
                return state.waiting
            }
            for one in waiting { one.resume() }
        }
    }

    private func until(_ isTrue: () -> Bool) async { while !isTrue() { await Task.yield() } }

    @Test func `so many run, so many wait, the next is refused, and all that waited get their turn`() async throws {
        let gate = QueryGate(runningMax: 2, waitingMax: 3)
        let door = Door()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for _ in 0..<5 {
                tasks.addTask {
                    try await gate.run { await door.pass() }
                    door.passed.add(1, ordering: .relaxed)
                }
            }
            await until { gate.running == 2 && gate.waiting == 3 }
            do {
                try await gate.run { Issue.record("it got in") }
            } catch let error as StorageError { #expect(error.code == .busy) }
            #expect(gate.refused == 1)
            door.open()
            try await tasks.waitForAll()
        }
        #expect(door.passed.load(ordering: .relaxed) == 5)
        #expect(gate.running == 0)
        try await gate.run {}
    }

    @Test func `one that is cancelled while it waits leaves the line`() async throws {
        let gate = QueryGate(runningMax: 1, waitingMax: 3)
        let door = Door()
        let first = Task { try await gate.run { await door.pass() } }
        await until { gate.running == 1 }
        let second = Task { try await gate.run { Issue.record("it ran") } }
        await until { gate.waiting == 1 }
        second.cancel()
        do {
            try await second.value
            Issue.record("it was not told")
        } catch let error as StorageError { #expect(error.code == .cancelled) }
        #expect(gate.waiting == 0)
        door.open()
        try await first.value
        #expect(gate.running == 0)
    }

    @Test func `a query that fails gives its place back`() async throws {
        struct Failure: Error {}
        let gate = QueryGate(runningMax: 1, waitingMax: 0)
        for _ in 0..<3 {
            await #expect(throws: Failure.self) { try await gate.run { throw Failure() } }
        }
        #expect(gate.running == 0)
    }
}
