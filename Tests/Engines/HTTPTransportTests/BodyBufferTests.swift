@testable import HTTPTransport
import Testing

@Suite struct BodyBufferTests {
    private func take(_ body: inout IncomingBody, _ count: Int) -> IncomingBody.Taken {
        [UInt8](repeating: 7, count: count).withUnsafeBytes { body.take($0) }
    }

    private func next(_ body: inout IncomingBody) -> String {
        switch body.next() {
        case nil: "wait"
        case .end: "end"
        case .bytes(let bytes): "\(bytes.count)"
        case .failed(let error): "\(error.code)"
        }
    }

    @Test func `a body takes what its window holds and gives it in one piece`() {
        var body = IncomingBody(contentLength: nil, bytesMax: 100, windowBytes: 10)
        #expect(next(&body) == "wait")
        #expect(take(&body, 4) == .count(4))
        #expect(take(&body, 8) == .count(6))
        #expect(take(&body, 1) == .count(0))
        #expect(next(&body) == "10")
        #expect(next(&body) == "wait")
        #expect(take(&body, 1) == .count(1))
        body.complete()
        #expect(next(&body) == "1")
        #expect(next(&body) == "end" && next(&body) == "end")
        #expect(body.bytesReceived == 11)
    }

    @Test func `one byte above the limit is too large`() {
        var body = IncomingBody(contentLength: nil, bytesMax: 10, windowBytes: 20)
        #expect(take(&body, 10) == .count(10))
        #expect(take(&body, 1) == .tooLarge)
        #expect(next(&body) == "10")
    }

    @Test func `a failed body says so for ever, a discarded one takes a measured rest`() {
        var body = IncomingBody(contentLength: 30, bytesMax: 30, windowBytes: 20)
        #expect(take(&body, 5) == .count(5))
        body.discard(upTo: 10)
        #expect(next(&body) == "bodyDiscarded")
        #expect(take(&body, 10) == .count(10))
        #expect(body.bytesLeft == 15)
        #expect(take(&body, 1) == .tooLarge)
        body.fail(HTTPTransportError(code: .clientLeft, message: ""))
        #expect(next(&body) == "bodyDiscarded")
    }

    @Test func `what goes out comes in the order of the writes, in any size of read`() {
        for size in [1, 3, 7, 64] {
            var body = OutgoingBody(), out: [UInt8] = []
            var number: UInt8 = 0
            for count in [0, 1, 5, 0, 20, 3] {
                body.append((0..<count).map { number &+ UInt8($0) })
                number &+= UInt8(count)
            }
            body.end()
            #expect(body.bytesWaiting == 29 && body.isEnded)
            while true {
                var buffer = [UInt8](repeating: 0, count: size)
                let count = buffer.withUnsafeMutableBytes { body.move(into: $0) }
                if count == 0 { break }
                out += buffer[..<count]
            }
            #expect(out == Array(0..<29))
            #expect(body.bytesWaiting == 0)
        }
    }

    @Test func `a long queue of small pieces stays in order`() {
        var body = OutgoingBody(), written = 0, read = 0
        for round in 0..<5_000 {
            body.append([UInt8(truncatingIfNeeded: written)])
            written += 1
            guard round % 3 == 0 else { continue }
            var buffer: [UInt8] = [0]
            _ = buffer.withUnsafeMutableBytes { body.move(into: $0) }
            #expect(buffer[0] == UInt8(truncatingIfNeeded: read))
            read += 1
        }
        #expect(body.bytesWaiting == written - read)
        #expect(!body.isAboveHighWater)
        body.append([UInt8](repeating: 0, count: OutgoingBody.highWaterBytes))
        #expect(body.isAboveHighWater)
    }

    @Test func `collecting stops at the limit, whether announced or found out`() async throws {
        let here = HTTPBody([1, 2, 3])
        #expect(try await here.collect(limit: 3) == [1, 2, 3])
        #expect(try await here.collect(limit: 3) == [])
        await #expect(throws: HTTPTransportError.self) { try await HTTPBody([1, 2, 3]).collect(limit: 2) }
        let unannounced = HTTPBody(contentLength: nil, source: Pieces())
        await #expect(throws: HTTPTransportError.self) { try await unannounced.collect(limit: 1_000) }
    }

    /// A body without end.
    private struct Pieces: HTTPBodySource {
        func next() async throws(HTTPTransportError) -> [UInt8]? { [UInt8](repeating: 0, count: 64) }
    }

    @Test func `the table counts by address and forgets who left`() {
        var table = ConnectionTable(connectionsMax: 3, connectionsPerAddressMax: 2)
        table.add(Peer(socket: 1, address: "a", port: 1, now: 0))
        table.add(Peer(socket: 2, address: "a", port: 2, now: 0))
        #expect(table.verdict(on: "a") == .tooManyOfAddress && table.verdict(on: "b") == .welcome)
        table.add(Peer(socket: 3, address: "b", port: 3, now: 0))
        #expect(table.verdict(on: "c") == .full)
        table.remove(1)
        table.remove(1)
        #expect(table.verdict(on: "a") == .welcome)
        // A socket's number that comes again replaces its last owner.
        table.add(Peer(socket: 2, address: "b", port: 4, now: 0))
        #expect(table.peers.count == 2 && table.verdict(on: "b") == .tooManyOfAddress && table.verdict(on: "a") == .welcome)
    }
}
