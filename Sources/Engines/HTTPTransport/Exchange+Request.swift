import CHTTP
import Platform
import Synchronization
import WireFormats

// The first half of an exchange: the head is checked and admitted, the body taken in, the handler started.
extension Exchange {
    /// The library's first call: the head is complete. An answer queued here closes the connection, so only what must close is.
    func open(method: UnsafePointer<CChar>, version: UnsafePointer<CChar>) -> Bool {
        let head: HTTPRequestHead, framing: BodyFraming
        do {
            (head, framing) = try readHead(method, version)
        } catch {
            server.countRefusal(.malformed)
            state.withLock { $0.phase = .answering }
            return answer(with: HTTPResponse(status: error.status))
        }
        let length: Int? =
            switch framing {
            case .none: 0;
            case .length(let count): count;
            case .chunks: nil
            }
        let (bytesMax, refusal) = admission(of: head, length)
        let now = server.time.monotonicNanoseconds
        let (answersAtOnce, after) = state.withLock { state in
            guard state.phase == .head else { return (false, Aftermath()) }  // refused meanwhile: its time was over
            state.head = head
            state.body = IncomingBody(contentLength: length, bytesMax: bytesMax, windowBytes: server.configuration.bodyWindowBytes)
            state.deadline = now + Int64(server.configuration.requestSecondsMax) * 1_000_000_000
            state.phase = .body
            guard let refusal else { return (false, Aftermath()) }
            state.isHandled = true
            // A client that asked first has sent nothing yet, and will not after this answer.
            let hasAsked = framing != .none && head.headers["Expect"]?.lowercased() == "100-continue"
            guard hasAsked else { return (false, refuse(refusal.response, refusal.reason, &state)) }
            server.countRefusal(refusal.reason)
            state.phase = .answering
            return (true, Aftermath())
        }
        after.perform()
        if answersAtOnce, let refusal { return answer(with: refusal.response) }
        return true
    }

    private typealias Refusal = (response: HTTPResponse, reason: HTTPServerCounters.Refusal)

    /// How large the body may be, or why there is none.
    private func admission(of head: HTTPRequestHead, _ length: Int?) -> (bytesMax: Int, Refusal?) {
        if server.isLeaving { return (0, (HTTPResponse(status: 503), .stopping)) }
        switch server.admit(head, length) {
        case .refuse(let response): return (0, (response, .admission))
        case .accept(let max):
            let bytesMax = max ?? server.configuration.bodyBytesMax
            let isTooLarge = if let length { length > bytesMax } else { false }
            return (bytesMax, isTooLarge ? (HTTPResponse(status: 413), .bodyTooLarge) : nil)
        }
    }

