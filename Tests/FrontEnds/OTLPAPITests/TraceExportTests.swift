import Bytes
import Columns
import Platform
import SignalModel
import Simulation
import Testing
import WireFormats

@testable import OTLPAPI

/// The door over a store of arrays: bytes in, rows out.
private struct Door {
    let store = ModelStore()
    let clock = ManualClock()
    let memory = MemoryBudget(name: "ingest", bytesMax: 64 << 20)
    let api: OTLPAPI
    var now: Int64 { clock.wallNanoseconds }

    init() {
        api = OTLPAPI(
            writer: store, committer: store, memory: memory, clock: clock, random: RandomSource(SeededRandom(seed: 1)), region: "us-east-1")
    }

    struct Answer {
        let status: Int
        let headers: HTTPHeaders
        let body: [UInt8]

        /// google.rpc.Status in protobuf.
        var message: String {
            get throws {
                try body.withUnsafeBytes { raw in
                    var reader = ProtobufReader(raw)
                    while let field = try reader.nextField() {
                        if field == .init(2, .bytes) { return String(decoding: try reader.bytes(), as: UTF8.self) }
                        try reader.skip(field)
                    }
                    return ""
                }
            }
        }

        var json: WireNode { get throws { try WireDocument(json: body).root } }
    }

    func send(
        _ body: [UInt8], type: String? = "application/x-protobuf", encoding: String? = nil, method: String = "POST",
        path: String = "/v1/traces", orgID: String? = nil
    ) async throws -> Answer {
        var headers = HTTPHeaders()
        if let type { headers.set("Content-Type", type) }
        if let encoding { headers.set("Content-Encoding", encoding) }
        if let orgID { headers.set("X-Scope-OrgID", orgID) }
        let response = try #require(await api.answer(HTTPRequestHead(method: method, path: path, headers: headers), body: body))
        guard case .bytes(let bytes) = response.body else { return Answer(status: response.status, headers: response.headers, body: []) }
        return Answer(status: response.status, headers: response.headers, body: bytes)
    }

    /// The stored rows by span id, every column.
    func rows(_ tenant: Tenant = Tenant(account: Tenant.openAccount, region: "us-east-1")) async throws -> [[SpanColumn: Vector]] {
        let budget = QueryBudget(clock: clock, seconds: 60, bytesMax: 1 << 30)
        var cursor = try await store.scan(SpanScan(tenant: tenant, projection: SpanColumn.allCases, budget: budget))
        var chunk = ColumnChunk()
        var rows: [[SpanColumn: Vector]] = []
        while try await cursor.next(into: &chunk) {
            for row in 0..<chunk.rowCount {
                rows.append(Dictionary(uniqueKeysWithValues: SpanColumn.allCases.map { ($0, chunk.columns[$0.rawValue].vector.gathered([row])) }))
            }
        }
        return rows.sorted { ($0[.span]?.uint64s?[0] ?? 0) < ($1[.span]?.uint64s?[0] ?? 0) }
    }
}

private func text(_ row: [SpanColumn: Vector], _ column: SpanColumn) -> String { row[column]?.strings?.text(at: 0) ?? "absent" }

private func one(_ bytes: [UInt8]) -> Vector {
    var vector = BytesVector()
    vector.append(bytes)
    return .bytes(vector)
}

