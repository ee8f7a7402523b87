import Glibc
import Platform
import Synchronization

/// Sends requests at a fixed rate, whatever the server does: each is due at its time, and what waits behind a slow answer counts as late.
/// A sender that waited instead would ask least when the server is slowest, and see nothing of it.
struct PacedSender: Sendable {
    let port: UInt16
    let connections: Int
    let perSecond: Double
    let seconds: Double
    /// False: latencies count from when a request was sent, for one connection whose requests are to follow each other.
    var countsFromDue = true

    /// One answered request.
    struct Answer: Sendable {
        /// Seconds from the beginning to when it was due.
        let due: Double
        /// From when it was due to the last byte of its answer.
        let milliseconds: Double
    }

    struct Outcome: Sendable {
        /// By due time.
        var answers: [Answer] = []
        var throttled = 0

        /// The latency that a share of the answers in a stretch of time did not exceed; NaN when there are none.
        func milliseconds(share: Double, from start: Double = 0, to end: Double = .infinity) -> Double {
            let sorted = answers.filter { $0.due >= start && $0.due < end }.map(\.milliseconds).sorted()
            guard !sorted.isEmpty else { return .nan }
            return sorted[min(max(Int((share * Double(sorted.count)).rounded(.up)) - 1, 0), sorted.count - 1)]
        }
    }

    /// - Parameter body: asks one thing, given its running number.
    /// - Throws: the first failure.
    func send(_ body: @escaping @Sendable (Int, Conversation) throws -> Void) throws -> Outcome {
        let time = SystemTime()
        let begun = time.monotonicNanoseconds
        let counter = Counter()
        let shared = Shared()
        let count = Int(perSecond * seconds)
        let threads = (0..<connections).map { number in
            WorkerThread(name: "paced-\(number)") {
                do {
                    let connection = try Connection(port: port)
                    while case let index = counter.take(), index < count, !shared.hasFailed {
                        let due = Double(index) / perSecond
                        let wait = begun + Int64(due * 1e9) - time.monotonicNanoseconds
                        if wait > 0 { usleep(UInt32(wait / 1_000)) }
                        let conversation = Conversation(over: connection)
                        try body(index, conversation)
                        let late = Double(time.monotonicNanoseconds - begun) / 1e6 - due * 1_000
                        let latency = countsFromDue ? late : Double(conversation.nanoseconds) / 1e6
                        shared.add(Answer(due: due, milliseconds: latency), conversation.throttled)
                    }
                } catch { shared.fail(error) }
            }
        }
        for thread in threads { thread.join() }
        return try shared.outcome()
    }

    private final class Counter: Sendable {
        private let next = Atomic(0)
        func take() -> Int { next.add(1, ordering: .relaxed).oldValue }
    }

    private final class Shared: Sendable {
        private struct State {
            var outcome = Outcome()
            var failure: (any Error)?
        }

        private let state = Mutex(State())

        var hasFailed: Bool { state.withLock { $0.failure != nil } }

        func add(_ answer: Answer, _ throttled: Int) {
            state.withLock {
                $0.outcome.answers.append(answer)
                $0.outcome.throttled += throttled
            }
        }

        func fail(_ error: any Error) { state.withLock { $0.failure = $0.failure ?? error } }

        func outcome() throws -> Outcome {
            try state.withLock { state in
                if let failure = state.failure { throw failure }
                state.outcome.answers.sort { $0.due < $1.due }
                return state.outcome
            }
        }
    }
}
