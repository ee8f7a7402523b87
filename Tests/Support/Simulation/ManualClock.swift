import Platform
import Synchronization

/// Time that moves only when a test says so.
///
///     let clock = ManualClock()
///     let loop = Task { try await alarms.run(clock) }
///     await clock.sleepers(atLeast: 1)          // the loop has done what it can and waits
///     clock.advance(bySeconds: 60)
///
/// `advance` wakes everyone whose time has come, earliest first; to see a loop turn several times, advance once for each turn.
package final class ManualClock: TimeSource {
    private struct State {
        var wall: Int64
        var monotonic: Int64 = 1_000_000_000
        var nextID = 0
        var sleepers: [Int: (deadline: Int64, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

        mutating func watchersDone() -> [CheckedContinuation<Void, Never>] {
            let done = watchers.filter { $0.count <= sleepers.count }.map(\.continuation)
            watchers.removeAll { $0.count <= sleepers.count }
            return done
        }
    }

    private let state: Mutex<State>

    /// - Parameter wallNanoseconds: 2026-01-31T00:00:00Z unless said.
    package init(wallNanoseconds: Int64 = 1_769_817_600_000_000_000) { state = Mutex(State(wall: wallNanoseconds)) }

    package var wallNanoseconds: Int64 { state.withLock(\.wall) }
    package var monotonicNanoseconds: Int64 { state.withLock(\.monotonic) }

    /// - Precondition: not negative; a wall clock set back is `setWall`.
    package func advance(byNanoseconds nanoseconds: Int64) {
        precondition(nanoseconds >= 0, "monotonic time does not go back")
        move { state in
            state.wall += nanoseconds
            state.monotonic += nanoseconds
        }
    }

    package func advance(bySeconds seconds: Int64) { advance(byNanoseconds: seconds * 1_000_000_000) }

    /// Sets the machine's clock, forward or back, while no time passes.
    package func setWall(toNanoseconds nanoseconds: Int64) { move { $0.wall = nanoseconds } }

    /// Returns when at least so many tasks sleep on this clock.
    package func sleepers(atLeast count: Int) async {
        await withCheckedContinuation { continuation in
            let done = state.withLock { state in
                state.watchers.append((count, continuation))
                return state.watchersDone()
            }
            for watcher in done { watcher.resume() }
        }
    }

    package func sleep(untilWall deadline: Int64) async throws {
        try Task.checkCancellation()
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { lieDown(id, deadline, $0) }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    private func lieDown(_ id: Int, _ deadline: Int64, _ continuation: CheckedContinuation<Void, any Error>) {
        let watchers: [CheckedContinuation<Void, Never>]? = state.withLock { state in
            guard state.wall < deadline else { return nil }
            state.sleepers[id] = (deadline, continuation)
            return state.watchersDone()
        }
        guard let watchers else { return continuation.resume() }
        for watcher in watchers { watcher.resume() }
        // Cancelled between the check and now: the handler found nobody to wake.
        if Task.isCancelled, let sleeper = state.withLock({ $0.sleepers.removeValue(forKey: id) }) {
            sleeper.continuation.resume(throwing: CancellationError())
        }
    }

    private func move(_ change: (inout State) -> Void) {
        let woken = state.withLock { state in
            change(&state)
            let due = state.sleepers.filter { $0.value.deadline <= state.wall }
            for id in due.keys { state.sleepers[id] = nil }
            return due.sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }.map(\.value.continuation)
        }
        for continuation in woken { continuation.resume() }
    }
}
