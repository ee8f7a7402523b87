import CHTTP
import Glibc
import Platform
import Synchronization
import WireFormats

/// The server's own thread: accepts connections, notices clients that left and times that are over, and closes the house.
/// Event threads cannot do the second: a connection whose request is in work is suspended, and nobody looks at its socket.
struct Doorkeeper: @unchecked Sendable {  // made on one thread, then used by its own only
    /// How late a deadline or a client's leaving may be seen.
    private static let tickMilliseconds: Int32 = 250
    /// With nobody connected there is nothing to see.
    private static let idleTickMilliseconds: Int32 = 5_000

    private let listener: Int32
    private let daemon: OpaquePointer
    private let state: ServerState

    init?(listener: Int32, state: ServerState, failure: inout Int32) {
        let configuration = state.configuration
        // The table holds the limit; the library's own is wider, because beyond it 0.9.75 leaves a lock taken.
        var settings = gw_http_configuration(
            threads: UInt32(max(2, configuration.eventThreads)), connections_max: UInt32(configuration.connectionsMax + 1_024),
            idle_seconds: UInt32(max(0, configuration.idleSecondsMax)), header_bytes_max: configuration.headerBytesMax)
        var callbacks = Callbacks.table()
        let context = Unmanaged.passRetained(state)  // the daemon's, until it is stopped
        guard let daemon = gw_http_start(&settings, &callbacks, context.toOpaque(), &failure) else {
            context.release()
            return nil
        }
        self.listener = listener
        self.daemon = daemon
        self.state = state
    }

    func run() {
        var acceptsFrom = Int64.min
        var isListening = true
        while true {
            let now = state.time.monotonicNanoseconds
            let (peers, leaving) = state.state.withLock { (Array($0.table.peers.values), $0.leaving) }
            if isListening, leaving != nil {
                gw_http_close(listener)
                isListening = false
            }
            if let leaving, mayClose(leaving, at: now) { return close() }
            let isSomeoneWaiting = look(at: peers, isAccepting: isListening && now >= acceptsFrom, now)
            if isSomeoneWaiting, !acceptAll() { acceptsFrom = state.time.monotonicNanoseconds + 100_000_000 }
        }
    }

    /// Waits a tick, or until something happens. Returns whether a connection waits to be accepted.
    private func look(at peers: [Peer], isAccepting: Bool, _ now: Int64) -> Bool {
        let watched = peers.compactMap { watch($0, at: now) }
        var sockets = watched.map { entry in
            gw_http_watched(
                socket: entry.peer.socket, wants_half_close: entry.what != .leaving(byHalf: false), is_half_closed: false, is_gone: false)
        }
        let isSomeoneWaiting = gw_http_wait(
            state.waker, isAccepting ? listener : -1, &sockets, sockets.count,
            peers.isEmpty && isAccepting ? Self.idleTickMilliseconds : Self.tickMilliseconds)
        for (entry, socket) in zip(watched, sockets) where socket.is_gone || socket.is_half_closed {
            report(entry, isGone: socket.is_gone, at: now)
        }
        return isSomeoneWaiting
    }

    // MARK: Coming

    /// Takes who waits. False when the system has no more descriptors; it needs a rest then.
    private func acceptAll() -> Bool {
        var address = [CChar](repeating: 0, count: 64)
        for _ in 0..<256 {
            var port: UInt16 = 0, failure: Int32 = 0
            let socket = gw_http_accept(listener, &address, address.count, &port, &failure)
            if socket >= 0 {
                welcome(socket, String(decoding: address.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self), port)
            } else if failure == EAGAIN {
                return true
            } else if failure == EMFILE || failure == ENFILE || failure == ENOMEM || failure == ENOBUFS {
                return false
            }  // else this one is gone already
        }
        return true
    }

    private func welcome(_ socket: Int32, _ address: String, _ port: UInt16) {
        let peer = Peer(socket: socket, address: address, port: port, now: state.time.monotonicNanoseconds)
        let verdict = state.state.withLock { state in
            let verdict = state.table.verdict(on: address)
            if verdict == .welcome { state.table.add(peer) }
            return verdict
        }
        switch verdict {
        case .welcome:
            state.count { $0.connectionsAccepted += 1 }
            if !gw_http_serve(daemon, socket) { state.state.withLock { $0.table.remove(socket) } }
        case .full: turnAway(socket, HTTPResponse(status: 503), .connections)
        case .tooManyOfAddress: turnAway(socket, HTTPResponse(status: 429), .connectionsOfAddress)
        }
    }

