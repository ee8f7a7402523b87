import HTTPTransport
import Platform
import Synchronization
import Testing
import WireFormats

@Suite struct HTTPClientTests {
    /// Starts a server and a client, runs the test, stops both.
    private func withPair(
        handle: @escaping HTTPServer.Handle, mayConnect: @escaping HTTPClient.MayConnect = { _ in true },
        _ test: (String, HTTPClient, HTTPServer) async throws -> Void
    ) async throws {
        let server = try HTTPServer(time: SystemTime(), handle: handle)
        let client = try HTTPClient(mayConnect: mayConnect)
        let result: Result<Void, any Error>
        do { result = .success(try await test("http://127.0.0.1:\(server.port)", client, server)) } catch { result = .failure(error) }
        await client.close()
        await server.closeNow()
        try result.get()
    }

    private func code(of work: () async throws -> Void) async -> HTTPTransportError.Code? {
        do { try await work() } catch let error as HTTPTransportError { return error.code } catch {}
        return nil
    }

    private let mirror: HTTPServer.Handle = { head, body in
        let bytes = (try? await body.collect(limit: 10 << 20)) ?? []
        var lines = "\(head.method) \(head.path)?\(head.query)\n"
        for (name, value) in head.headers.fields { lines += "\(name.lowercased()): \(value)\n" }
        var response = HTTPResponse(status: 202, headers: ["X-Seen": "yes", "X-Twice": "1"], body: .bytes(Array(lines.utf8) + bytes))
        response.headers.add("X-Twice", "2")
        return response
    }

    @Test func `method, path, headers and body arrive as given and the answer comes back whole`() async throws {
        try await withPair(handle: mirror) { url, client, _ in
            var request = HTTPClientRequest(method: "POST", url: url + "/a/../b%20c?x=1", headers: ["X-A": "v w", "X-Empty": ""], body: Array("hello".utf8))
            var response = try await client.send(request)
            let text = String(decoding: response.body, as: UTF8.self)
            #expect(response.status == 202)
            #expect(response.headers["x-seen"] == "yes")
            #expect(response.headers.values(of: "X-Twice") == ["1", "2"])
            #expect(text.hasPrefix("POST /a/../b%20c?x=1\n"))
            #expect(text.hasSuffix("\nhello"))
            for line in ["x-a: v w", "x-empty: ", "content-length: 5"] { #expect(text.contains("\n\(line)\n")) }
            for absent in ["\ncontent-type:", "\nexpect:"] { #expect(!text.contains(absent)) }

            request = HTTPClientRequest(method: "POST", url: url + "/", headers: ["Content-Type": "text/plain"])
            response = try await client.send(request)
            #expect(String(decoding: response.body, as: UTF8.self).contains("content-length: 0"))
            #expect(String(decoding: response.body, as: UTF8.self).contains("content-type: text/plain"))

            response = try await client.send(HTTPClientRequest(method: "HEAD", url: url + "/"))
            #expect(response.status == 202 && response.body.isEmpty)
            response = try await client.send(HTTPClientRequest(method: "DELETE", url: url + "/d"))
            #expect(String(decoding: response.body, as: UTF8.self).hasPrefix("DELETE /d?\n"))
        }
    }

    @Test func `a connection is used again`() async throws {
        try await withPair(handle: mirror) { url, client, server in
            for _ in 0..<5 { _ = try await client.send(HTTPClientRequest(url: url)) }
            #expect(server.counters.requests == 5)
            #expect(server.counters.connectionsAccepted == 1)
        }
    }

    @Test func `fifty requests at once all get their own answer`() async throws {
        try await withPair(handle: mirror) { url, client, _ in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        let body = [UInt8](repeating: UInt8(number), count: 100_000)
                        return try await client.send(HTTPClientRequest(method: "PUT", url: url, body: body)).body.suffix(100_000) == body[...]
                    }
                }
                for try await isSame in group { #expect(isSame) }
            }
        }
    }

    @Test func `redirects are given to the caller`() async throws {
        try await withPair(handle: { _, _ in HTTPResponse(status: 302, headers: ["Location": "http://127.0.0.1:1/"]) }) { url, client, server in
            let status = try await client.send(HTTPClientRequest(url: url)).status
            #expect(status == 302)
            #expect(server.counters.requests == 1)
        }
    }

    @Test func `an answer that takes too long or is too large is an error`() async throws {
        try await withPair(handle: { head, _ in
            if head.path == "/large" { return HTTPResponse(status: 200, contentType: "a/b", [UInt8](repeating: 0, count: 100_001)) }
            await untilCancelled()
            return HTTPResponse(status: 200)
        }) { url, client, _ in
            #expect(await code { _ = try await client.send(HTTPClientRequest(url: url, totalSecondsMax: 0.1)) } == .timedOut)
            let large = HTTPClientRequest(url: url + "/large", responseBytesMax: 100_000)
            #expect(await code { _ = try await client.send(large) } == .responseTooLarge)
            var enough = large
            enough.responseBytesMax = 100_001
            let count = try await client.send(enough).body.count
            #expect(count == 100_001)
        }
    }

