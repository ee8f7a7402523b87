import SignalModel
import Synchronization

/// One stream: whose it is, what it wants, and what waits for it. It outlives its connection for a while, so that a client that lost the
/// line goes on where it was.
final class LiveClient: Sendable {
    private struct State {
        var queue = LiveQueue()
        var replay = LiveReplay()
        var subscriptions: [LiveSubscription] = []
        /// What the present connection is to be sent before all else.
        var again: [UInt8] = []
        /// Which connection is the present one; those before it get nothing more.
        var connection = 0
        var waker: AsyncStream<Void>.Continuation?
        /// Monotonic nanoseconds; nil while there is a connection.
        var leftAt: Int64?
        /// Whether the caller would still be let in.
        var isWelcome: @Sendable () -> Bool = { true }
        /// Ended from here: nobody may come back to it.
        var isOver = false
        /// Monotonic nanoseconds.
        var lastSent: Int64
    }

    /// Random; who knows it and is the same caller may say what is wanted.
    let id: String
    let caller: String
    let tenant: Tenant
    private let state: Mutex<State>

    init(id: String, caller: String, tenant: Tenant, now: Int64) {
        self.id = id
        self.caller = caller
        self.tenant = tenant
        state = Mutex(State(lastSent: now))
    }

    var subscriptions: [LiveSubscription] { state.withLock { $0.subscriptions } }

    func set(_ subscriptions: [LiveSubscription]) {
        state.withLock { state in
            state.subscriptions = subscriptions
            state.queue.keep(only: Set(subscriptions.map(\.id)))
        }
    }

    func put(_ change: (inout LiveQueue) -> Void) {
        let waker = state.withLock { state in
            change(&state.queue)
            return state.waker
        }
        waker?.yield()
    }

    func isQuiet(since instant: Int64) -> Bool { state.withLock { $0.lastSent <= instant } }

    func isWelcome() -> Bool { state.withLock { $0.isWelcome }() }

    // MARK: Connections

    /// A new connection takes the place of the one before.
    /// - Parameter number: of the last frame that the client has; it is sent what came after.
    /// - Returns: nil when that is not known any more, or the stream is over.
    func connect(after number: Int64, isWelcome: @escaping @Sendable () -> Bool) -> LiveLine? {
        state.withLock { state in
            guard !state.isOver, let again = state.replay.after(number) else { return nil }
            let (wakes, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            state.waker?.finish()
            state.connection += 1
            (state.waker, state.again, state.leftAt, state.isWelcome) = (waker, again, nil, isWelcome)
            waker.yield()
            return LiveLine(client: self, wakes: wakes, number: state.connection)
        }
    }

    /// The connection has ended.
    /// - Returns: whether nothing is left to come back to.
    func leave(_ line: LiveLine, now: Int64) -> Bool {
        state.withLock { state in
            guard line.number == state.connection else { return false }
            state.waker?.finish()
            (state.waker, state.leftAt) = (nil, now)
            return state.isOver
        }
    }

    var isConnected: Bool { state.withLock { $0.leftAt == nil } }

    /// Monotonic nanoseconds at which its connection ended; nil while there is one.
    var leftAt: Int64? { state.withLock { $0.leftAt } }

    fileprivate func take(_ line: LiveLine, now: Int64) -> [UInt8]? {
        state.withLock { state in
            guard line.number == state.connection else { return nil }
            var bytes = state.again
            state.again = []
            for frame in state.queue.take() ?? [] { bytes += state.replay.add(frame, of: id) }
            guard !bytes.isEmpty else { return nil }
            state.lastSent = now
            return bytes
        }
    }

    /// Ends the stream when what waits is sent.
    func close() {
        state.withLock { state in
            state.isOver = true
            state.waker?.finish()
        }
    }
}

/// One connection of a client.
struct LiveLine: Sendable {
    let client: LiveClient
    /// Something waits. Ends with the connection.
    let wakes: AsyncStream<Void>
    fileprivate let number: Int

    /// What is to be sent now; nil when that is nothing, and for good when another connection has taken its place.
    func take(now: Int64) -> [UInt8]? { client.take(self, now: now) }
}