    private func turnAway(_ socket: Int32, _ response: HTTPResponse, _ reason: HTTPServerCounters.Refusal) {
        state.countRefusal(reason)
        let bytes = response.lastBytes(isHead: false)
        bytes.withUnsafeBytes { gw_http_turn_away(socket, $0.baseAddress, $0.count) }
    }

    // MARK: Watching

    private struct Watched {
        let peer: Peer
        let exchange: Exchange?
        let what: Exchange.Watch
    }

    /// Ends what has taken too long; nil when the socket need not be watched.
    private func watch(_ peer: Peer, at now: Int64) -> Watched? {
        let (watched, after) = peer.state.withLock { state -> (Watched?, Aftermath) in
            guard state.isOpen else { return (nil, Aftermath()) }
            guard let exchange = state.exchange else {
                // A request line that comes a byte at a time keeps the library's own timer running.
                let configuration = self.state.configuration
                let secondsMax = Int64(configuration.idleSecondsMax + configuration.headSecondsMax)
                if configuration.idleSecondsMax > 0, now - state.quietSince > secondsMax * 1_000_000_000 { gw_http_cut(peer.socket) }
                let isWatched = watchesReading(peer, &state, Peer.Standstill(), at: now)
                return (isWatched ? Watched(peer: peer, exchange: nil, what: .reading(bytes: 0)) : nil, Aftermath())
            }
            let (what, after) = exchange.tick(at: now)
            var isWatched = what != .nothing
            if case .reading(let bytes) = what {
                isWatched = watchesReading(peer, &state, Peer.Standstill(exchange: ObjectIdentifier(exchange), bytes: bytes), at: now)
            }
            return (isWatched ? Watched(peer: peer, exchange: exchange, what: what) : nil, after)
        }
        after.perform()
        return watched
    }

    /// The library misses the end of the other side's direction when it comes together with the last bytes. What then stands
    /// still for a second is cut.
    private func watchesReading(_ peer: Peer, _ state: inout Peer.State, _ standstill: Peer.Standstill, at now: Int64) -> Bool {
        guard let ended = state.ended else { return true }
        if ended.at != standstill {
            state.ended = (now, standstill)
        } else if now - ended.since > 1_000_000_000 {
            gw_http_cut(peer.socket)
        }
        return false
    }

    private func report(_ entry: Watched, isGone: Bool, at now: Int64) {
        // The socket may be another's by now; as long as the exchange is the peer's, it was its own all the time.
        let after = entry.peer.state.withLock { peer in
            guard peer.isOpen, peer.exchange === entry.exchange else { return Aftermath() }
            if case .reading(let bytes) = entry.what {
                peer.ended = (now, Peer.Standstill(exchange: entry.exchange.map { ObjectIdentifier($0) }, bytes: bytes))
                return Aftermath()
            }
            return entry.exchange?.clientLeft(isGone: isGone) ?? Aftermath()
        }
        after.perform()
    }

    // MARK: Leaving

    private func mayClose(_ leaving: ServerState.Leaving, at now: Int64) -> Bool {
        now >= leaving.deadline || state.counters.withLock { $0.requestsInFlight == 0 }
    }

    private func close() {
        // From here on a new exchange drops itself; those there are must not be suspended when the library stops.
        state.state.withLock { $0.isHalting = true }
        for peer in state.state.withLock({ Array($0.table.peers.values) }) {
            let after = peer.state.withLock { $0.exchange?.drop() }
            after?.perform()
        }
        gw_http_stop(daemon)
        Unmanaged.passUnretained(state).release()  // the daemon's
        let waiters = state.state.withLock { state in
            state.isStopped = true
            defer { state.leaving?.waiters = [] }
            return state.leaving?.waiters ?? []
        }
        gw_http_close(state.waker)
        for waiter in waiters { waiter.resume() }
    }
}
