import SignalModel
import Testing
import WireFormats

@testable import XRayAPI

/// OpenTelemetry spans as X-Ray shows them.
struct SpanDocumentTests {
    private func document(
        kind: SpanKind = .server, parent: UInt64 = 0, flags: SpanFlags = [], status: SpanStatus = .unset, name: String = "GET /",
        _ attributes: [(String, WireValue)] = [], resource: [(String, WireValue)] = [], details: [UInt8] = []
    ) throws -> WireNode {
        var row = SpanRow()
        row.trace = TraceID(high: 0x5b8e_fff7_9803_8103, low: 0xd269_b633_813f_c60c)
        row.span = 0xa1
        row.parent = parent
        row.start = 1_500_000_000
        row.end = 1_750_000_001
        row.flags = flags
        row.kind = kind
        row.status = status
        var context = ProtobufWriter()
        context.append(SpanContext.resource, fields(resource, number: SpanContext.resourceAttributes))
        let span = try StoredSpan(
            row: row, service: "shop", name: name, attributes: fields(attributes, number: SpanMessage.attributes)[...], details: details[...],
            context: context.bytes[...])
        var document = SpanDocument(span)
        return try WireDocument(json: document.text()).root
    }

    private func fields(_ attributes: [(String, WireValue)], number: UInt32) -> [UInt8] {
        var writer = ProtobufWriter()
        for (key, value) in attributes {
            var pair = ProtobufWriter()
            pair.append(1, text: key)
            pair.append(2, message(value))
            writer.append(number, pair.bytes)
        }
        return writer.bytes
    }

    private func message(_ value: WireValue) -> [UInt8] {
        var writer = ProtobufWriter()
        switch value {
        case .text(let text): writer.append(1, text: text)
        case .bool(let value): writer.append(2, varint: value ? 1 : 0)
        case .integer(let value): writer.append(3, varint: UInt64(bitPattern: value))
        case .double(let value): writer.append(4, double: value)
        case .list(let values):
            var list = ProtobufWriter()
            for value in values { list.append(1, message(value)) }
            writer.append(5, list.bytes)
        default: break
        }
        return writer.bytes
    }

    private func event(_ attributes: [(String, WireValue)]) -> [UInt8] {
        var event = ProtobufWriter()
        event.append(2, text: "exception")
        event.append(fields: fields(attributes, number: SpanMessage.eventAttributes))
        var span = ProtobufWriter()
        span.append(SpanMessage.events, event.bytes)
        return span.bytes
    }

    @Test func `a span that serves is a segment with the service's name and times to the nanosecond`() throws {
        let root = try document(resource: [("cloud.platform", "aws_lambda"), ("telemetry.sdk.name", "opentelemetry"), ("telemetry.sdk.language", "go")])
        #expect(root["trace_id"]?.text == "1-5b8efff7-98038103d269b633813fc60c")
        #expect(root["id"]?.text == "00000000000000a1")
        #expect(root["name"]?.text == "shop" && root["type"] == nil && root["parent_id"] == nil)
        #expect(root["start_time"]?.double == 1.5 && root["end_time"]?.double == 1.750000001)
        #expect(root["origin"]?.text == "AWS::Lambda::Function")
        #expect(root["aws"]?["xray"]?["sdk"]?.text == "opentelemetry for go")
        #expect(root["metadata"]?["default"]?["otel.span.name"]?.text == "GET /")
    }

    @Test(arguments: [
        (SpanKind.server, UInt64(1), true), (.consumer, 1, true), (.inner, 0, true), (.client, 0, true), (.client, 1, false), (.inner, 1, false),
        (.producer, 1, false), (.unspecified, 1, false),
    ])
    func `what serves, consumes or was called by nobody is a segment`(kind: SpanKind, parent: UInt64, isSegment: Bool) throws {
        let root = try document(kind: kind, parent: parent)
        #expect((root["type"]?.text == "subsegment") == !isSegment)
        #expect((root["parent_id"]?.text == "0000000000000001") == (parent == 1))
    }

    @Test func `HTTP attributes of either generation stand in their places and nowhere else`() throws {
        for names in [
            ["http.request.method", "url.full", "user_agent.original", "client.address", "http.response.status_code"],
            ["http.method", "http.url", "http.user_agent", "http.client_ip", "http.status_code"],
        ] {
            let root = try document([
                (names[0], "POST"), (names[1], "http://shop/pay"), (names[2], "curl"), (names[3], "10.0.0.1"), (names[4], 404), ("tenant", "acme"),
            ], resource: [])
            let request = root["http"]?["request"]
            #expect(request?["method"]?.text == "POST" && request?["url"]?.text == "http://shop/pay")
            #expect(request?["user_agent"]?.text == "curl" && request?["client_ip"]?.text == "10.0.0.1")
            #expect(root["http"]?["response"]?["status"]?.integer == 404)
            #expect(root["annotations"]?.children.map(\.key) == ["tenant"])
        }
    }

    @Test func `a URL is put together from its parts`() throws {
        let root = try document([("url.scheme", "https"), ("server.address", "shop"), ("server.port", 8443), ("url.path", "/a"), ("url.query", "b=1")])
        #expect(root["http"]?["request"]?["url"]?.text == "https://shop:8443/a?b=1")
    }

