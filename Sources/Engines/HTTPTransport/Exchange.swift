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
        var bytesLingered = 0
        var output = OutgoingBody()
        var writers: [CheckedContinuation<Bool, Never>] = []
    }

    /// A body of at most this size is read to its end to keep the connection when nobody wants it any more.
    static let discardBytesMax = 1 << 20
    /// How long a refused client may go on sending, so that it reads our answer instead of a reset.
    static let lingerNanoseconds: Int64 = 5_000_000_000
    /// And how much.
    static let lingerBytesMax = 64 << 20

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
        if server.isHalting { drop().perform() }
    }

    /// - Returns: false to close the connection.
    func step(
        method: UnsafePointer<CChar>, version: UnsafePointer<CChar>, bytes: UnsafePointer<UInt8>?, count: UnsafeMutablePointer<Int>
    ) -> Bool {
        let (phase, isDropped) = state.withLock { ($0.phase, $0.isDropped) }
        if isDropped { return false }
        if phase == .head { return open(method: method, version: version) }
        guard count.pointee > 0 else { return finishBody() }
        return receive(UnsafeRawBufferPointer(start: bytes, count: count.pointee), left: &count.pointee)
    }

    func end(_ why: gw_http_ending) {
        let now = server.time.monotonicNanoseconds
        peer.state.withLock { peer in
            peer.exchange = nil
            peer.quietSince = now
        }
        let (last, after) = state.withLock { state in
            let last = (phase: state.phase, isBodyWhole: state.body.isComplete, wasDropped: state.isDropped && !state.hasClientLeft)
            var after = Aftermath(cancels: state.task, writers: state.writers)
            state.body.fail(Self.clientLeft)
            after.reader = takeReader(&state)
            state.phase = .over
            (state.parked, state.task, state.writers, state.response) = (nil, nil, [], nil)
            state.output = OutgoingBody()
            return (last, after)
        }
        after.perform()
        let isLast = server.counters.withLock { counters in
            counters.requestsInFlight -= 1
            let isComing = last.phase == .head || last.phase == .body && !last.isBodyWhole
            switch why {
            case gw_http_completed, gw_http_stopped: break
            case _ where last.phase == .refused || last.wasDropped: break
            case gw_http_failed where isComing: counters.refused[.malformed, default: 0] += 1
            case gw_http_silent where isComing: counters.refused[.timedOut, default: 0] += 1
            default: counters.clientsLeft += 1
            }
            return counters.requestsInFlight == 0
        }
        if isLast, server.isLeaving { server.wake() }
    }

    // MARK: Called by the doorkeeper, which performs what comes back when it holds no lock

    /// What the end of the client's direction, or of both, means now.
    enum Watch: Equatable {
        case nothing
        /// The event thread reads, and should meet it there.
        case reading(bytes: Int)
        /// The connection is parked: nobody else will notice. Half an end says nothing while a body may be waiting to be read.
        case leaving(byHalf: Bool)
    }

    /// Looks at the time, and says what to watch the socket for.
    func tick(at now: Int64) -> (Watch, Aftermath) {
        state.withLock { state in
            guard !state.isDropped else { return (.nothing, Aftermath()) }
            let isLate = now > state.deadline
            switch state.phase {
            case .over: return (.nothing, Aftermath())
            case .head:
                return (.reading(bytes: 0), isLate ? refuse(HTTPResponse(status: 408), .timedOut, &state) : Aftermath())
            case .refused:
                if isLate { gw_http_cut(peer.socket) }
                return (.nothing, Aftermath())
            case .body where !state.body.isComplete:
                // Waiting for room is waiting for us.
                if state.parked != nil { return (.leaving(byHalf: false), Aftermath()) }
                let answer = state.response.flatMap { $0.isShort ? $0 : nil } ?? HTTPResponse(status: 408)
                let after = isLate ? refuse(answer, .timedOut, &state) : Aftermath()
                return (.reading(bytes: state.body.bytesReceived), after)
            case .body, .answering:
                return (state.parked == nil ? .nothing : .leaving(byHalf: !state.hasClientLeft), Aftermath())
            }
        }
    }

    /// The client has closed its direction, or (`isGone`) both. In the first case it may still read the answer, but rarely will:
    /// the task is cancelled, and what it answers is sent.
    func clientLeft(isGone: Bool) -> Aftermath {
        state.withLock { state in
            state.hasClientLeft = true
            if isGone {
                state.isDropped = true
                unpark(&state)
            }
            defer { state.writers = [] }
            return Aftermath(cancels: state.task, writers: state.writers)
        }
    }

    /// The server closes: no step may park any more.
    func drop() -> Aftermath {
        state.withLock { state in
            state.isDropped = true
            unpark(&state)
            return Aftermath(cancels: state.task)
        }
    }

    // MARK: Parking

    /// Only on the event thread, in a step or a filler.
    /// - Returns: false when the connection must be closed instead.
    func park(_ reason: Parking, _ state: inout State) -> Bool {
        guard !state.isDropped else { return false }
        state.parked = reason
        gw_http_suspend(connection)
        return true
    }

    func unpark(_ state: inout State) {
        guard state.parked != nil, state.phase != .over else { return }
        state.parked = nil
        gw_http_resume(connection)
    }

    /// The waiting reader with what it waits for.
    func takeReader(_ state: inout State) -> Aftermath.Reading? {
        guard let reader = state.reader, let piece = state.body.next() else { return nil }
        state.reader = nil
        return Aftermath.Reading(reader: reader, piece: piece)
    }

    static let clientLeft = HTTPTransportError(code: .clientLeft, message: "cannot read the request's body: the client has left")
}

/// What a decision under the lock leaves to do once it is released: whoever is resumed or cancelled may come straight back.
struct Aftermath: Sendable {
    struct Reading: Sendable {
        let reader: CheckedContinuation<IncomingBody.Piece, Never>
        let piece: IncomingBody.Piece
    }

    var cancels: Task<Void, Never>?
    var reader: Reading?
    var writers: [CheckedContinuation<Bool, Never>] = []
    /// What the writers are told.
    var mayGoOn = false

    func perform() {
        cancels?.cancel()
        reader.map { $0.reader.resume(returning: $0.piece) }
        for writer in writers { writer.resume(returning: mayGoOn) }
    }
}
