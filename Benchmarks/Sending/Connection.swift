import Glibc

extension sockaddr_in {
    static func loopback(port: UInt16) -> sockaddr_in {
        sockaddr_in(
            sin_family: sa_family_t(AF_INET), sin_port: port.bigEndian, sin_addr: in_addr(s_addr: UInt32(0x7F00_0001).bigEndian),
            sin_zero: (0, 0, 0, 0, 0, 0, 0, 0))
    }
}

/// A kept connection to a server on this machine, for one thread that waits for each answer.
///
/// A socket that blocks, and no client library: an exchange costs the sender one write and usually one read and no change of threads,
/// so what is measured from outside is the server's time. It reads what servers answer (lengths, chunks, a closed connection) and
/// trusts them; it is no client for the open network.
final class Connection {
    private static let secondsMax = 120

    private let port: UInt16
    private var descriptor: Int32 = -1
    /// Received and not yet used.
    private var received: [UInt8] = []
    private var piece = [UInt8](repeating: 0, count: 64 << 10)

    init(port: UInt16) throws {
        self.port = port
        try open()
    }

    deinit { close() }

    /// Sends and waits for the whole answer. A connection that the server has closed after an answer is opened again.
    func exchange(_ request: Request) throws -> Response {
        if descriptor < 0 { try open() }
        try send(request.bytes)
        return try receive()
    }

    private func open() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        received.removeAll(keepingCapacity: true)
        var address = sockaddr_in.loopback(port: port)
        let failure = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard failure == 0 else { throw lost("connect") }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        var limit = timeval(tv_sec: Self.secondsMax, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    private func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    private func lost(_ verb: String) -> BenchmarkError {
        let why = String(cString: strerror(errno))
        close()
        return BenchmarkError(.server, "cannot \(verb) over port \(port): \(why)")
    }

    private func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw lost("send") }
            sent += count
        }
    }

    /// - Returns: false at the end of what the server sends.
    private func receiveMore() throws -> Bool {
        let count = recv(descriptor, &piece, piece.count, 0)
        guard count >= 0 else { throw lost("receive") }
        received += piece[..<count]
        return count > 0
    }

    // MARK: Answers

    private func receive() throws -> Response {
        let head = try receiveHead()
        let body: [UInt8]
        if head.isChunked {
            body = try receiveChunks()
        } else if let length = head.length {
            body = try take(length)
        } else {
            while try receiveMore() {}
            body = received
        }
        if head.isLast { close() }
        return Response(status: head.status, body: body)
    }

    private struct Head {
        var status = 0
        var length: Int?
        var isChunked = false
        /// The connection ends with this answer.
        var isLast = false
    }

    private func receiveHead() throws -> Head {
        var head = Head()
        let status = try line().split(separator: " ")
        head.status = status.count > 1 ? Int(status[1]) ?? 0 : 0
        head.isLast = status.first == "HTTP/1.0"
        while case let field = try line(), !field.isEmpty {
            let parts = field.split(separator: ":", maxSplits: 1).map { $0.lowercased() }
            let value = parts.last.map { $0.drop { $0 == " " } } ?? ""
            switch parts[0] {
            case "content-length": head.length = Int(value)
            case "transfer-encoding": head.isChunked = value == "chunked"
            case "connection": head.isLast = value == "close"
            default: break
            }
        }
        if head.status == 204 { head.length = 0 }  // never has a body (RFC 9110 section 15.3.5)
        if head.length == nil, !head.isChunked { head.isLast = true }
        return head
    }

    private func receiveChunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while let count = Int(try line().prefix { $0 != ";" }, radix: 16), count > 0 {
            body += try take(count)
            _ = try line()
        }
        while try !line().isEmpty {}
        return body
    }

    private func line() throws -> String {
        while true {
            if let end = received.firstIndex(of: 10) {
                let text = String(decoding: received[..<end], as: UTF8.self)
                received.removeFirst(end + 1)
                return text.hasSuffix("\r") ? String(text.dropLast()) : text
            }
            guard try receiveMore() else { throw BenchmarkError(.server, "cannot receive over port \(port): the server hung up") }
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while received.count < count {
            guard try receiveMore() else { throw BenchmarkError(.server, "cannot receive over port \(port): the server hung up") }
        }
        let bytes = Array(received[..<count])
        received.removeFirst(count)
        return bytes
    }
}
