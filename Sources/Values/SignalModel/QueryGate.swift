import Synchronization

/// Lets so many queries work at one time, so many more wait in order, and refuses the rest.
///
///     let answer = try await gate.run { try await operation.answer(input) }
///
/// One request passes once, whatever it reads: a query that waited for its own slot twice would wait for ever.
package final class QueryGate: Sendable {
    private struct Waiter {
        let number: UInt64
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var running = 0
        /// Oldest first.
        var waiting: [Waiter] = []
        var nextNumber: UInt64 = 0
        var refused = 0
    }

    private let runningMax: Int
    private let waitingMax: Int
    private let state = Mutex(State())

    package init(runningMax: Int = 4, waitingMax: Int = 32) {
        precondition(runningMax > 0 && waitingMax >= 0, "a gate that nobody passes is a wall")
        self.runningMax = runningMax
        self.waitingMax = waitingMax
    }

    package var running: Int { state.withLock { $0.running } }
    package var waiting: Int { state.withLock { $0.waiting.count } }
    /// Since the start.
    package var refused: Int { state.withLock { $0.refused } }

    /// - Throws: `.busy` when too many wait already, `.cancelled` when the task is cancelled while it waits; else what `body` throws.
    package func run<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
        try await enter()
        defer { leave() }
        return try await body()
    }

    private func enter() async throws(StorageError) {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        let mayRun = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in arrive(Waiter(number: number, continuation: continuation)) }
        } onCancel: {
            giveUp(number)
        }
        guard !mayRun else { return }
        guard !Task.isCancelled else { throw StorageError(code: .cancelled, message: "cannot start the query: it was cancelled") }
        throw StorageError(
            code: .busy, message: "cannot start the query: \(runningMax) queries run and \(waitingMax) wait already, try again")
    }

    private func arrive(_ waiter: Waiter) {
        let verdict: Bool? = state.withLock { state in
            if Task.isCancelled { return false }
            if state.running < runningMax {
                state.running += 1
                return true
            }
            guard state.waiting.count < waitingMax else {
                state.refused += 1
                return false
            }
            state.waiting.append(waiter)
            return nil
        }
        if let verdict { waiter.continuation.resume(returning: verdict) }
    }

    private func giveUp(_ number: UInt64) {
        let waiter = state.withLock { state -> Waiter? in
            guard let place = state.waiting.firstIndex(where: { $0.number == number }) else { return nil }
            return state.waiting.remove(at: place)
        }
        waiter?.continuation.resume(returning: false)
    }

    /// Hands the slot to whoever waits longest.
    private func leave() {
        let next = state.withLock { state -> Waiter? in
            guard !state.waiting.isEmpty else {
                state.running -= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.continuation.resume(returning: true)
    }
}
