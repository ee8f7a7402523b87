import Glibc
import Platform

/// A client that says exactly the bytes it is told to, well-formed or not. Blocking, with a limit on every wait: for `onThread` only.
final class RawConnection {
    struct Failure: Error { let what: String }

    let socket: Int32
    private var unread: [UInt8] = []

    init(port: Int, receiveBufferBytes: Int32? = nil) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var bytes = receiveBufferBytes { setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size)) }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] { setsockopt(socket, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size)) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let failure = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard failure == 0 else { throw Failure(what: "connect: \(errno)") }
    }

    deinit { close(socket) }

    var localPort: Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(socket, $0, &length) }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.send(socket, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure(what: "send: \(errno) after \(sent)") }
            sent += count
        }
    }

    /// Sends what the other side takes without waiting.
    func sendWithoutWaiting(_ bytes: [UInt8]) -> Int {
        bytes.withUnsafeBytes { max(0, Glibc.send(socket, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))) }
    }

    func endSending() { shutdown(socket, Int32(SHUT_WR)) }

    /// Closes so that the other side gets a reset.
    func reset() {
        var rule = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &rule, socklen_t(MemoryLayout<linger>.size))
        var nothing = sockaddr()
        nothing.sa_family = sa_family_t(AF_UNSPEC)
        connect(socket, &nothing, socklen_t(MemoryLayout<sockaddr>.size))  // dissolves the association: a reset
    }

    /// Bytes until the other side closes; a reset counts as the end.
    func readToEnd() throws -> String {
        while try fill() {}
        defer { unread = [] }
        return String(decoding: unread, as: UTF8.self)
    }

    /// At least one byte, at most `max`.
    func read(max: Int) throws -> Int {
        if unread.isEmpty, !(try fill(max)) { return 0 }
        let count = min(max, unread.count)
        unread.removeFirst(count)
        return count
    }

    struct Answer {
        var status = 0
        var head = ""
        var body: [UInt8] = []
        var text: String { String(decoding: body, as: UTF8.self) }
        func header(_ name: String) -> String? {
            for line in head.split(separator: "\r\n").dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts[0].lowercased() == name.lowercased() { return String(parts[1].drop { $0 == " " }) }
            }
            return nil
        }
    }

    /// One response with its body. Throws when the connection ends before.
    func answer(isHead: Bool = false) throws -> Answer {
        var answer = Answer()
        answer.head = String(decoding: try take(until: Array("\r\n\r\n".utf8)), as: UTF8.self)
        answer.status = Int(answer.head.split(separator: " ").dropFirst().first ?? "") ?? 0
        if isHead || answer.status == 204 || answer.status / 100 == 1 { return answer }
        if answer.header("Transfer-Encoding") == "chunked" {
            while true {
                let line = String(decoding: try take(until: Array("\r\n".utf8)).dropLast(2), as: UTF8.self)
                guard let size = Int(line, radix: 16) else { throw Failure(what: "chunk: \(line)") }
                answer.body += try take(size + 2).dropLast(2)
                if size == 0 { return answer }
            }
        }
        answer.body = try take(Int(answer.header("Content-Length") ?? "") ?? 0)
        return answer
    }

    private func take(until mark: [UInt8]) throws -> [UInt8] {
        var from = 0
        while true {
            if unread.count >= mark.count {
                for start in max(0, from)...(unread.count - mark.count)
                where unread[start] == mark[0] && Array(unread[start..<start + mark.count]) == mark {
                    return try take(start + mark.count)
                }
                from = unread.count - mark.count
            }
            guard try fill() else { throw Failure(what: "closed after \(String(decoding: unread, as: UTF8.self))") }
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while unread.count < count { guard try fill() else { throw Failure(what: "closed after \(unread.count) of \(count)") } }
        defer { unread.removeFirst(count) }
        return Array(unread[..<count])
    }

    private func fill(_ max: Int = 65_536) throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: max)
        let count = recv(socket, &buffer, max, 0)
        if count < 0, errno == EAGAIN { throw Failure(what: "nothing came for 20 s") }
        guard count > 0 else { return false }
        unread += buffer[..<count]
        return true
    }
}

/// Runs blocking work beside the cooperative pool, which the server's handlers need.
func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        _ = WorkerThread(name: "test-client") { continuation.resume(with: Result { try work() }) }
    }
}
