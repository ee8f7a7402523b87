import CHTTP
import Platform
import Synchronization
import WireFormats

/// One request and its response. The event thread steps it, the handler's task reads and answers, the doorkeeper watches the time.
///
///     head ──▶ body ──▶ answering ──▶ over
///      └─────────┴──▶ refused (answered past the library, the rest of the body is thrown away) ──▶ over
///
/// Whenever the event thread can do nothing it parks the connection. Suspending and resuming happen only under the lock that
/// guards `parked`, so a resume can neither come too early nor be lost, and none comes after `over`.
final class Exchange: Sendable {
    enum Phase { case head, body, answering, refused, over }
    /// What a suspended connection waits for.
    enum Parking { case room, answer, output }

    struct State {
        var phase = Phase.head
        var parked: Parking?
        /// The next step closes the connection.
        var isDropped = false
        var hasClientLeft = false
        /// Monotonic nanoseconds: the head, then the body must be complete, then a refused connection be closed.
        var deadline: Int64
        var head: HTTPRequestHead?
        var body = IncomingBody(contentLength: nil, bytesMax: 0, windowBytes: 0)
        var reader: CheckedContinuation<IncomingBody.Piece, Never>?
        /// A handler has been started, or none will be.
        var isHandled = false
        var isHandlerDone = false
        var task: Task<Void, Never>?
        var response: HTTPResponse?
        var output = OutgoingBody()
        var writers: [CheckedContinuation<Bool, Never>] = []
    }

    /// A body of at most this size is read to its end to keep the connection when nobody wants it any more.
    static let discardBytesMax = 1 << 20
    /// How long a refused client may go on sending, so that it reads our answer instead of a reset.
    static let lingerNanoseconds: Int64 = 5_000_000_000

    let server: ServerState
    let peer: Peer
    /// Valid until `over`.
    nonisolated(unsafe) let connection: OpaquePointer
    /// The request target as sent; the library cuts it up in place later.
    let target: [UInt8]
    /// Where it was.
    nonisolated(unsafe) let targetStart: UnsafePointer<CChar>
    let state: Mutex<State>

    init(server: ServerState, peer: Peer, connection: OpaquePointer, target: UnsafePointer<CChar>) {
        self.server = server
        self.peer = peer
        self.connection = connection
        targetStart = target
        self.target = Array(UnsafeRawBufferPointer(start: target, count: gw_http_length(target)))
        let deadline = server.time.monotonicNanoseconds + Int64(server.configuration.headSecondsMax) * 1_000_000_000
        state = Mutex(State(deadline: deadline))
    }

    // MARK: Called by the event thread

    /// The request line is there.
    func begin() {
        server.count {
            $0.requests += 1
            $0.requestsInFlight += 1
        }
        peer.state.withLock { $0.exchange = self }
        if server.isHalting { drop() }
    }

    /// - Returns: false to close the connection.
    func step(
        method: UnsafePointer<CChar>, version: UnsafePointer<CChar>, bytes: UnsafePointer<UInt8>?, count: UnsafeMutablePointer<Int>
    ) -> Bool {
        let (isFirst, isDropped) = state.withLock { ($0.phase == .head, $0.isDropped) }
        if isDropped { return false }
        if isFirst { return open(method: method, version: version) }
        guard count.pointee > 0 else { return finishBody() }
        return receive(UnsafeRawBufferPointer(start: bytes, count: count.pointee), left: &count.pointee)
    }

    func end(_ why: gw_http_ending) {
        let now = server.time.monotonicNanoseconds
        peer.state.withLock { peer in
            peer.exchange = nil
            peer.quietSince = now
        }
        let (task, reader, writers, phase, isBodyWhole, isDropped, hasClientLeft) = state.withLock { state in
            defer {
                state.phase = .over
                state.parked = nil
                (state.task, state.reader, state.writers, state.response) = (nil, nil, [], nil)
                state.output = OutgoingBody()
            }
            state.body.fail(Self.clientLeft)
            return (state.task, state.reader, state.writers, state.phase, state.body.isComplete, state.isDropped, state.hasClientLeft)
        }
        task?.cancel()
        reader?.resume(returning: .failed(Self.clientLeft))
        for writer in writers { writer.resume(returning: false) }
        let isLast = server.counters.withLock { counters in
            counters.requestsInFlight -= 1
            let isComing = phase == .head || phase == .body && !isBodyWhole
            switch why {
            case gw_http_completed, gw_http_stopped: break
            case _ where phase == .refused || isDropped && !hasClientLeft: break
            case gw_http_failed where isComing: counters.refused[.malformed, default: 0] += 1
            case gw_http_silent where isComing: counters.refused[.timedOut, default: 0] += 1
            default: counters.clientsLeft += 1
            }
            return counters.requestsInFlight == 0
        }
        if isLast, server.isLeaving { server.wake() }
    }

    // MARK: Called by the doorkeeper

    /// Looks at the time.
    /// - Returns: whether an end of the client's direction matters; nil when the socket need not be watched.
    func tick(at now: Int64) -> Bool? {
        state.withLock { state in
            guard !state.isDropped else { return nil }
            let isLate = now > state.deadline
            switch state.phase {
            case .over: return nil
            case .head:
                if isLate { refuse(HTTPResponse(status: 408), .timedOut, &state) }
                return nil
            case .refused:
                if isLate { gw_http_cut(peer.socket) }
                return nil
            case .body where !state.body.isComplete:
                // Waiting for room is waiting for us. Otherwise the event thread reads and meets the end itself.
                if state.parked != nil { return false }
                if isLate { refuse(state.response ?? HTTPResponse(status: 408), .timedOut, &state) }
                return nil
            case .body, .answering: return state.parked == nil ? nil : !state.hasClientLeft
            }
        }
    }

    /// The client has closed its direction, or (`isGone`) both. In the first case it may still read the answer, but rarely will:
    /// the task is cancelled, and what it answers is sent.
    func clientLeft(isGone: Bool) {
        let (task, writers) = state.withLock { state in
            defer { state.writers = [] }
            state.hasClientLeft = true
            if isGone {
                state.isDropped = true
                unpark(&state)
            }
            return (state.task, state.writers)
        }
        task?.cancel()
        for writer in writers { writer.resume(returning: false) }
    }

    /// The server closes: no step may park any more.
    func drop() {
        let task = state.withLock { state in
            state.isDropped = true
            unpark(&state)
            return state.task
        }
        task?.cancel()
    }

    // MARK: Parking

    /// Only on the event thread, in a step or a filler.
    func park(_ reason: Parking, _ state: inout State) {
        state.parked = reason
        gw_http_suspend(connection)
    }

    func unpark(_ state: inout State) {
        guard state.parked != nil, state.phase != .over else { return }
        state.parked = nil
        gw_http_resume(connection)
    }

    static let clientLeft = HTTPTransportError(code: .clientLeft, message: "cannot read the request's body: the client has left")
}
