import HTTPTransport
import Platform
import Testing
import WireFormats

/// Starts a server, runs the test on a thread of its own, stops the server.
func withServer<Value: Sendable>(
    _ configuration: HTTPServer.Configuration = .init(), time: any TimeSource = SystemTime(),
    admit: @escaping HTTPServer.Admit = { _, _ in .accept() }, handle: @escaping HTTPServer.Handle = echo,
    _ test: @escaping @Sendable (HTTPServer) throws -> Value
) async throws -> Value {
    let server = try HTTPServer(configuration, time: time, admit: admit, handle: handle)
    let result: Result<Value, any Error>
    do { result = .success(try await onThread { try test(server) }) } catch { result = .failure(error) }
    await server.closeNow()
    #expect(server.counters.requestsInFlight == 0)
    #expect(server.counters.connectionsOpen == 0)
    return try result.get()
}

/// Answers with the request's line, selected fields and body.
let echo: HTTPServer.Handle = { head, body in
    do throws(HTTPTransportError) {
        var bytes = Array("\(head.method) \(head.path) ? \(head.query)\n".utf8)
        bytes += try await body.collect(limit: 100 << 20)
        return HTTPResponse(status: 200, contentType: "text/plain", bytes)
    } catch {
        return HTTPResponse(status: 400, contentType: "text/plain", Array("\(error.code)".utf8))
    }
}

@Suite struct HTTPServerTests {
    @Test func `a request with a body is answered with what the handler says`() async throws {
        try await withServer { server in
            let client = try RawConnection(port: server.port)
            try client.send("POST /a%20b/c?x=1&y=%2F HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello")
            let answer = try client.answer()
            #expect(answer.status == 200)
            #expect(answer.text == "POST /a%20b/c ? x=1&y=%2F\nhello")
            #expect(answer.header("Content-Type") == "text/plain")
            #expect(answer.header("Date") != nil)
        }
    }
}
