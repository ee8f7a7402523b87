import HTTPTransport
import Platform
import Synchronization
import Testing
import WireFormats

@Suite struct HTTPServerStopTests {
    private static let request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test func `an orderly stop finishes what is in work and takes no more`() async throws {
        let gate = Gate(), started = Signal()
        let server = try HTTPServer(
            time: SystemTime(),
            handle: { head, _ in
                started.give()
                if head.path == "/slow" { await gate.wait() }
                return HTTPResponse(status: 200, contentType: "text/plain", Array("done".utf8))
            })
        try await onThread {
            let slow = try RawConnection(port: server.port), other = try RawConnection(port: server.port),
                idle = try RawConnection(port: server.port)
            try other.send(Self.request)
            #expect(try other.answer().status == 200)
            try slow.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
            try started.await(times: 2)

            let stopped = Signal()
            Task {
                await server.stop(deadlineSeconds: 60)
                stopped.give()
            }
            #expect(eventually { (try? RawConnection(port: server.port)) == nil })
            try other.send(Self.request)
            let refusal = try other.answer()
            #expect(refusal.status == 503 && refusal.header("Connection") == "close")
            gate.open()
            let answer = try slow.answer()
            #expect(answer.text == "done" && answer.header("Connection") == "close")
            try stopped.await()
            for client in [slow, other, idle] { #expect(try client.readToEnd() == "") }
        }
        #expect(server.counters.requestsInFlight == 0 && server.counters.connectionsOpen == 0)
        await server.stop(deadlineSeconds: 1)  // a second time changes nothing
    }

    @Test func `closing does not wait for parked connections of any kind`() async throws {
        let started = Signal(), cancelled = Signal()
        let server = try HTTPServer(
            time: SystemTime(),
            handle: { head, body in
                started.give()
                switch head.path {
                case "/answer", "/room":
                    await untilCancelled()
                    cancelled.give()
                case "/body":
                    _ = try? await body.collect(limit: 1 << 20)
                    cancelled.give()
                default:
                    return HTTPResponse(
                        status: 200,
                        body: .stream { writer in
                            if head.path == "/full" {
                                while await writer.write([UInt8](repeating: 0, count: 100_000)) {}
                            } else {
                                await untilCancelled()
                            }
                            cancelled.give()
                        })
                }
                return HTTPResponse(status: 200)
            })
        try await onThread {
            let clients = try (0..<6).map { _ in try RawConnection(port: server.port) }
            try clients[0].send("GET /answer HTTP/1.1\r\nHost: h\r\n\r\n")
            try clients[1].send("GET /full HTTP/1.1\r\nHost: h\r\n\r\n")
            try clients[2].send("GET /silent HTTP/1.1\r\nHost: h\r\n\r\n")
            try clients[3].send("POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc")
            try clients[4].send("POST /room HTTP/1.1\r\nHost: h\r\nContent-Length: 10000000\r\n\r\n")
            _ = clients[4].sendWithoutWaiting([UInt8](repeating: 0, count: 1_000_000))
            try clients[5].send("GET / HT")
            try started.await(times: 5)
            let stopped = Signal()
            Task {
                await server.closeNow()
                stopped.give()
            }
            try stopped.await()
            try cancelled.await(times: 5)
            for client in clients { _ = try client.readToEnd() }
        }
    }

    @Test func `requests still in work at the deadline are cut`() async throws {
        let time = ManualTime(), started = Signal(), cancelled = Signal()
        let server = try HTTPServer(
            time: time,
            handle: { _, _ in
                started.give()
                await untilCancelled()
                cancelled.give()
                return HTTPResponse(status: 200)
            })
        try await onThread {
            let client = try RawConnection(port: server.port)
            try client.send(Self.request)
            try started.await()
            let stopped = Signal()
            Task {
                await server.stop(deadlineSeconds: 10)
                stopped.give()
            }
            #expect(eventually { (try? RawConnection(port: server.port)) == nil })
            #expect(server.counters.requestsInFlight == 1)
            time.advance(seconds: 11)
            try stopped.await()
            try cancelled.await()
            #expect(try client.readToEnd() == "")
        }
    }

    @Test func `stopping under load ends in time, with whole answers up to the end`() async throws {
        let counts = Mutex((answered: 0, refused: 0, broken: 0))
        for round in 0..<20 {
            let server = try HTTPServer(
                time: SystemTime(),
                handle: { head, body in
                    await Task.yield()
                    return await echo(head, body)
                })
            let ready = Signal(), ended = Signal()
            for _ in 0..<4 {
                _ = WorkerThread(name: "load") {
                    defer { ended.give() }
                    guard let client = try? RawConnection(port: server.port) else { return ready.give() }
                    for number in 0... {
                        guard (try? client.send(Self.request)) != nil else { return }
                        guard let answer = try? client.answer() else { return }
                        if answer.status == 200 {
                            counts.withLock { $0.answered += 1 }
                        } else if answer.status == 503 {
                            counts.withLock { $0.refused += 1 }
                        } else {
                            counts.withLock { $0.broken += 1 }
                        }
                        if number == 5 + round { ready.give() }
                    }
                }
            }
            try await ready.wait(times: 4)
            // Every other time without waiting for anyone: connections then end anywhere.
            await server.stop(deadlineSeconds: round.isMultiple(of: 2) ? 60 : 0)
            try await ended.wait(times: 4)
            #expect(server.counters.requestsInFlight == 0 && server.counters.connectionsOpen == 0)
        }
        let (answered, _, broken) = counts.withLock { $0 }
        #expect(answered >= 20 * 4 * 5 && broken == 0)
    }
}
