import CHTTP
import Platform
import Synchronization
import WireFormats

/// What the event threads, the handlers' tasks and the doorkeeper share.
final class ServerState: Sendable {
    struct Leaving {
        /// Monotonic nanoseconds; in-flight requests are cut then.
        var deadline: Int64
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    struct State {
        var table: ConnectionTable
        var leaving: Leaving?
        var isHalting = false
        var isStopped = false
    }

    let configuration: HTTPServer.Configuration
    let time: any TimeSource
    let admit: HTTPServer.Admit
    let handle: HTTPServer.Handle
    let waker: Int32
    let state: Mutex<State>
    let counters = Mutex(HTTPServerCounters())

    init(
        configuration: HTTPServer.Configuration, time: any TimeSource, waker: Int32,
        admit: @escaping HTTPServer.Admit, handle: @escaping HTTPServer.Handle
    ) {
        self.configuration = configuration
        self.time = time
        self.admit = admit
        self.handle = handle
        self.waker = waker
        let table = ConnectionTable(
            connectionsMax: configuration.connectionsMax, connectionsPerAddressMax: configuration.connectionsPerAddressMax)
        state = Mutex(State(table: table))
    }

    var isLeaving: Bool { state.withLock { $0.leaving != nil } }
    var isHalting: Bool { state.withLock { $0.isHalting } }

    /// Wakes the doorkeeper; its waker is there as long as it is not done.
    func wake() { state.withLock { if !$0.isStopped { gw_http_wake(waker) } } }

    func count(_ change: (inout HTTPServerCounters) -> Void) { counters.withLock { change(&$0) } }
    func countRefusal(_ reason: HTTPServerCounters.Refusal) { count { $0.refused[reason, default: 0] += 1 } }
}
