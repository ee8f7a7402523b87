import Glibc
import HTTPTransport
import Platform
import Simulation
import Synchronization
import Testing
import WireFormats

/// Answers of other servers, damaged: each ends in a response within the limit or in an error, and the client goes on.
@Suite struct HTTPAnswerFuzzTests {
    private static let answers = [
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Empty:\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;x=y\r\nyou\r\n0\r\nX-Trailer: t\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.0 503 Busy\r\nRetry-After: 5\r\n\r\nuntil the end",
    ]

    @Test(arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "HTTP/3.1 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n"])
    func `an answer that is no HTTP is the other side's mistake, not the request's`(answer: String) async throws {
        let server = try OneAnswerServer { Array(answer.utf8) }
        let client = try HTTPClient()
        let error = await #expect(throws: HTTPTransportError.self) {
            try await client.send(HTTPClientRequest(url: "http://127.0.0.1:\(server.port)/"))
        }
        #expect(error?.code == .interrupted, "\(String(describing: error))")
        await client.close()
        server.stop()
    }

    @Test(arguments: fuzzSeeds(2)) func `a damaged answer is read or is an error`(seed: UInt64) async throws {
        let random = Mutex(SeededRandom(seed: seed))
        let isHonest = Atomic(false)
        let server = try OneAnswerServer {
            if isHonest.load(ordering: .acquiring) { return Array(Self.answers[0].utf8) }
            return random.withLock { random in
                var answer = Array(Self.answers.randomElement(using: &random)!.utf8)
                answer.mutate(using: &random)
                return answer
            }
        }
        let client = try HTTPClient()
        let url = "http://127.0.0.1:\(server.port)/"
        for round in 0..<150 {
            do throws(HTTPTransportError) {
                let response = try await client.send(HTTPClientRequest(url: url, responseBytesMax: 100))
                #expect(response.body.count <= 100, "seed \(seed), round \(round)")
            } catch {
                #expect(error.code == .interrupted || error.code == .responseTooLarge, "seed \(seed), round \(round): \(error)")
            }
        }
        isHonest.store(true, ordering: .releasing)
        #expect(try await client.send(HTTPClientRequest(url: url)).body == Array("hello".utf8))
        await client.close()
        server.stop()
    }
}

/// Says to each connection what it is told to, whatever was asked, and closes it.
private final class OneAnswerServer: Sendable {
    let port: Int
    private let listener: Int32
    private let thread: WorkerThread

    init(_ answer: @escaping @Sendable () -> [UInt8]) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isBound else { throw RawConnection.Failure(what: "listen: \(errno)") }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        thread = WorkerThread(name: "one-answer") {
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                Self.speak(answer(), to: connection)
                close(connection)
            }
        }
    }

    /// Reads the head of a request that has no body, so that closing sends no reset.
    private static func speak(_ answer: [UInt8], to connection: Int32) {
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while head.suffix(4) != [13, 10, 13, 10] {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            head += buffer[..<count]
        }
        _ = answer.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))  // `accept` returns
        thread.join()
        close(listener)
    }
}
