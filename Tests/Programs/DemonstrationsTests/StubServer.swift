import HTTPTransport
import Platform
import Synchronization
import WireFormats

@testable import Demonstrations

/// A server on loopback that keeps what it is asked and answers as it is told.
final class StubServer: Sendable {
    struct Asked: Sendable {
        let head: HTTPRequestHead
        let body: [UInt8]
        var operation: String {
            let target = head.headers["X-Amz-Target"].map { String($0.split(separator: ".").last ?? "") }
            return target ?? String(decoding: body, as: UTF8.self).split(separator: "&").first.map { String($0.dropFirst(7)) } ?? ""
        }
        var json: WireNode? { try? WireDocument(json: body).root }
    }

    /// Seconds: a machine that is busy with other tests answers late, which is no failure.
    static let patience = 600.0

    typealias Answer = @Sendable (Asked, _ earlier: [Asked]) -> HTTPResponse

    private let asks: Asks
    let server: HTTPServer
    let endpoint: Endpoint

    /// - Parameter host: an address of loopback. Who closes a server and calls its port wants one that no other test listens at.
    init(host: String = "127.0.0.1", port: Int = 0, answer: @escaping Answer = { _, _ in StubServer.json("{}") }) throws {
        let asks = Asks()
        self.asks = asks
        server = try HTTPServer(.init(host: host, port: UInt16(port)), time: SystemTime()) { head, body in
            guard let bytes = try? await body.collect(limit: 4 << 20) else { return HTTPResponse(status: 500) }
            let request = Asked(head: head, body: bytes)
            return answer(request, asks.add(request))
        }
        guard let endpoint = Endpoint("http://\(host):\(server.port)") else { preconditionFailure("loopback is an address") }
        self.endpoint = endpoint
    }

    var asked: [Asked] { asks.all }

    static func json(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "application/x-amz-json-1.1", Array(text.utf8))
    }

    static func error(_ code: String, status: Int = 400) -> HTTPResponse {
        json("{\"__type\":\"\(code)\",\"message\":\"because\"}", status: status)
    }
}

private final class Asks: Sendable {
    private let state = Mutex<[StubServer.Asked]>([])
    var all: [StubServer.Asked] { state.withLock { $0 } }

    /// - Returns: those before.
    func add(_ asked: StubServer.Asked) -> [StubServer.Asked] {
        state.withLock { all in
            defer { all.append(asked) }
            return all
        }
    }
}

/// What was said.
final class Words: Sendable {
    private let state = Mutex<[String]>([])
    var all: [String] { state.withLock { $0 } }
    func say(_ text: String) { state.withLock { $0.append(text) } }
}

/// A clock whose sleeps take no time and are noted.
final class HastyClock: TimeSource {
    private let wall: Mutex<Int64>
    private let slept = Mutex<[Int64]>([])

    init(wallNanoseconds: Int64 = 1_769_846_400_000_000_000) { wall = Mutex(wallNanoseconds) }

    var wallNanoseconds: Int64 { wall.withLock { $0 } }
    var monotonicNanoseconds: Int64 { wallNanoseconds }
    var sleeps: [Int64] { slept.withLock { $0 } }

    func sleep(untilWall deadline: Int64) async throws {
        try Task.checkCancellation()
        let pause = wall.withLock { wall in
            defer { wall = max(wall, deadline) }
            return deadline - wall
        }
        slept.withLock { $0.append(pause) }
        await Task.yield()
    }
}
