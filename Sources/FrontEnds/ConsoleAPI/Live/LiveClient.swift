import SignalModel
import Synchronization

/// One stream: whose it is, what it wants, and what waits for it.
final class LiveClient: Sendable {
    private struct State {
        var queue = LiveQueue()
        var subscriptions: [LiveSubscription] = []
        /// Monotonic nanoseconds.
        var lastSent: Int64
    }

    /// Random; who knows it and is the same caller may say what is wanted.
    let id: String
    let caller: String
    let tenant: Tenant
    /// Whether the caller would still be let in.
    let isWelcome: @Sendable () -> Bool
    /// Something waits. Ends with the stream.
    let wakes: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation
    private let state: Mutex<State>

    init(id: String, caller: String, tenant: Tenant, now: Int64, isWelcome: @escaping @Sendable () -> Bool) {
        self.id = id
        self.caller = caller
        self.tenant = tenant
        self.isWelcome = isWelcome
        (wakes, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
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
        state.withLock { change(&$0.queue) }
        waker.yield()
    }

    func take(now: Int64) -> [UInt8]? {
        state.withLock { state in
            let bytes = state.queue.take()
            if bytes != nil { state.lastSent = now }
            return bytes
        }
    }

    func isQuiet(since instant: Int64) -> Bool { state.withLock { $0.lastSent <= instant } }

    /// Ends the stream when what waits is sent.
    func close() { waker.finish() }
}