    private func readHead(
        _ method: UnsafePointer<CChar>, _ version: UnsafePointer<CChar>
    ) throws(HeadRefusal) -> (HTTPRequestHead, BodyFraming) {
        // Typed throws do not pass through the allocation's closure, hence the result.
        let result: Result<(HTTPRequestHead, BodyFraming), HeadRefusal> = withUnsafeTemporaryAllocation(
            of: gw_http_field.self, capacity: RawHead.fieldsMax
        ) { buffer in
            let count = gw_http_fields(connection, buffer.baseAddress, buffer.count)
            guard count <= buffer.count else { return .failure(HeadRefusal(status: 431, why: "\(count) fields")) }
            guard gw_http_head_is_plain(connection, method, targetStart, target.count, version, buffer.baseAddress, count) else {
                return .failure(HeadRefusal(status: 400, why: "line ends, folded lines or NUL bytes"))
            }
            return target.withUnsafeBufferPointer { target in
                let head = RawHead(
                    method: bytes(of: method), target: target, version: bytes(of: version),
                    fields: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(buffer)[..<count]))
                do throws(HeadRefusal) { return .success(try head.checked(peer: peer.name)) } catch { return .failure(error) }
            }
        }
        return try result.get()
    }

    private func bytes(of text: UnsafePointer<CChar>) -> UnsafeBufferPointer<UInt8> {
        let raw = UnsafeRawBufferPointer(start: text, count: gw_http_length(text))
        return raw.assumingMemoryBound(to: UInt8.self)
    }

    /// A piece of the body is here. What is not taken comes again after a resume.
    func receive(_ bytes: UnsafeRawBufferPointer, left: inout Int) -> Bool {
        let step = state.withLock { state in
            guard state.phase == .body else {  // refused: thrown away
                state.bytesLingered += bytes.count
                return Step(taken: bytes.count, closes: state.bytesLingered > Self.lingerBytesMax)
            }
            switch state.body.take(bytes) {
            case .tooLarge:
                // Either the body is, or a body nobody wants is too long to wait for its end.
                guard let response = state.response, response.isShort else {
                    return Step(taken: bytes.count, after: refuse(HTTPResponse(status: 413), .bodyTooLarge, &state))
                }
                return Step(taken: bytes.count, after: refuse(response, nil, &state))
            case .count(let count):
                let closes = count < bytes.count && !park(.room, &state)
                return Step(taken: count, closes: closes, starts: handlesNow(&state), after: Aftermath(reader: takeReader(&state)))
            }
        }
        left -= step.taken
        server.count { $0.bytesIn += step.taken }
        step.after.perform()
        if step.starts { startHandler() }
        return !step.closes
    }

    /// The body is complete: answers, or parks until there is an answer.
    func finishBody() -> Bool {
        let (step, response) = state.withLock { state in
            guard state.phase == .body else { return (Step(closes: true), nil as HTTPResponse?) }  // it has its answer
            state.body.complete()
            var step = Step(starts: handlesNow(&state), after: Aftermath(reader: takeReader(&state)))
            if state.response == nil { step.closes = !park(.answer, &state) } else { state.phase = .answering }
            return (step, state.response)
        }
        step.after.perform()
        if step.starts { startHandler() }
        guard let response else { return !step.closes }
        return answer(with: response)
    }

    /// What a step has decided under the lock.
    private struct Step {
        var taken = 0
        var closes = false
        var starts = false
        var after = Aftermath()
    }

    /// Whether this is the moment to start the handler; it comes once.
    private func handlesNow(_ state: inout State) -> Bool {
        defer { state.isHandled = true }
        return !state.isHandled
    }

    private func startHandler() {
        let task = Task.detached { [self] in await runHandler() }
        let isOver = state.withLock { state in
            guard state.phase == .body || state.phase == .answering, !state.isDropped else { return true }
            if !state.isHandlerDone { state.task = task }
            return state.hasClientLeft
        }
        if isOver { task.cancel() }
    }

    /// Answers now, whatever of the body has not come: after it if the rest is short, else past the library, which takes no
    /// answer in the middle of a body. Then the client may go on for a while, so that it reads our answer instead of a reset.
    func refuse(_ response: HTTPResponse, _ reason: HTTPServerCounters.Refusal?, _ state: inout State) -> Aftermath {
        if let reason { server.countRefusal(reason) }
        state.response = response
        let isWorthReading = reason != nil && reason != .timedOut && state.phase == .body
        if isWorthReading, let left = state.body.bytesLeft, left <= Self.discardBytesMax {
            state.body.discard(upTo: left)
        } else {
            state.phase = .refused
            state.deadline = server.time.monotonicNanoseconds + Self.lingerNanoseconds
            response.sendLast(on: peer.socket, isHead: state.head?.method == "HEAD")
        }
        let code: HTTPTransportError.Code =
            switch reason {
            case .timedOut: .timedOut
            case .bodyTooLarge: .bodyTooLarge
            default: .bodyDiscarded
            }
        state.body.fail(HTTPTransportError(code: code, message: "cannot read the request's body: answered by \(response.status)"))
        unpark(&state)
        return Aftermath(cancels: state.task, reader: takeReader(&state))
    }
}

extension Exchange: HTTPBodySource {
    func next() async throws(HTTPTransportError) -> [UInt8]? {
        if let piece = state.withLock({ takePiece(&$0) }) { return try Self.value(of: piece) }
        let piece = await withTaskCancellationHandler {
            await withCheckedContinuation { (reader: CheckedContinuation<IncomingBody.Piece, Never>) in
                let piece: IncomingBody.Piece? = state.withLock { state in
                    precondition(state.reader == nil, "a request's body has one reader")
                    if let piece = takePiece(&state) { return piece }
                    if Task.isCancelled { return .failed(Self.readerCancelled) }
                    state.reader = reader
                    return nil
                }
                if let piece { reader.resume(returning: piece) }
            }
        } onCancel: {
            let reader = state.withLock { state in
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume(returning: .failed(Self.readerCancelled))
        }
        return try Self.value(of: piece)
    }

    private func takePiece(_ state: inout State) -> IncomingBody.Piece? {
        guard let piece = state.body.next() else { return nil }
        if state.parked == .room { unpark(&state) }
        return piece
    }

    private static func value(of piece: IncomingBody.Piece) throws(HTTPTransportError) -> [UInt8]? {
        switch piece {
        case .bytes(let bytes): return bytes
        case .end: return nil
        case .failed(let error): throw error
        }
    }

    private static let readerCancelled = HTTPTransportError(
        code: .cancelled, message: "cannot read the request's body: the task was cancelled")
}