    @Test func `each failure to connect has its own code`() async throws {
        let client = try HTTPClient()
        let unused = try HTTPServer(time: SystemTime(), handle: mirror)
        await unused.closeNow()
        #expect(await code { _ = try await client.send(HTTPClientRequest(url: "http://127.0.0.1:\(unused.port)/")) } == .connectionFailed)
        #expect(await code { _ = try await client.send(HTTPClientRequest(url: "http://no.such.name.invalid/")) } == .unresolved)
        for url in ["ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/", "http://", "", "http://a b/", "http://h/\r\nX: y"] {
            #expect(await code { _ = try await client.send(HTTPClientRequest(url: url)) } == .invalidRequest, "\(url)")
        }
        await client.close()
        #expect(await code { _ = try await client.send(HTTPClientRequest(url: "http://127.0.0.1/")) } == .closed)
    }

    @Test func `TLS spoken to a plain server is a TLS error`() async throws {
        try await withPair(handle: mirror) { _, client, server in
            #expect(await code { _ = try await client.send(HTTPClientRequest(url: "https://127.0.0.1:\(server.port)/")) } == .tls)
        }
    }

    @Test func `an address that is not allowed is never connected to`() async throws {
        let seen = Mutex<[NetworkAddress]>([])
        try await withPair(handle: mirror, mayConnect: { address in
            seen.withLock { $0.append(address) }
            return address.reach == .global
        }) { url, client, server in
            #expect(await code { _ = try await client.send(HTTPClientRequest(url: url)) } == .addressRefused)
            // By name as well: what counts is where the name leads.
            #expect(await code { _ = try await client.send(HTTPClientRequest(url: "http://localhost:\(server.port)/")) } == .addressRefused)
            #expect(server.counters.connectionsAccepted == 0)
            #expect(seen.withLock { $0.first } == NetworkAddress(bytes: [127, 0, 0, 1], port: UInt16(server.port)))
        }
    }

    @Test(arguments: [
        HTTPClientRequest(method: "GE T", url: "http://127.0.0.1/"), HTTPClientRequest(method: "", url: "http://127.0.0.1/"),
        HTTPClientRequest(url: "http://127.0.0.1/", headers: ["X": "a\r\nY: b"]), HTTPClientRequest(url: "http://127.0.0.1/", headers: ["X y": "a"]),
        HTTPClientRequest(url: "http://127.0.0.1/", headers: ["X": "a\0b"]), HTTPClientRequest(url: "http://127.0.0.1/", headers: ["": "a"]),
    ])
    func `nothing in a request can become another header line`(request: HTTPClientRequest) async throws {
        let client = try HTTPClient()
        #expect(await code { _ = try await client.send(request) } == .invalidRequest)
        await client.close()
    }

    @Test func `cancelling the task ends the request, before its start as well`() async throws {
        let arrived = Signal()
        try await withPair(handle: { _, _ in
            arrived.give()
            await untilCancelled()
            return HTTPResponse(status: 200)
        }) { url, client, _ in
            let task = Task { await code { _ = try await client.send(HTTPClientRequest(url: url)) } }
            try await arrived.wait()
            task.cancel()
            #expect(await task.value == .cancelled)
            let early = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return await code { _ = try await client.send(HTTPClientRequest(url: url)) }
            }
            #expect(await early.value == .cancelled)
        }
    }

    @Test func `closing fails what is under way`() async throws {
        let arrived = Signal()
        try await withPair(handle: { _, _ in
            arrived.give()
            await untilCancelled()
            return HTTPResponse(status: 200)
        }) { url, client, _ in
            async let failure = code { _ = try await client.send(HTTPClientRequest(url: url)) }
            try await arrived.wait()
            await client.close()
            #expect(await failure == .closed)
        }
    }

    @Test(arguments: [
        ([127, 1, 2, 3], NetworkAddress.Reach.loopback), ([10, 0, 0, 1], .privateUse), ([172, 32, 0, 1], .global), ([172, 31, 0, 1], .privateUse),
        ([192, 168, 1, 1], .privateUse), ([169, 254, 169, 254], .linkLocal), ([0, 0, 0, 0], .special), ([255, 255, 255, 255], .special),
        ([224, 0, 0, 1], .special), ([8, 8, 8, 8], .global), ([100, 64, 0, 1], .privateUse), ([1], .special),
        ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], .loopback), ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 0, 0, 1], .privateUse),
        ([0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], .linkLocal), ([0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], .privateUse),
        ([0x20, 0x02, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], .loopback), ([0x26, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], .global),
        ([0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0, 169, 254, 0, 1], .linkLocal), ([0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], .special),
    ])
    func `the reach of an address is known`(bytes: [UInt8], reach: NetworkAddress.Reach) {
        #expect(NetworkAddress(bytes: bytes, port: 80).reach == reach)
    }
}
