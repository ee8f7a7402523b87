import Bytes
import SignalModel
import Testing
import WireFormats

@testable import LogsAPI

@Suite struct JSONLinesTests {
    private static let open = Tenant.openAccount
    private static let query = "group=/shop/api&stream=service,host&time=timestamp"

    private func lines(_ lines: String...) -> [UInt8] { Array(lines.joined(separator: "\n").utf8) }

    private func messages(_ world: LogsWorld, _ stream: String, group: String = "/shop/api", account: String = open) async throws -> [String] {
        try await world.call(
            "GetLogEvents", ["logGroupName": .text(group), "logStreamName": .text(stream), "startFromHead": true], account: account
        ).messages
    }

    @Test func `lines go to the stream that their members name, at the time that they hold, as they were sent`() async throws {
        let world = try LogsWorld()
        let first = #"{"timestamp":"2026-11-21T07:59:59.250Z","service":"cart","host":"a","level":"INFO","n":1}"#
        let second = #"{ "service" : "cart", "host":"b","timestamp":1795247999, "text":"caf\u00e9" }"#
        let answer = try await world.post(Self.query, lines(first, "", second + "\r", first))
        #expect(answer.text == #"{"stored":3}"#)
        #expect(try await messages(world, "cart/a") == [first, first])
        #expect(try await messages(world, "cart/b") == [second])
        let event = try await world.call("FilterLogEvents", ["logGroupName": "/shop/api", "limit": 1], account: Self.open)
        #expect(event.root["events"]?.children.first { _ in true }?["timestamp"]?.integer == 1_795_247_999_000)
    }

    @Test func `without stream and time lines are of one stream and of now`() async throws {
        let world = try LogsWorld()
        #expect(try await world.post("group=g", lines(#"{"a":1}"#)).status == 200)
        #expect(try await messages(world, "lines", group: "g") == [#"{"a":1}"#])
    }

    @Test func `a missing member leaves a dash in the stream's name, and what a name cannot hold an underscore`() async throws {
        let world = try LogsWorld()
        let body = lines(
            #"{"timestamp":1795247999000,"service":"a:b*c"}"#, #"{"timestamp":1795247999000,"service":null,"host":{"x":1}}"#,
            #"{"timestamp":1795247999000,"service":true,"host":"q\"r"}"#)
        #expect(try await world.post(Self.query, body).status == 200)
        #expect(try await messages(world, "a_b_c/-").count == 1)
        #expect(try await messages(world, #"-/{"x"_1}"#).count == 1)
        #expect(try await messages(world, #"1/q"r"#).count == 1)
    }

    @Test(arguments: ["gzip", "zstd", "deflate"]) func `a body may be compressed`(_ encoding: String) async throws {
        let world = try LogsWorld()
        let body = lines(#"{"timestamp":1795247999000,"service":"a","host":"b"}"#)
        let packed = encoding == "zstd" ? Zstd.compress(body) : Gzip.compress(body)
        #expect(try await world.post(Self.query, packed, headers: ["Content-Encoding": encoding]).status == 200)
        #expect(try await messages(world, "a/b").count == 1)
    }

    @Test(arguments: [
        ("not json", "it is not a JSON object"), (#"[{"a":1}]"#, "it is not a JSON object"), (#"{"a":1"#, "it is not well-formed JSON"),
        (#"{"a":1} x"#, "it is not well-formed JSON"), (#"{"service":"a"}"#, "it has no timestamp, which should hold its time"),
        (#"{"timestamp":"yesterday"}"#, "its timestamp is no time: neither ISO 8601 nor a number since 1970"),
        (#"{"timestamp":-5}"#, "its timestamp is no time: neither ISO 8601 nor a number since 1970"),
        (#"{"timestamp":"2026-11-21T10:00:01Z"}"#, "its time lies more than two hours ahead"),
    ]) func `an error names the line, and nothing is stored`(_ bad: String, _ why: String) async throws {
        let world = try LogsWorld()
        let good = #"{"timestamp":1795247999000,"service":"a","host":"b"}"#
        let answer = try await world.post(Self.query, lines(good, good, "", bad, good))
        #expect(answer.status == 400)
        #expect(answer.root["error"]?.text == "cannot store line 4: \(why)")
        #expect(answer.root["line"]?.integer == 4)
        #expect(try await world.call("DescribeLogGroups", [:], account: Self.open).root["logGroups"]?.childCount == 0)
    }

    @Test func `bytes that are not UTF-8 are refused with their line`() async throws {
        let answer = try await LogsWorld().post("group=g", lines(#"{"a":1}"#) + [0x0a] + Array(#"{"a":""#.utf8) + [0xff] + Array(#""}"#.utf8))
        #expect(answer.root["error"]?.text == "cannot store line 2: it is not valid UTF-8")
    }

    @Test(arguments: [
        ("", 400), ("group=a%3Ab", 400), ("group=aws/x", 400), ("group=g&groups=h", 400), ("group=g&group=h", 400), ("group=g&stream=a,,b", 400),
        ("group=g&time=@x", 400),
    ]) func `what the query cannot mean is refused`(_ query: String, _ status: Int) async throws {
        #expect(try await LogsWorld().post(query, lines(#"{"a":1}"#)).status == status)
    }

    @Test func `other methods and encodings are refused in HTTP's own words`() async throws {
        let world = try LogsWorld()
        #expect(try await world.post("group=g", [], method: "GET").status == 405)
        #expect(try await world.post("group=g", lines("{}"), headers: ["Content-Encoding": "br"]).status == 415)
        #expect(try await world.post("group=g", [1, 2, 3], headers: ["Content-Encoding": "gzip"]).status == 400)
        let bomb = Gzip.compress([UInt8](repeating: 0x20, count: 4 << 20))
        #expect(try await world.post("group=g", bomb, headers: ["Content-Encoding": "gzip"]).status == 413)
    }

    @Test func `a tenant's lines are its own`() async throws {
        let world = try LogsWorld()
        #expect(try await world.post("group=g", lines(#"{"a":1}"#), headers: ["X-Scope-OrgID": "222222222222"]).status == 200)
        #expect(try await messages(world, "lines", group: "g", account: "222222222222").count == 1)
        #expect(try await messages(world, "lines", group: "g").isEmpty)
        #expect(try await world.post("group=g", lines("{}"), headers: ["X-Scope-OrgID": "a b"]).status == 400)
    }

    @Test func `a line older than its group keeps events is refused`() async throws {
        let world = try LogsWorld()
        #expect(try await world.post("group=g&time=t", lines(#"{"t":"2026-11-01T00:00:00Z"}"#)).status == 200)
        _ = try await world.call("PutRetentionPolicy", ["logGroupName": "g", "retentionInDays": 7], account: Self.open)
        let answer = try await world.post("group=g&time=t", lines(#"{"t":"2026-11-20T00:00:00Z"}"#, #"{"t":"2026-11-01T00:00:00Z"}"#))
        #expect(answer.root["error"]?.text == "cannot store line 2: it is older than its group keeps events")
    }

    @Test func `lines are read alike whether their shape is known or not`() async throws {
        let world = try LogsWorld()
        // The same key twice has no shape; the line is stored all the same, and its first value counts.
        let twice = #"{"timestamp":1795247999000,"service":"a","service":"b","host":"h"}"#
        #expect(try await world.post(Self.query, lines(twice)).status == 200)
        #expect(try await messages(world, "a/h") == [twice])
    }
}
