import Glibc
import Platform
import Synchronization

/// Sends many requests to one server over some connections, each a thread that waits for its answer before it sends the next.
///
/// Requests are made on these threads between two exchanges: that time is nobody's latency and no server's cost.
struct Sender: Sendable {
    let port: UInt16
    let connections: Int
    /// Whether a request's number says its connection, so that every so many-th request comes after the one before it.
    var hasLanes = false

    /// What the sending showed.
    struct Outcome: Sendable {
        /// Nanoseconds from the first byte sent to the last received, waiting and sending again included; ascending.
        fileprivate(set) var latencies: [Int64] = []
        /// Requests that had to be sent again because the server had too much to do.
        fileprivate(set) var throttled = 0

        /// In milliseconds: the latency that a share of the requests did not exceed.
        func milliseconds(share: Double) -> Double {
            guard !latencies.isEmpty else { return .nan }
            let rank = Int((share * Double(latencies.count)).rounded(.up)) - 1
            return Double(latencies[min(max(rank, 0), latencies.count - 1)]) / 1e6
        }
    }

    private struct State {
        var outcome = Outcome()
        var failure: (any Error)?
    }

    /// One request after another, each answered in one exchange.
    /// - Parameters:
    ///   - make: the request of a number from 0 on; called on several threads, and not counted.
    ///   - check: throws when the answer is not the right one.
    func send(
        _ count: Int, make: @escaping @Sendable (Int) -> Request,
        check: @escaping @Sendable (Int, Response) throws -> Void = { _, _ in }
    ) throws -> Outcome {
        try hold(count) { number, conversation in
            let request = make(number)
            try check(number, try conversation.ask(request))
        }
    }

    /// The same for what takes several exchanges: pages of an answer, a query that is asked whether it is done.
    /// - Throws: the first failure; the other threads stop then.
    func hold(_ count: Int, _ body: @escaping @Sendable (Int, Conversation) throws -> Void) throws -> Outcome {
        let next = Counter()
        let state = SharedState()
        let threads = (0..<connections).map { number in
            WorkerThread(name: "sender-\(number)") {
                do {
                    let connection = try Connection(port: port)
                    var ofLane = number
                    while case let index = hasLanes ? ofLane : next.take(), index < count, !state.hasFailed {
                        let conversation = Conversation(over: connection)
                        try body(index, conversation)
                        state.add(conversation)
                        ofLane += connections
                    }
                } catch { state.fail(error) }
            }
        }
        for thread in threads { thread.join() }
        return try state.outcome()
    }

    private final class Counter: Sendable {
        private let next = Atomic(0)
        func take() -> Int { next.add(1, ordering: .relaxed).oldValue }
    }

    private final class SharedState: Sendable {
        private let state = Mutex(State())

        var hasFailed: Bool { state.withLock { $0.failure != nil } }

        func add(_ conversation: Conversation) {
            state.withLock {
                $0.outcome.latencies.append(conversation.nanoseconds)
                $0.outcome.throttled += conversation.throttled
            }
        }

        func fail(_ error: any Error) { state.withLock { $0.failure = $0.failure ?? error } }

        func outcome() throws -> Outcome {
            try state.withLock { state in
                if let failure = state.failure { throw failure }
                state.outcome.latencies.sort()
                return state.outcome
            }
        }
    }
}

/// What is asked and answered for one result, and how long that took.
final class Conversation {
    /// Longest wait for a server that says it has too much to do.
    private static let patienceSeconds = 120.0

    private let connection: Connection
    private let time = SystemTime()
    private var begun: Int64?
    /// From the first byte sent to the last received.
    private(set) var nanoseconds: Int64 = 0
    private(set) var throttled = 0

    init(over connection: Connection) { self.connection = connection }

    /// - Returns: a 2xx answer; all others are failures, but for those that ask to try again.
    func ask(_ request: Request) throws -> Response {
        let begun = self.begun ?? time.monotonicNanoseconds
        self.begun = begun
        while true {
            let response = try connection.exchange(request)
            nanoseconds = time.monotonicNanoseconds - begun
            if (200..<300).contains(response.status) { return response }
            guard response.isThrottling, nanoseconds < Int64(Self.patienceSeconds * 1e9) else {
                throw BenchmarkError(.answer, "cannot go on: a request was answered \(response.status): \(response.text)")
            }
            throttled += 1
            usleep(10_000)
        }
    }
}
