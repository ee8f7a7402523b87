import HTTPTransport
import Platform
import Synchronization
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

    @Test(arguments: [
        ("GET / HTTP/1.1", "GET / ? \n"), ("GET /? HTTP/1.1", "GET / ? \n"), ("GET /a?b?c HTTP/1.1", "GET /a ? b?c\n"),
        ("GET /%00%0d%0a+%2B HTTP/1.1", "GET /%00%0d%0a+%2B ? \n"), ("DELETE /?a&a=&=&&b=%zz HTTP/1.1", "DELETE / ? a&a=&=&&b=%zz\n"),
        ("GET http://h:80/p?q HTTP/1.1", "GET /p ? q\n"), ("GET HTTPS://h?q HTTP/1.1", "GET / ? q\n"),
        ("OPTIONS * HTTP/1.1", "OPTIONS * ? \n"),
        ("X-CUSTOM /../x HTTP/1.1", "X-CUSTOM /../x ? \n"),
    ])
    func `the handler sees the target as it was sent`(line: String, seen: String) async throws {
        try await withServer { server in
            let client = try RawConnection(port: server.port)
            try client.send("\(line)\r\nHost: h\r\n\r\n")
            #expect(try client.answer().text == seen)
        }
    }

    @Test func `fields come in order, repeated ones too, without the blanks around them`() async throws {
        let list: HTTPServer.Handle = { head, _ in
            let text = head.headers.fields.map { "\($0.name)=\($0.value)" }.joined(separator: "|")
            return HTTPResponse(status: 200, contentType: "text/plain", Array(text.utf8))
        }
        try await withServer(handle: list) { server in
            let client = try RawConnection(port: server.port)
            try client.send(
                "GET / HTTP/1.1\r\nHost: h\r\nA:1\r\na:  2 \t \r\nEmpty:\r\nBlank: \r\nC: x: y\r\nCookie: a=b; c=\"d\"\r\nU: \u{e4}\r\n\r\n"
            )
            #expect(try client.answer().text == "Host=h|A=1|a=2|Empty=|Blank=|C=x: y|Cookie=a=b; c=\"d\"|U=\u{e4}")
        }
    }

    @Test func `the peer is the other end of the socket`() async throws {
        try await withServer(handle: { head, _ in HTTPResponse(status: 200, contentType: "text/plain", Array(head.peer.utf8)) }) { server in
            let client = try RawConnection(port: server.port)
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.answer().text == "127.0.0.1:\(client.localPort)")
        }
    }

    @Test func `three requests in one write are answered in their order on one connection`() async throws {
        try await withServer { server in
            let client = try RawConnection(port: server.port)
            try client.send(
                "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\ntwo"
                    + "POST /3 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nthree\r\n0\r\nTrailer: t\r\n\r\n")
            #expect(try client.answer().text == "GET /1 ? \n")
            #expect(try client.answer().text == "POST /2 ? \ntwo")
            #expect(try client.answer().text == "POST /3 ? \nthree")
            #expect(server.counters.requests == 3 && server.counters.connectionsAccepted == 1)
        }
    }

    @Test func `a request that arrives a byte at a time is the same request`() async throws {
        try await withServer { server in
            let client = try RawConnection(port: server.port)
            for byte in "POST /slow?q HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\r\n"
                .utf8
            {
                try client.send([byte])
            }
            #expect(try client.answer().text == "POST /slow ? q\nabc0123456789")
        }
    }

    @Test func `HEAD gets the head only, and the connection goes on`() async throws {
        try await withServer { server in
            let client = try RawConnection(port: server.port)
            try client.send("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\nGET /y HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.answer(isHead: true).header("Content-Length") == "11")
            #expect(try client.answer().text == "GET /y ? \n")
        }
    }

    @Test func `where no body is sent the stream is not asked for one`() async throws {
        let isAsked = Mutex(false)
        let handle: HTTPServer.Handle = { head, _ in
            HTTPResponse(status: ["/a": 204, "/b": 304][head.path] ?? 200, body: .stream { _ in isAsked.withLock { $0 = true } })
        }
        try await withServer(handle: handle) { server in
            for (line, status) in [("GET /a", 204), ("GET /b", 304), ("HEAD /c", 200)] {
                let client = try RawConnection(port: server.port)
                try client.send("\(line) HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(try client.answer(isHead: true).status == status)
                #expect(try client.readToEnd() == "")
            }
            #expect(!isAsked.withLock { $0 })
        }
    }

    @Test func `a client that asks before it sends is told to go on`() async throws {
        try await withServer { server in
            let client = try RawConnection(port: server.port)
            try client.send("PUT /e HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            #expect(try client.answer().status == 100)
            try client.send("ok")
            #expect(try client.answer().text == "PUT /e ? \nok")
        }
    }

    @Test func `a connection stays or closes as both sides want`() async throws {
        let handle: HTTPServer.Handle = { head, _ in
            HTTPResponse(status: 200, headers: head.path == "/close" ? ["Connection": "close"] : [:])
        }
        try await withServer(handle: handle) { server in
            for (request, stays) in [
                ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", true), ("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", false),
                ("GET / HTTP/1.0\r\n\r\n", false), ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true),
                ("GET /close HTTP/1.1\r\nHost: h\r\n\r\n", false),
            ] {
                let client = try RawConnection(port: server.port)
                try client.send(request)
                #expect(try client.answer().status == 200)
                if stays {
                    try client.send(request)
                    #expect(try client.answer().status == 200, "\(request)")
                } else {
                    #expect(try client.readToEnd() == "", "\(request)")
                }
            }
        }
    }

    @Test func `admission answers before the body is read`() async throws {
        let admit: HTTPServer.Admit = { head, _ in
            head.headers["Authorization"] == nil
                ? .refuse(HTTPResponse(status: 403, contentType: "text/plain", Array("no".utf8))) : .accept(bodyBytesMax: 3)
        }
        try await withServer(admit: admit) { server in
            let client = try RawConnection(port: server.port)
            // Without a body, or with a short one: the connection goes on.
            try client.send(
                "GET / HTTP/1.1\r\nHost: h\r\n\r\nPOST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbodyGET / HTTP/1.1\r\nHost: h\r\nAuthorization: x\r\n\r\n"
            )
            for status in [403, 403, 200] { #expect(try client.answer().status == status) }
            // A body above the request's own limit.
            try client.send("PUT / HTTP/1.1\r\nHost: h\r\nAuthorization: x\r\nContent-Length: 4\r\n\r\nbody")
            #expect(try client.answer().status == 413)
            // A client that asked need not send it at all.
            try client.send("PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4000000\r\n\r\n")
            #expect(try client.answer().status == 403)
            #expect(try client.readToEnd() == "")
            // A long one is answered while it is sent, and the client may finish a while.
            let talker = try RawConnection(port: server.port)
            try talker.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4000000\r\n\r\n")
            try talker.send([UInt8](repeating: 7, count: 4_000_000))
            #expect(try talker.readToEnd().hasSuffix("\r\n\r\nno"))
            #expect(server.counters.refused == [.admission: 4, .bodyTooLarge: 1])
        }
    }

    @Test func `a response's fields go out as given, but for those of the transport`() async throws {
        let handle: HTTPServer.Handle = { _, _ in
            var response = HTTPResponse(
                status: 200,
                headers: [
                    "X-Empty": "", "X": "1", "x": "2", "Content-Length": "77", "Transfer-Encoding": "gzip", "Connection": "keep-alive",
                    "Date": "now",
                ], body: .bytes([65]))
            response.headers.add("X-Text", "\u{e4} \"b\"")
            return response
        }
        try await withServer(handle: handle) { server in
            let client = try RawConnection(port: server.port)
            try client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            let answer = try client.answer()
            #expect(answer.text == "A")
            for line in ["\r\nX: 1\r\n", "\r\nx: 2\r\n", "\r\nX-Text: \u{e4} \"b\"\r\n"] { #expect(answer.head.contains(line), "\(line)") }
            #expect(answer.header("X-Empty") == "")
            for text in ["77", "gzip", "keep-alive", "now"] { #expect(!answer.head.contains(text), "\(text)") }
        }
    }

    @Test func `a response that cannot be sent is a 500`() async throws {
        let handle: HTTPServer.Handle = { head, _ in
            switch head.path {
            case "/field": HTTPResponse(status: 200, headers: ["X": "a\r\nY: b"])
            case "/zero": HTTPResponse(status: 200, headers: ["X": "a\0b"])
            case "/name": HTTPResponse(status: 200, headers: ["X y": "a"])
            default: HTTPResponse(status: 42)
            }
        }
        try await withServer(handle: handle) { server in
            for path in ["/field", "/zero", "/name", "/status"] {
                let client = try RawConnection(port: server.port)
                try client.send("GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n")
                let answer = try client.answer()
                #expect(answer.status == 500 && answer.header("Y") == nil, "\(path)")
            }
            #expect(server.counters.unsendable == 4)
        }
    }

    @Test func `a port that is taken is reported`() async throws {
        try await withServer { server in
            var code: HTTPTransportError.Code?
            do throws(HTTPTransportError) {
                _ = try HTTPServer(.init(port: UInt16(server.port)), time: SystemTime(), handle: echo)
            } catch { code = error.code }
            #expect(code == .addressInUse)
            do throws(HTTPTransportError) { _ = try HTTPServer(.init(host: "192.0.2.1"), time: SystemTime(), handle: echo) } catch {
                code = error.code
            }
            #expect(code == .addressInvalid)
        }
    }

    @Test func `a server on an IPv6 address serves`() async throws {
        let server = try HTTPServer(
            .init(host: "::1"), time: SystemTime(),
            handle: { head, _ in
                HTTPResponse(status: 200, contentType: "text/plain", Array(head.peer.utf8))
            })
        let client = try HTTPClient()
        let answer = try await client.send(HTTPClientRequest(url: "http://[::1]:\(server.port)/"))
        #expect(String(decoding: answer.body, as: UTF8.self).hasPrefix("[::1]:"))
        await client.close()
        await server.closeNow()
    }
}