struct TraceExportTests {
    @Test func `a span becomes columns, and what has no column is kept as it came`() async throws {
        let door = Door()
        let attributes = [TraceMessages.attribute("http.response.status_code", integer: 503), TraceMessages.attribute("user", text: "ü")]
        let event = TraceMessages.message { $0.append(2, text: "exception") }
        let span = TraceMessages.span(parent: [UInt8](9...16), start: door.now, nanoseconds: 7_000_000) { span in
            span.append(3, text: "vendor=1")
            for attribute in attributes { span.append(9, attribute) }
            span.append(11, event)
            span.append(15, TraceMessages.message { $0.append(3, varint: 2) })
            span.append(16, fixed32: 0x101)
            span.append(99, text: "of a newer sender")
        }
        let answer = try await door.send(TraceMessages.request(spans: [span]))
        #expect(answer.status == 200 && answer.body.isEmpty)
        #expect(answer.headers["Content-Type"] == "application/x-protobuf")
        let row = try #require(try await door.rows().first)
        #expect(row[.traceHigh] == .uint64([0x0102_0304_0506_0708]) && row[.traceLow] == .uint64([0x090a_0b0c_0d0e_0f10]))
        #expect(row[.span] == .uint64([0x0102_0304_0506_0708]) && row[.parent] == .uint64([0x090a_0b0c_0d0e_0f10]))
        #expect(row[.start] == .int64([door.now]) && row[.end] == .int64([door.now + 7_000_000]))
        #expect(text(row, .service) == "shop" && text(row, .name) == "GET /")
        #expect(row[.kind] == .uint8([SpanKind.server.rawValue]) && row[.status] == .uint8([SpanStatus.error.rawValue]))
        #expect(row[.flags] == .uint8([SpanFlags([.otlp, .fault]).rawValue]))
        #expect(row[.attributes] == one(TraceMessages.message { for attribute in attributes { $0.append(9, attribute) } }))
        let details = TraceMessages.message { span in
            span.append(3, text: "vendor=1")
            span.append(11, event)
            span.append(15, TraceMessages.message { $0.append(3, varint: 2) })
            span.append(16, fixed32: 0x101)
            span.append(99, text: "of a newer sender")
        }
        #expect(row[.document] == one(details))
    }

    @Test func `every span has the resource and scope that it was sent under, wherever they stand in the message`() async throws {
        let door = Door()
        let scopes: [[UInt8]] = ["a", "b"].enumerated().map { place, name in
            TraceMessages.message { scopeSpans in
                for index in 0..<2 {
                    scopeSpans.append(2, TraceMessages.span(span: [0, 0, 0, 0, 0, 0, UInt8(place), UInt8(index + 1)], start: door.now))
                }
                scopeSpans.append(3, text: "https://schema/\(name)")
                scopeSpans.append(1, TraceMessages.message { $0.append(1, text: name) })
            }
        }
        let resource = TraceMessages.message { $0.append(1, TraceMessages.attribute("service.name", text: "late")) }
        let request = TraceMessages.message { request in
            request.append(1, TraceMessages.message { spans in
                for scope in scopes { spans.append(2, scope) }
                spans.append(1, resource)
            })
        }
        #expect(try await door.send(request).status == 200)
        let rows = try await door.rows()
        #expect(rows.map { text($0, .service) } == ["late", "late", "late", "late"])
        for (row, name) in zip(rows, ["a", "a", "b", "b"]) {
            let context = try #require(row[.context]?.strings)
            let (scope, kept) = try Array(context[0]).withUnsafeBytes { raw in
                (Array(try SpanContext.part(SpanContext.scope, of: raw)), Array(try SpanContext.resource(of: raw)))
            }
            #expect(scope == TraceMessages.message { $0.append(1, text: name) })
            #expect(kept == resource)
        }
    }

    @Test func `spans that cannot be kept are counted with the first reason, and the others are stored`() async throws {
        let door = Door()
        let day: Int64 = 86_400_000_000_000
        let request = TraceMessages.request(spans: [
            TraceMessages.span(trace: [1, 2], start: door.now), TraceMessages.span(trace: [UInt8](repeating: 0, count: 16), start: door.now),
            TraceMessages.span(span: [UInt8](repeating: 0, count: 8), start: door.now), TraceMessages.span(parent: [1], start: door.now),
            TraceMessages.span(start: 0), TraceMessages.span(start: door.now - 31 * day), TraceMessages.span(start: door.now),
        ])
        let answer = try await door.send(request)
        #expect(answer.status == 200)
        let partial = TraceMessages.message { response in
            response.append(1, TraceMessages.message {
                $0.append(1, varint: 6)
                $0.append(2, text: "cannot keep a span: trace_id has 2 bytes, not 16")
            })
        }
        #expect(answer.body == partial)
        #expect(door.store.spanCount == 1)
        #expect(door.api.figures.map(\.value) == [1, 6, 0])
    }

