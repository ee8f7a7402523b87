import Columns
import Simulation
import Testing
import WireFormats

struct LogFieldsTests {
    private func values(_ names: [String], _ message: String) -> [String?] {
        LogFieldExtractor(names: names).values(of: Array(message.utf8)[...])
    }

    @Test func `dotted paths reach members and array elements`() {
        let message = #"{"level":"ERROR","error":{"type":"Declined","codes":[7,{"x":"y"}]},"a.b":1}"#
        #expect(
            values(["level", "error.type", "error.codes.0", "error.codes.1.x", "a.b", "missing", "level.x", "error.codes.9"], message)
                == ["ERROR", "Declined", "7", "y", "1", nil, nil, nil])
    }

    @Test func `numbers keep their digits, booleans are 1 and 0, null is no value, containers are compact JSON`() {
        let message =
            #" {"n": 1.50, "big": 123456789012345678901, "e": -1e-3, "t": true, "f": false, "z": null, "s": "", "o": { "k" : [1, "a b"] } } "#
        #expect(
            values(["n", "big", "e", "t", "f", "z", "s", "o", "o.k"], message)
                == ["1.50", "123456789012345678901", "-1e-3", "1", "0", nil, "", #"{"k":[1,"a b"]}"#, #"[1,"a b"]"#])
    }

    @Test func `strings are unescaped, also in keys`() {
        let message = #"{"a\u0062":"line\n\"q\" \u00e9 \ud83d\ude00 \ud83d","\u0040x":"at"}"#
        #expect(values(["ab", "@@x"], message) == ["line\n\"q\" é 😀 \u{FFFD}", "at"])
    }

    @Test func `the first of two members of one name counts`() {
        #expect(values(["a", "a"], #"{"a":1,"a":2}"#) == ["1", "1"])
    }

    @Test func `a root member with an at sign is shown with two, and never as a system field`() {
        #expect(values(["@@type", "@type", "@timestamp"], #"{"@type":"x","@timestamp":"y"}"#) == ["x", nil, nil])
    }

    @Test(arguments: [
        #"{"a":1"#, #"{"a":1} x"#, #"{"a":01}"#, #"{"a":"\x"}"#, #"{"a":1,}"#, #"{"a" 1}"#, "{\"a\":\"\n\"}", #"["a"]"#, #"{"a":+1}"#,
        #"{"a":1.}"#,
        #"{"a":nul}"#, #"{"a":"\ud8"}"#, "", " ", #""a""#, #"{"a":1}{"a":2}"#,
    ])
    func `a message that is not one JSON object has no fields`(message: String) {
        #expect(values(["a", "0"], message) == [nil, nil])
        #expect(LogFields.all(in: Array(message.utf8)[...]).isEmpty)
    }

    @Test func `the first object after other text gives the fields`() {
        let message =
            "2026-11-21T08:00:00.000Z\t8f507cfc-1234-4697-b07a-ac58fc914c95\tERROR\t{not json} failed {\"orderId\":\"ORD-1\"} {\"orderId\":\"ORD-2\"}"
        #expect(values(["orderId", "@requestId", "@type"], message) == ["ORD-1", "8f507cfc-1234-4697-b07a-ac58fc914c95", nil])
    }

    @Test func `a report line has its fields, sizes in bytes as CloudWatch counts them`() {
        let report =
            "REPORT RequestId: 8f507cfc-xmpl-4697-b07a-ac58fc914c95\tDuration: 3.10 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\t"
            + "Max Memory Used: 40 MB\tInit Duration: 120.00 ms\t\nXRAY TraceId: 1-5e34a614-10bdxmplf1fb44f07bc535a1\tSegmentId: 07f5xmpl2d1f6f85\tSampled: true\t\n"
        let names = [
            "@type", "@requestId", "@duration", "@billedDuration", "@memorySize", "@maxMemoryUsed", "@initDuration", "@xraySegmentId",
        ]
        #expect(
            values(names, report)
                == ["REPORT", "8f507cfc-xmpl-4697-b07a-ac58fc914c95", "3.1", "4", "128000000", "40000000", "120", "07f5xmpl2d1f6f85"])
        #expect(values(["@xrayTraceId"], report.replacing("\n", with: "")) == ["1-5e34a614-10bdxmplf1fb44f07bc535a1"])
        #expect(values(["@xrayTraceId"], report) == ["1-5e34a614-10bdxmplf1fb44f07bc535a1"])
    }

    @Test func `start and end lines have type and request id`() {
        #expect(values(["@type", "@requestId", "@duration"], "START RequestId: abc Version: $LATEST") == ["START", "abc", nil])
        #expect(values(["@type", "@requestId"], "END RequestId: abc\n") == ["END", "abc"])
        #expect(values(["@type", "@requestId"], "STARTING RequestId: abc") == [nil, nil])
    }

    @Test func `columns have one row a message and say which rows have a value`() {
        let messages = BytesVector([#"{"a":1}"#, "text", #"{"a":null}"#, #"{"a":"x"}"#])
        let columns = LogFieldExtractor(names: ["a", "b"]).columns(of: messages)
        #expect(columns[0].vector == .bytes(BytesVector(["1", "", "", "x"])))
        #expect((0..<4).map { columns[0].isPresent($0) } == [true, false, false, true])
        #expect(columns[1] == .absent)
        #expect(LogFieldExtractor(names: ["a"]).columns(of: messages, rows: [3, 0])[0] == Column(.bytes(BytesVector(["x", "1"]))))
    }

    @Test func `all fields of a message come in the order of its text, leaves only, 200 at most`() {
        let fields = LogFields.all(in: Array(#"{"@t":1,"a":{"b":[true,null,{"c":"d"}]},"e":{}}"#.utf8)[...])
        #expect(fields.map { "\($0.name)=\($0.value)" } == ["@@t=1", "a.b.0=1", "a.b.2.c=d"])
        let many = "{" + (0..<300).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}"
        #expect(LogFields.all(in: Array(many.utf8)[...]).count == 200)
    }

    @Test func `text that nests deeper than the limit is not JSON`() {
        func nested(_ depth: Int) -> String { String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth) }
        #expect(LogFields.all(in: Array(nested(64).utf8)[...]).count == 1)
        #expect(LogFields.all(in: Array(nested(65).utf8)[...]).isEmpty)
        #expect(values(["a"], nested(100_000)) == [nil])
    }

    @Test func `whatever the bytes, nothing is read outside them`() {
        let pieces = [
            #"{"a":"#, #"{"":"#, "\"", "\\", "u00", "1", "-", "e", ",", "[", "]", "}", "{", "null", "\t", "REPORT RequestId: ",
            "Duration: ", "\u{FF}",
        ]
        var state: UInt64 = 42
        for _ in 0..<20_000 {
            var text = ""
            for _ in 0..<12 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int(state >> 33) % pieces.count]
            }
            let message = Array(text.utf8)
            let all = LogFields.all(in: message[...])
            let found = LogFieldExtractor(names: all.map(\.name)).values(of: message[...])
            #expect(found.count == all.count)
            #expect(found.allSatisfy { $0 != nil }, "a discovered field is not found again in \(text)")
        }
    }
}
