import AWSProtocol
import HTTPTransport
import SignalModel
import Testing
import WireFormats

@testable import Demonstrations

struct AWSClientTests {
    private let clock = HastyClock(), words = Words()

    private func client(_ server: StubServer, _ http: HTTPClient) -> AWSClient {
        AWSClient(endpoint: server.endpoint, credentials: .forOpenServers, http: http, time: clock, callSecondsMax: StubServer.patience, say: words.say)
    }

    private static let calls: [AWSCall] = [
        .cloudWatch("ListMetrics", ["Namespace": "EventPro"]), .logs("DescribeLogGroups", ["limit": 3]),
        .xray("PutTraceSegments", path: "/TraceSegments", ["TraceSegmentDocuments": []]),
        .sns("Publish", [("TopicArn", "arn:aws:sns:us-east-1:000000000000:a"), ("Message", "one & two = ü")]),
    ]

    @Test func `calls have the shape of their protocol`() async throws {
        let server = try StubServer(), http = try HTTPClient()
        for call in Self.calls { try await client(server, http).send(call) }
        let asked = server.asked
        #expect(asked.map(\.head.method) == ["POST", "POST", "POST", "POST"])
        #expect(asked.map(\.head.path) == ["/", "/", "/TraceSegments", "/"])
        #expect(
            asked.map { $0.head.headers["Content-Type"] } == [
                "application/x-amz-json-1.0", "application/x-amz-json-1.1", "application/json",
                "application/x-www-form-urlencoded; charset=utf-8",
            ])
        #expect(
            asked.map { $0.head.headers["X-Amz-Target"] } == [
                "GraniteServiceVersion20100801.ListMetrics", "Logs_20140328.DescribeLogGroups", nil, nil,
            ])
        #expect(String(decoding: asked[0].body, as: UTF8.self) == #"{"Namespace":"EventPro"}"#)
        #expect(
            String(decoding: asked[3].body, as: UTF8.self)
                == "Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A000000000000%3Aa&Message=one%20%26%20two%20%3D%20%C3%BC"
        )
        await http.close()
        await server.server.closeNow()
    }

    @Test func `every call is signed by the account, for its service, over what really was sent`() async throws {
        let server = try StubServer(), http = try HTTPClient()
        for call in Self.calls { try await client(server, http).send(call) }
        let services = try server.asked.map { asked in
            let scope = try #require(try CredentialScope(of: asked.head))
            #expect(scope.accessKeyID == "000000000000")
            #expect(scope.region == "us-east-1" && scope.date == "20260131")
            // Signed again from what arrived: the same signature means that nothing was changed on the way.
            var again = asked.head
            let names = try #require(asked.head.headers["Authorization"]?.firstMatch(of: #/SignedHeaders=([^,]+)/#)).1.split(separator: ";")
                .map(String.init)
            again.headers = [:]
            for name in names where name != "x-amz-date" { again.headers.add(name, asked.head.headers[name] ?? "") }
            let signer = SignatureV4(
                credentials: SigningCredentials(accessKeyID: "000000000000", secretAccessKey: "eventpro"), region: "us-east-1",
                service: scope.service)
            signer.sign(&again, body: asked.body, at: Timestamp(nanoseconds: clock.wallNanoseconds))
            #expect(again.headers["Authorization"] == asked.head.headers["Authorization"])
            #expect(names.contains("host") && names.contains("x-amz-date"))
            return scope.service
        }
        #expect(services == ["monitoring", "logs", "xray", "sns"])
        await http.close()
        await server.server.closeNow()
    }

    @Test(arguments: [503, 429, 500, 400])
    func `a busy server is asked again, later and later, and it is said once`(status: Int) async throws {
        let server = try StubServer { _, earlier in
            earlier.count < 7 ? StubServer.error("ThrottlingException", status: status) : StubServer.json("{}")
        }
        let http = try HTTPClient()
        let answer = try await client(server, http).send(.logs("DescribeLogGroups", [:]))
        #expect(answer.isSuccess && server.asked.count == 8)
        #expect(clock.sleeps == [200, 500, 1000, 2000, 5000, 5000, 5000].map { $0 * 1_000_000 })
        #expect(words.all.count == 2 && words.all[0].contains("trying again") && words.all[1] == "the server is back")
        await http.close()
        await server.server.closeNow()
    }

    @Test func `a refusal is thrown with its code, in each protocol's form`() async throws {
        let answers: [HTTPResponse] = [
            StubServer.error("com.amazonaws.logs#ResourceNotFoundException"),
            HTTPResponse(
                status: 400, headers: ["X-Amzn-ErrorType": "InvalidRequestException:http://x/"],
                body: .bytes(Array(#"{"Message":"because"}"#.utf8))),
            HTTPResponse(
                status: 404, contentType: "text/xml",
                Array(
                    "<ErrorResponse><Error><Type>Sender</Type><Code>NotFound</Code><Message>because</Message></Error></ErrorResponse>".utf8)
            ),
        ]
        let server = try StubServer { _, earlier in answers[earlier.count] }
        let http = try HTTPClient()
        for code in ["ResourceNotFoundException", "InvalidRequestException", "NotFound"] {
            let error = await #expect(throws: DemonstrationError.self) { try await client(server, http).send(.logs("GetLogEvents", [:])) }
            #expect(error?.code == .refused(reason: code))
            #expect(error?.message == "cannot call GetLogEvents: \(code) because")
        }
        #expect(words.all.isEmpty)
        await http.close()
        await server.server.closeNow()
    }

    @Test func `a server that restarts is waited for`() async throws {
        let first = try StubServer(host: "127.0.0.2"), http = try HTTPClient()
        let client = client(first, http), port = first.server.port
        try await client.send(.logs("DescribeLogGroups", [:]))
        await first.server.closeNow()
        let calling = Task { try await client.send(.logs("DescribeLogStreams", [:])) }
        while words.all.isEmpty { await Task.yield() }
        let second = try StubServer(host: "127.0.0.2", port: Int(port))
        #expect(try await calling.value.isSuccess)
        #expect(second.asked.map(\.operation) == ["DescribeLogStreams"])
        #expect(words.all.count == 2 && words.all[1] == "the server is back")
        await http.close()
        await second.server.closeNow()
    }

    @Test func `a cancelled task does not wait for a server`() async throws {
        let server = try StubServer(host: "127.0.0.3"), http = try HTTPClient()
        let client = client(server, http)
        await server.server.closeNow()
        let calling = Task { try await client.send(.logs("DescribeLogGroups", [:])) }
        while words.all.isEmpty { await Task.yield() }
        calling.cancel()
        await #expect(throws: CancellationError.self) { try await calling.value }
        await http.close()
    }
}

struct EndpointTests {
    @Test(arguments: [
        ("http://127.0.0.1:4566", "127.0.0.1:4566", true), ("https://watch.example/", "watch.example", false),
        ("http://[::1]:80", "[::1]:80", true), ("http://localhost:1", "localhost:1", true), ("http://128.0.0.1", "128.0.0.1", false),
    ])
    func `an address is read`(text: String, authority: String, isLoopback: Bool) throws {
        let endpoint = try #require(Endpoint(text))
        #expect(endpoint.authority == authority && endpoint.isLoopback == isLoopback)
        #expect(endpoint.url("/x").hasSuffix(authority + "/x"))
    }

    @Test(arguments: [
        "", "127.0.0.1:4566", "ftp://a", "http://", "http://a/b", "http://a?b", "http://u@a", "http://a b", "http://a\r\nX: y",
    ])
    func `what is no address is refused`(text: String) { #expect(Endpoint(text) == nil) }
}