    @Test func `calls of AWS and of databases are subsegments with their blocks`() throws {
        let aws = try document(kind: .client, parent: 1, [
            ("rpc.system", "aws-api"), ("rpc.service", "DynamoDB"), ("rpc.method", "PutItem"), ("aws.dynamodb.table_names", ["orders"]),
            ("aws.request_id", "r-1"),
        ])
        #expect(aws["namespace"]?.text == "aws" && aws["name"]?.text == "DynamoDB")
        #expect(aws["aws"]?["operation"]?.text == "PutItem" && aws["aws"]?["table_name"]?.text == "orders" && aws["aws"]?["request_id"]?.text == "r-1")
        let sql = try document(kind: .client, parent: 1, [
            ("db.system", "mysql"), ("db.name", "orders"), ("db.statement", "SELECT ?"), ("db.user", "app"), ("net.peer.name", "db.example"),
        ])
        #expect(sql["namespace"]?.text == "remote" && sql["name"]?.text == "orders@db.example")
        #expect(sql["sql"]?["sanitized_query"]?.text == "SELECT ?" && sql["sql"]?["user"]?.text == "app" && sql["sql"]?["database_type"]?.text == "mysql")
        let cache = try document(kind: .client, parent: 1, [("db.system", "redis"), ("peer.service", "cart-cache")])
        #expect(cache["name"]?.text == "cart-cache" && cache["sql"] == nil)
    }

    @Test func `outcomes are X-Ray's three, and a failed status is a cause where no exception is told`() throws {
        let throttled = try document(flags: [.error, .throttle])
        #expect(throttled["error"]?.bool == true && throttled["throttle"]?.bool == true && throttled["fault"] == nil)
        var details = ProtobufWriter()
        var status = ProtobufWriter()
        status.append(2, text: "out of stock")
        status.append(3, varint: 2)
        details.append(SpanMessage.status, status.bytes)
        let failed = try document(flags: .fault, status: .error, details: details.bytes)
        #expect(failed["fault"]?.bool == true)
        #expect(failed["cause"]?["exceptions"]?.children.map { $0["message"]?.text } == ["out of stock"])
    }

    @Test func `exceptions have their stacks, whatever language wrote them`() throws {
        let java = "java.lang.IllegalStateException: no\n\tat com.shop.Pay.charge(Pay.java:12)\n\tat com.shop.Main.main(Main.java)\nCaused by: java.io.IOException: closed: by peer\n\tat com.shop.Net.read(Net.java:7)\n"
        let root = try document(details: event([("exception.type", "E"), ("exception.message", "no"), ("exception.stacktrace", .text(java))]))
        let exceptions = try #require(root["cause"]?["exceptions"]?.children.map { $0 })
        #expect(exceptions.map { $0["type"]?.text } == ["E", "java.io.IOException"])
        #expect(exceptions.map { $0["message"]?.text } == ["no", "closed: by peer"])
        #expect(exceptions[0]["cause"]?.text == exceptions[1]["id"]?.text)
        let frames = exceptions[0]["stack"]?.children.map { $0 } ?? []
        #expect(frames.map { $0["label"]?.text } == ["com.shop.Pay.charge", "com.shop.Main.main"])
        #expect(frames.map { $0["path"]?.text } == ["Pay.java", "Main.java"])
        #expect(frames.map { $0["line"]?.integer } == [12, nil])
    }

    @Test(arguments: [
        ("    at charge (/app/pay.js:12:5)", "charge", "/app/pay.js", 12),
        ("   at Shop.Pay.Charge(Int32 n) in /app/Pay.cs:line 12", "Shop.Pay.Charge(Int32 n)", "/app/Pay.cs", 12),
        ("  File \"/app/pay.py\", line 12, in charge", "charge", "/app/pay.py", 12),
    ])
    func `a line of a stack is a frame`(text: String, label: String, path: String, line: Int64) throws {
        let root = try document(details: event([("exception.stacktrace", .text(text))]))
        let frame = try #require(root["cause"]?["exceptions"]?.children.first { _ in true }?["stack"]?.children.first { _ in true })
        #expect(frame["label"]?.text == label && frame["path"]?.text == path && frame["line"]?.integer == line)
    }

    @Test func `Python tells the innermost call last, X-Ray first`() throws {
        let text = "Traceback (most recent call last):\n  File \"a.py\", line 1, in outer\n    inner()\n  File \"b.py\", line 2, in inner\n"
        let root = try document(details: event([("exception.stacktrace", .text(text))]))
        let stack = root["cause"]?["exceptions"]?.children.first { _ in true }?["stack"]
        #expect(stack?.children.map { $0["label"]?.text } == ["inner", "outer"])
    }

    @Test func `scalars are annotations under names that X-Ray allows, the rest is metadata`() throws {
        let long = String(repeating: "x", count: 1_001)
        let root = try document([
            ("a-b c", "v"), ("n", 3), ("d", 1.5), ("ok", true), ("list", ["a", 1]), ("long", .text(long)),
            ("aws.xray.metadata.debug", #"{"k":[1]}"#), ("aws.xray.annotations", ["n"]),
        ])
        #expect(root["annotations"]?.children.map(\.key) == ["a_b_c", "d", "n", "ok"])
        #expect(root["metadata"]?["default"]?["list"]?.childCount == 2)
        #expect(root["metadata"]?["default"]?["long"]?.text == long)
        #expect(root["metadata"]?["debug"]?["k"]?.childCount == 1)
    }
}