    @Test func `JSON gives the same rows as protobuf, and is answered in JSON`() async throws {
        let (binary, textual) = (Door(), Door())
        let span = TraceMessages.span(parent: [UInt8](9...16), kind: 3, start: binary.now) { span in
            span.append(9, TraceMessages.attribute("s", text: "x"))
            span.append(9, TraceMessages.attribute("i", integer: -5))
            span.append(9, TraceMessages.attribute("b") { $0.append(2, varint: 0) })
            span.append(9, TraceMessages.attribute("d") { $0.append(4, double: 1.5) })
            span.append(9, TraceMessages.attribute("l") { $0.append(5, TraceMessages.message { $0.append(1, TraceMessages.message { $0.append(1, text: "e") }) }) })
            span.append(9, TraceMessages.attribute("m") { $0.append(6, TraceMessages.message { $0.append(1, TraceMessages.attribute("k", integer: 1)) }) })
            span.append(9, TraceMessages.attribute("y") { $0.append(7, [1, 2]) })
            span.append(11, TraceMessages.message {
                $0.append(1, fixed64: UInt64.max)
                $0.append(2, text: "e")
            })
            span.append(15, TraceMessages.message {
                $0.append(2, text: "bad")
                $0.append(3, varint: 2)
            })
            span.append(16, fixed32: 257)
        }
        let json = #"""
            {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"unknown":{"a":[1]},
            "scopeSpans":[{"scope":{"name":"tests"},"spans":[{"traceId":"0102030405060708090A0b0c0d0e0f10","spanId":"0102030405060708",
            "parentSpanId":"090a0b0c0d0e0f10","name":"GET /","kind":3,"startTimeUnixNano":"\#(textual.now)","endTimeUnixNano":\#(textual.now + 1_000_000),
            "attributes":[{"key":"s","value":{"stringValue":"x"}},{"key":"i","value":{"intValue":"-5"}},{"key":"b","value":{"boolValue":false}},
            {"key":"d","value":{"doubleValue":1.5}},{"key":"l","value":{"arrayValue":{"values":[{"stringValue":"e"}]}}},
            {"key":"m","value":{"kvlistValue":{"values":[{"key":"k","value":{"intValue":1}}]}}},{"key":"y","value":{"bytesValue":"AQI="}}],
            "events":[{"timeUnixNano":"18446744073709551615","name":"e"}],"status":{"message":"bad","code":2},"flags":257,"droppedLinksCount":null}]}]}]}
            """#
        #expect(try await binary.send(TraceMessages.request(spans: [span])).status == 200)
        let answer = try await textual.send(Array(json.utf8), type: "application/json; charset=utf-8")
        #expect(answer.status == 200 && answer.body == Array("{}".utf8))
        #expect(answer.headers["Content-Type"] == "application/json")
        #expect(try await textual.rows() == binary.rows())
    }

    @Test func `in JSON too what cannot be kept is told`() async throws {
        let door = Door()
        let answer = try await door.send(
            Array(#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"","spanId":"00","name":"x"}]}]}]}"#.utf8), type: "application/json")
        #expect(answer.status == 200)
        #expect(try answer.json["partialSuccess"]?["rejectedSpans"]?.text == "1")
        #expect(try answer.json["partialSuccess"]?["errorMessage"]?.text?.isEmpty == false)
    }

    @Test(arguments: [
        (#"{"resourceSpans":{}}"#, "resourceSpans: it must be an array"),
        (#"{"resourceSpans":[{"scopeSpans":[{"spans":[{},{"traceId":"xy"}]}]}]}"#, "resourceSpans[0].scopeSpans[0].spans[1].traceId: it must be hexadecimal digits"),
        (#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":"SPAN_KIND_SERVER"}]}]}]}"#, "spans[0].kind: it must be a number"),
        (#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":"-1"}]}]}]}"#, "startTimeUnixNano: it must be an unsigned"),
        (#"[]"#, "the request: it must be an object"), (#"{"#, "JSON"), ("", "JSON"),
    ])
    func `JSON that is wrong is refused with the place and stores nothing`(text: String, reason: String) async throws {
        let door = Door()
        let answer = try await door.send(Array(text.utf8), type: "application/json")
        #expect(answer.status == 400)
        #expect(try answer.json["code"]?.integer == 3)
        #expect(try answer.json["message"]?.text?.contains(reason) == true, "\(String(decoding: answer.body, as: UTF8.self))")
        #expect(door.store.spanCount == 0)
    }

    @Test(arguments: ["gzip", "zstd", "GZIP", "identity", "deflate"])
    func `compressed bodies are taken`(encoding: String) async throws {
        let door = Door()
        let request = TraceMessages.request(spans: [TraceMessages.span(start: door.now)])
        let packed =
            switch encoding.lowercased() {
            case "zstd": Zstd.compress(request)
            case "identity": request
            default: Gzip.compress(request)
            }
        #expect(try await door.send(packed, encoding: encoding).status == 200)
        #expect(door.store.spanCount == 1)
        #expect(try await door.send(Array(packed.dropLast()), encoding: encoding).status == 400)
    }

    @Test func `a body that unpacks past the limit is refused as too large`() async throws {
        let door = Door()
        let bomb = Gzip.compress([UInt8](repeating: 0, count: (32 << 20) + 1))
        let answer = try await door.send(bomb, encoding: "gzip")
        #expect(answer.status == 413)
        #expect(try answer.message.contains("33554432"))
    }

    @Test func `an empty request is a success`() async throws {
        let door = Door()
        #expect(try await door.send([]).status == 200)
        #expect(try await door.send(Array("{}".utf8), type: "application/json").body == Array("{}".utf8))
        #expect(door.store.spanCount == 0)
    }

    @Test func `other methods, media types, encodings and tenants are refused in the request's own encoding`() async throws {
        let door = Door()
        #expect(try await door.send([], method: "GET").status == 405)
        #expect(try await door.send([], method: "GET").headers["Allow"] == "POST")
        #expect(try await door.send([], type: "text/plain").status == 415)
        #expect(try await door.send([], type: nil).status == 415)
        #expect(try await door.send([], encoding: "br").status == 415)
        #expect(try await door.send([], orgID: "no spaces").status == 400)
    }

    @Test(arguments: ["/v1/metrics", "/v1/logs"])
    func `signals that are not taken yet are refused in OTLP's own words, and not to be sent again`(path: String) async throws {
        let door = Door()
        let answer = try await door.send([], path: path)
        #expect(answer.status == 404)
        #expect(try answer.message.contains("takes traces only"))
        #expect(try await door.send([], type: "application/json", path: path).json["code"]?.integer == 12)
    }

    @Test func `a store that is busy, full or closed is told in statuses that senders understand`() async throws {
        let door = Door()
        let request = TraceMessages.request(spans: [TraceMessages.span(start: door.now)])
        for (code, status) in [(StorageError.Code.busy, 429), (.noSpace, 503), (.closed, 503), (.limit, 413), (.corrupt, 500)] {
            door.store.failNextCommit(with: StorageError(code: code, message: "cannot commit: test"))
            let answer = try await door.send(request)
            #expect(answer.status == status)
            #expect(try answer.message == "cannot commit: test")
            #expect((answer.headers["Retry-After"] != nil) == (status == 429 || status == 503))
        }
        #expect(door.store.spanCount == 0)
    }

    @Test func `memory that is used up is a reason to come again, and is given back`() async throws {
        let door = Door()
        let request = TraceMessages.request(spans: [TraceMessages.span(start: door.now)])
        let held = try door.memory.reserve(door.memory.bytesMax)
        #expect(try await door.send(request).status == 429)
        held.release()
        for _ in 0..<3 { #expect(try await door.send(request).status == 200) }
        _ = try door.memory.reserve(door.memory.bytesMax)
    }

    @Test func `values nested without end are refused, not followed`() async throws {
        let door = Door()
        var value = TraceMessages.message { $0.append(1, text: "x") }
        for _ in 0..<1_000 { value = TraceMessages.message { $0.append(5, TraceMessages.message { $0.append(1, value) }) } }
        let attribute = TraceMessages.message {
            $0.append(1, text: "deep")
            $0.append(2, value)
        }
        let answer = try await door.send(TraceMessages.request(spans: [TraceMessages.span(start: door.now) { $0.append(9, attribute) }]))
        #expect(answer.status == 400)
        #expect(try answer.message.contains("nested deeper"))
        #expect(door.store.spanCount == 0)
    }

    @Test func `text that is not UTF-8 is refused wherever it stands`() async throws {
        let door = Door()
        let bad: [UInt8] = [0xff, 0xfe]
        let attribute = TraceMessages.message {
            $0.append(1, text: "k")
            $0.append(2, TraceMessages.message { $0.append(1, bad) })
        }
        let spans = [
            TraceMessages.span(start: door.now) { $0.append(5, bad) }, TraceMessages.span(start: door.now) { $0.append(9, attribute) },
            TraceMessages.span(start: door.now) { $0.append(11, TraceMessages.message { $0.append(3, attribute) }) },
            TraceMessages.span(start: door.now) { $0.append(15, TraceMessages.message { $0.append(2, bad) }) },
        ]
        for span in spans { #expect(try await door.send(TraceMessages.request(spans: [span])).status == 400) }
        #expect(door.store.spanCount == 0)
    }

    @Test func `tenants by X-Scope-OrgID do not see each other's spans`() async throws {
        let door = Door()
        #expect(try await door.send(TraceMessages.request(spans: [TraceMessages.span(start: door.now)]), orgID: "team-a").status == 200)
        #expect(try await door.rows().isEmpty)
        #expect(try await door.rows(Tenant(account: "team-a", region: "us-east-1")).count == 1)
    }

    /// Cut and changed messages: every one is answered, none brings the server down, and what is refused stores nothing.
    @Test(arguments: fuzzSeeds(8))
    func `noise is answered`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let door = Door()
        let request = TraceMessages.request(spans: (1...4).map { index in
            TraceMessages.span(span: [0, 0, 0, 0, 0, 0, 0, UInt8(index)], start: door.now) { span in
                span.append(9, TraceMessages.attribute("k", text: "value"))
                span.append(13, TraceMessages.message { $0.append(4, TraceMessages.attribute("k", integer: 4)) })
            }
        })
        for _ in 0..<300 {
            var bytes = request
            for _ in 0..<Int.random(in: 1...4, using: &random) { bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random) }
            if random.oneIn(4) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            let before = door.store.spanCount
            let answer = try await door.send(bytes)
            #expect(answer.status == 200 || answer.status == 400)
            if answer.status == 400 { #expect(door.store.spanCount == before) }
        }
    }

    /// The other spelling of the same: what is refused has a place, and stores nothing.
    @Test(arguments: fuzzSeeds(4)) func `damaged JSON is answered`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let door = Door()
        let request = #"""
            {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[{"scope":{"name":"tests"},
            "spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","name":"GET /","kind":2,"startTimeUnixNano":"\#(door.now)",
            "endTimeUnixNano":\#(door.now + 1_000_000),"attributes":[{"key":"i","value":{"intValue":"-5"}},{"key":"d","value":{"doubleValue":1.5}},
            {"key":"l","value":{"arrayValue":{"values":[{"stringValue":"e"},{"kvlistValue":{"values":[{"key":"k","value":{"bytesValue":"AQI="}}]}}]}}}],
            "events":[{"timeUnixNano":"1","name":"e"}],"links":[{"traceId":"0102030405060708090a0b0c0d0e0f10"}],"status":{"message":"bad","code":2}}]}]}]}
            """#
        var taken = 0
        for round in 0..<300 {
            var bytes = Array(request.utf8)
            if !random.oneIn(6) { bytes.mutate(using: &random) }
            let before = door.store.spanCount
            let answer = try await door.send(bytes, type: "application/json")
            #expect(answer.status == 200 || answer.status == 400, "seed \(seed), round \(round)")
            if answer.status == 400 { #expect(door.store.spanCount == before, "seed \(seed), round \(round)") }
            taken += answer.status == 200 ? 1 : 0
        }
        #expect(taken > 20, "the noise must hold sense too")
    }
}
