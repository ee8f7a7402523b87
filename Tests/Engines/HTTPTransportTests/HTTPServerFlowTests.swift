import Glibc
import HTTPTransport
import Platform
import Synchronization
import Testing
import WireFormats

@Suite struct HTTPServerFlowTests {
    private static let head = "POST / HTTP/1.1\r\nHost: h\r\n"

    @Test(arguments: [false, true]) func `a slow handler holds the client back, and every byte arrives`(isChunked: Bool) async throws {
        let gate = Gate(), sum = Mutex((count: 0, largest: 0, isInOrder: true))
        let handle: HTTPServer.Handle = { _, body in
            await gate.wait()
            do {
                while let piece = try await body.next() {
                    sum.withLock { sum in
                        sum.isInOrder = sum.isInOrder && Pattern.isThere(piece, from: sum.count)
                        sum.count += piece.count
                        sum.largest = max(sum.largest, piece.count)
                    }
                }
            } catch { return HTTPResponse(status: 400) }
            return HTTPResponse(status: 200)
        }
        let bytesTotal = 20 << 20
        try await withServer(handle: handle) { server in
            let client = try RawConnection(port: server.port)
            let piece = Pattern.bytes(from: 0, count: 251 * 256)
            try client.send(Self.head + (isChunked ? "Transfer-Encoding: chunked\r\n\r\n" : "Content-Length: \(bytesTotal)\r\n\r\n"))
            // Until the kernel's buffers and the window are full and nothing moves any more.
            var bytes: [UInt8] = [], made = 0
            func refill() {
                let count = min(piece.count, bytesTotal - made)
                let size = String(count, radix: 16)
                if isChunked { bytes += Array("\(size)\r\n".utf8) }
                bytes += piece[..<count]
                if isChunked { bytes += Array("\r\n".utf8) }
                made += count
                if isChunked, made == bytesTotal { bytes += Array("0\r\n\r\n".utf8) }
            }
            var stuck = 0
            while stuck < 200, made < bytesTotal || !bytes.isEmpty {
                if bytes.isEmpty { refill() }
                let sent = client.sendWithoutWaiting(bytes)
                bytes.removeFirst(sent)
                stuck = sent > 0 ? 0 : stuck + 1
                if sent == 0 { _ = Monitor(()).wait(until: SystemTime().monotonicNanoseconds + 1_000_000) { _ in nil as Bool? } }
            }
            #expect(stuck == 200, "the client was not held back")
            #expect(server.counters.bytesIn <= 256 << 10)
            gate.open()
            while made < bytesTotal || !bytes.isEmpty {
                if bytes.isEmpty { refill() }
                try client.send(bytes)
                bytes = []
            }
            #expect(try client.answer().status == 200)
            let (count, largest, isInOrder) = sum.withLock { $0 }
            #expect(count == bytesTotal && isInOrder)
            #expect(largest <= 256 << 10)
            #expect(server.counters.bytesIn == bytesTotal)
        }
    }

    @Test func `a slow reader holds the stream back, and every byte arrives`() async throws {
        let produced = Atomic(0), bytesTotal = 20 << 20
        let handle: HTTPServer.Handle = { _, _ in
            HTTPResponse(
                status: 200,
                body: .stream { writer in
                    var number = 0
                    while number < bytesTotal {
                        let piece = Pattern.bytes(from: number, count: min(10_000, bytesTotal - number))
                        guard await writer.write(piece) else { return }
                        number += piece.count
                        produced.store(number, ordering: .relaxed)
                    }
                })
        }
        try await withServer(handle: handle) { server in
            let client = try RawConnection(port: server.port, receiveBufferBytes: 64 << 10)
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            var before = -1
            _ = eventually {  // no progress between two looks 2 ms apart, thirty times
                defer { before = produced.load(ordering: .relaxed) }
                return before == produced.load(ordering: .relaxed) && before > 0 && Self.isSteady(produced)
            }
            // Both kernel buffers (the sender's grows to 4 MB at most), 64 KB and the piece in hand; by far not all.
            #expect(produced.load(ordering: .relaxed) < 10 << 20)
            let answer = try client.answer()
            #expect(answer.body.count == bytesTotal)
            #expect(Pattern.isThere(answer.body, from: 0))
        }
    }

