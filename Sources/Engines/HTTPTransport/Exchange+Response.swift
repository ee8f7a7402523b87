import CHTTP
import Platform
import Synchronization
import WireFormats

// The second half of an exchange: the handler's response goes to the event thread, which sends it as the client takes it.
extension Exchange {
    /// The handler's task.
    func runHandler() async {
        guard let (head, length) = state.withLock({ state in state.head.map { ($0, state.body.contentLength) } }) else { return }
        let response = await server.handle(head, HTTPBody(contentLength: length, source: self))
        deliver(response)
        if case .stream(let produce) = response.body, sendsBody(of: response) {
            await produce(ResponseWriter(exchange: self))
        }
        state.withLock { state in
            state.isHandlerDone = true
            state.task = nil
            state.output.end()
            if state.parked == .output { unpark(&state) }
        }
    }

    /// RFC 9110, 6.4.1.
    fileprivate func sendsBody(of response: HTTPResponse) -> Bool {
        response.status != 204 && response.status != 304 && state.withLock { $0.head?.method != "HEAD" }
    }

    private func deliver(_ response: HTTPResponse) {
        let after = state.withLock { state in
            guard state.phase == .body, !state.isDropped, state.response == nil else { return Aftermath() }
            state.response = response
            if !state.body.isComplete {
                // A response of some size needs the library to send it, so the body is read to its end for that.
                let left = state.body.bytesLeft ?? 0
                if response.isShort, left > Self.discardBytesMax { return refuse(response, nil, &state) }
                state.body.discard(upTo: response.isShort ? Self.discardBytesMax : state.body.bytesMax)
            }
            unpark(&state)
            return Aftermath(reader: takeReader(&state))
        }
        after.perform()
    }

    /// Gives the response to the library; on the event thread, in a step.
    func answer(with response: HTTPResponse) -> Bool {
        if let made = response.made(for: self, closes: server.isLeaving) {
            return gw_http_answer(connection, UInt32(response.status), made)
        }
        server.count { $0.unsendable += 1 }
        guard let made = HTTPResponse(status: 500).made(for: self, closes: true) else { return false }
        return gw_http_answer(connection, 500, made)
    }

    /// The library wants more of the body.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let (count, after) = state.withLock { state in
            guard !state.isDropped, state.phase == .answering else { return (Int(gw_http_broken_body.rawValue), Aftermath()) }
            let count = state.output.move(into: buffer)
            if count > 0 {
                guard !state.output.isAboveHighWater else { return (count, Aftermath()) }
                defer { state.writers = [] }
                return (count, Aftermath(writers: state.writers, mayGoOn: true))
            }
            if state.output.isEnded { return (Int(gw_http_end_of_body.rawValue), Aftermath()) }
            return (park(.output, &state) ? 0 : Int(gw_http_broken_body.rawValue), Aftermath())
        }
        if count > 0 { server.count { $0.bytesOut += count } }
        after.perform()
        return count
    }

    func write(_ bytes: [UInt8]) async -> Bool {
        let isTaken: Bool? = state.withLock { state in
            guard state.phase == .body || state.phase == .answering, !state.isDropped, !state.hasClientLeft else { return false }
            state.output.append(bytes)
            if state.parked == .output { unpark(&state) }
            return state.output.isAboveHighWater ? nil : true
        }
        if let isTaken { return isTaken }
        return await withCheckedContinuation { writer in
            let isTaken: Bool? = state.withLock { state in
                guard state.phase == .body || state.phase == .answering, !state.isDropped, !state.hasClientLeft else { return false }
                guard state.output.isAboveHighWater else { return true }
                state.writers.append(writer)
                return nil
            }
            if let isTaken { writer.resume(returning: isTaken) }
        }
    }

    fileprivate func takeWhole(_ bytes: [UInt8]) {
        state.withLock { state in
            state.output.append(bytes)
            state.output.end()
        }
    }
}

private struct ResponseWriter: HTTPBodyWriter {
    let exchange: Exchange

    func write(_ bytes: [UInt8]) async -> Bool { await exchange.write(bytes) }
}

extension HTTPResponse {
    /// A send buffer that is empty takes it at once.
    var isShort: Bool { if case .bytes(let bytes) = body { bytes.count <= 16 << 10 } else { false } }

    /// Up to here the library copies the body and sends it with the head in one call; above, it fetches it piece by piece.
    private static let copiedBytesMax = 64 << 10

    /// The library's form of the response; nil when it cannot be sent as it is.
    fileprivate func made(for exchange: Exchange, closes: Bool) -> OpaquePointer? {
        guard (200...599).contains(status) else { return nil }
        let made: OpaquePointer?
        switch body {
        case .bytes(let bytes) where bytes.count <= Self.copiedBytesMax:
            made = bytes.withUnsafeBytes { gw_http_response_with_bytes($0.baseAddress, $0.count) }
            exchange.server.count { $0.bytesOut += bytes.count }
        case .bytes(let bytes):
            exchange.takeWhole(bytes)
            made = gw_http_response_with_filler(Int64(bytes.count), Callbacks.fill, Unmanaged.passUnretained(exchange).toOpaque())
        case .stream where !exchange.sendsBody(of: self):
            made = gw_http_response_head_only()
        case .stream:
            made = gw_http_response_with_filler(-1, Callbacks.fill, Unmanaged.passUnretained(exchange).toOpaque())
        }
        guard let made else { return nil }
        var isWhole = true
        for (name, value) in headers.fields where !Self.isTransports(name) {
            // The library refuses an empty value; a blank is one on the wire.
            isWhole = isWhole && Self.isClean(name, value) && gw_http_response_add(made, name, value.isEmpty ? " " : value)
        }
        if closes || headers["Connection"]?.lowercased() == "close" {
            isWhole = isWhole && gw_http_response_add(made, "Connection", "close")
        }
        if isWhole { return made }
        gw_http_response_release(made)
        return nil
    }

    /// Sends the response past the library and ends our direction. For short answers before a body is read.
    func sendLast(on socket: Int32, isHead: Bool) {
        let bytes = lastBytes(isHead: isHead)
        bytes.withUnsafeBytes { gw_http_send_last(socket, $0.baseAddress, $0.count) }
    }

    /// The response as it is on the wire, when the connection closes after it.
    func lastBytes(isHead: Bool) -> [UInt8] {
        var text = "HTTP/1.1 \(status) \(String(cString: gw_http_phrase(UInt32(status))))\r\nConnection: close\r\n"
        for (name, value) in headers.fields where !Self.isTransports(name) && Self.isClean(name, value) {
            text += "\(name): \(value)\r\n"
        }
        var body: [UInt8] = []
        if case .bytes(let bytes) = self.body, isShort { body = bytes }
        text += "Content-Length: \(body.count)\r\n\r\n"
        return Array(text.utf8) + (isHead ? [] : body)
    }

    private static func isTransports(_ name: String) -> Bool {
        ["content-length", "transfer-encoding", "connection", "date"].contains(name.lowercased())
    }

    /// Nothing a handler passes may become a second line of the head.
    private static func isClean(_ name: String, _ value: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy(isTokenByte) && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
}