    private static func isSteady(_ counter: borrowing Atomic<Int>) -> Bool {
        let start = counter.load(ordering: .relaxed)
        for _ in 0..<30 {
            _ = Monitor(()).wait(until: SystemTime().monotonicNanoseconds + 2_000_000) { _ in nil as Bool? }
            if counter.load(ordering: .relaxed) != start { return false }
        }
        return true
    }

    @Test func `a large response of known length arrives whole`() async throws {
        let bytes = Pattern.bytes(from: 0, count: 5_000_000)
        try await withServer(handle: { _, _ in HTTPResponse(status: 200, contentType: "a/b", bytes) }) { server in
            let client = try RawConnection(port: server.port)
            for _ in 0..<2 {
                try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
                let answer = try client.answer()
                #expect(answer.header("Content-Length") == "5000000" && answer.body == bytes)
            }
            #expect(server.counters.bytesOut == 10_000_000)
        }
    }

    @Test func `an empty stream and one of empty pieces end well`() async throws {
        let handle: HTTPServer.Handle = { head, _ in
            HTTPResponse(
                status: 200,
                body: .stream { writer in
                    guard head.path == "/some" else { return }
                    _ = await writer.write([])
                    _ = await writer.write([65])
                    _ = await writer.write([])
                })
        }
        try await withServer(handle: handle) { server in
            let client = try RawConnection(port: server.port)
            try client.send("GET /none HTTP/1.1\r\nHost: h\r\n\r\nGET /some HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.answer().text == "")
            #expect(try client.answer().text == "A")
        }
    }

    @Test(arguments: [false, true]) func `a client that leaves cancels the task that works for it`(byReset: Bool) async throws {
        let started = Signal(), cancelled = Signal()
        let handle: HTTPServer.Handle = { _, _ in
            started.give()
            await untilCancelled()
            if Task.isCancelled { cancelled.give() }
            return HTTPResponse(status: 200)
        }
        try await withServer(handle: handle) { server in
            let client = try RawConnection(port: server.port)
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            try started.await()
            if byReset { client.reset() } else { client.endSending() }
            try cancelled.await()
            // Who only ended its own direction still gets the answer.
            if !byReset { #expect(try client.answer().status == 200) }
            #expect(eventually { server.counters.requestsInFlight == 0 })
            #expect(server.counters.clientsLeft == (byReset ? 1 : 0))
        }
    }

    @Test func `a client that leaves ends the stream that waits for it`() async throws {
        let isFull = Signal(), ended = Signal()
        let handle: HTTPServer.Handle = { _, _ in
            HTTPResponse(
                status: 200,
                body: .stream { writer in
                    var count = 0
                    while await writer.write([UInt8](repeating: 0, count: 50_000)) {
                        count += 1
                        if count == 5 { isFull.give() }
                    }
                    ended.give()
                })
        }
        try await withServer(handle: handle) { server in
            let client = try RawConnection(port: server.port, receiveBufferBytes: 8 << 10)
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            try isFull.await()
            client.reset()
            try ended.await()
            #expect(eventually { server.counters.requestsInFlight == 0 })
            #expect(server.counters.clientsLeft == 1)
        }
    }

    @Test func `a client that leaves a silent stream is noticed`() async throws {
        let started = Signal(), ended = Signal()
        let handle: HTTPServer.Handle = { _, _ in
            HTTPResponse(
                status: 200,
                body: .stream { writer in
                    _ = await writer.write([1])
                    started.give()
                    await untilCancelled()
                    if await !writer.write([2]) { ended.give() }
                })
        }
        try await withServer(handle: handle) { server in
            let client = try RawConnection(port: server.port)
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            try started.await()
            #expect(try client.read(max: 1) == 1)
            client.endSending()
            try ended.await()
        }
    }

    @Test func `a client that leaves in the middle of its body fails the reader`() async throws {
        let codes = Mutex<[HTTPTransportError.Code]>([]), first = Signal(), failed = Signal()
        let handle: HTTPServer.Handle = { _, body in
            do throws(HTTPTransportError) {
                while try await body.next() != nil { first.give() }
            } catch {
                codes.withLock { $0.append(error.code) }
                failed.give()
            }
            return HTTPResponse(status: 200)
        }
        try await withServer(handle: handle) { server in
            for (number, body) in ["Content-Length: 10\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"].enumerated() {
                let client = try RawConnection(port: server.port)
                try client.send(Self.head + body)
                try first.await(times: number + 1)
                client.endSending()
                try failed.await(times: number + 1)
            }
            #expect(codes.withLock { $0 } == [.clientLeft, .clientLeft])
            #expect(eventually { server.counters.clientsLeft == 2 })
        }
    }

    @Test func `a handler that answers without reading costs the client nothing it can read`() async throws {
        let handle: HTTPServer.Handle = { head, body in
            if head.path == "/peek" { _ = try? await body.next() }
            return HTTPResponse(status: 404, contentType: "text/plain", Array("gone".utf8))
        }
        try await withServer(handle: handle) { server in
            let client = try RawConnection(port: server.port)
            // Up to 1 MB is read to its end and the connection kept.
            for path in ["/", "/peek"] {
                try client.send("PUT \(path) HTTP/1.1\r\nHost: h\r\nContent-Length: 900000\r\n\r\n")
                try client.send([UInt8](repeating: 1, count: 900_000))
                #expect(try client.answer().text == "gone")
            }
            for framing in ["Content-Length: 30000000", "Transfer-Encoding: chunked"] {
                let client = try RawConnection(port: server.port)
                try client.send("PUT / HTTP/1.1\r\nHost: h\r\n\(framing)\r\n\r\n" + (framing.hasPrefix("T") ? "1C9C380\r\n" : ""))
                try client.send([UInt8](repeating: 1, count: 30_000_000))
                #expect(try client.readToEnd().hasSuffix("gone"))
            }
        }
    }

    @Test func `reading on after the response is an error, not a wait`() async throws {
        let result = Mutex<HTTPTransportError.Code?>(nil), done = Signal()
        let handle: HTTPServer.Handle = { _, body in
            HTTPResponse(
                status: 200,
                body: .stream { writer in
                    do throws(HTTPTransportError) { while try await body.next() != nil {} } catch { result.withLock { $0 = error.code } }
                    done.give()
                })
        }
        try await withServer(handle: handle) { server in
            let client = try RawConnection(port: server.port)
            try client.send(Self.head + "Content-Length: 6\r\n\r\nabc")
            try done.await()
            #expect(result.withLock { $0 } == .bodyDiscarded)
            try client.send("def")
            #expect(try client.answer().status == 200)
        }
    }

    @Test func `a hundred connections at once each get their own answers`() async throws {
        try await withServer { server in
            let clients = try (0..<100).map { _ in try RawConnection(port: server.port) }
            for round in 0..<5 {
                for (number, client) in clients.enumerated() {
                    try client.send("POST /\(number) HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n\(round)")
                }
                for (number, client) in clients.enumerated() { #expect(try client.answer().text == "POST /\(number) ? \n\(round)") }
            }
            #expect(server.counters.requests == 500 && server.counters.connectionsAccepted == 100 && server.counters.connectionsOpen == 100)
            withExtendedLifetime(clients) {}  // optimised code closes them after their last use
        }
    }
}

/// Bytes that tell where in a stream they belong: 0…250, over and over.
enum Pattern {
    private static let cycles = [UInt8]((0..<251 * 1_025).map { UInt8($0 % 251) })

    static func bytes(from start: Int, count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let phase = (start + bytes.count) % 251
            bytes += cycles[phase..<phase + min(251 * 1_024, count - bytes.count)]
        }
        return bytes
    }

    static func isThere(_ bytes: [UInt8], from start: Int) -> Bool {
        let expected = self.bytes(from: start, count: bytes.count)
        return bytes.isEmpty || memcmp(bytes, expected, bytes.count) == 0
    }
}

/// Shut until it is opened; tasks wait at it without holding a thread.
final class Gate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

    func open() {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            state.isOpen = true
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func wait() async {
        await withCheckedContinuation { waiter in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(waiter) }
                return state.isOpen
            }
            if isOpen { waiter.resume() }
        }
    }
}
