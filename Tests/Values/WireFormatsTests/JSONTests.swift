import Simulation
import Testing

@testable import WireFormats

private func parse(_ text: String) throws(WireError) -> WireDocument { try WireDocument(json: Array(text.utf8)) }

@Suite struct JSONTests {
    @Test func `the tape's layout is the same in Swift and C`() {
        #expect(WireDocument.tapeLayoutsAgree)
    }

    @Test func `a document is read from root to leaf`() throws {
        let text = #"{"Namespace":"Shop","Empty":{},"MetricData":[{"Value":1.5,"On":true},{"Value":-2,"Unit":null}],"Last":"é😀"}"#
        let root = try parse(text).root
        #expect(root.kind == .map && root.childCount == 4)
        #expect(root["Namespace"]?.text == "Shop")
        #expect(root["Namespace"]?.isText("Shop") == true && root["Namespace"]?.isText("Shop2") == false)
        #expect(root["Empty"]?.childCount == 0)
        #expect(root["MetricData"]?.children.map { $0["Value"]?.double } == [1.5, -2])
        #expect(root["MetricData"]?.children.map { $0["Unit"]?.isNull } == [nil, true])
        #expect(root.children.map(\.key) == ["Namespace", "Empty", "MetricData", "Last"])
        #expect(root["Last"]?.text == "é😀")
        #expect(root["Missing"] == nil && root["Name"] == nil)
        #expect(root.member(named: "Last")?.hasKey("Last") == true)
    }

    @Test(arguments: [
        "1795646481.224486123", "3.14159265358979312", "-0.0000000000000000000123", "12345678901234567890.5", "1.00000000000000000001e2",
    ])
    func `a decimal of many digits is the nearest double`(text: String) throws {
        #expect(try parse("[\(text)]").root.children.map(\.double) == [Double(text)])
        #expect(try parse(text).root.double == Double(text))
    }

    @Test func `whatever is encoded reads back equal`() throws {
        for seed in 0..<300 as Range<UInt64> {
            var values = RandomValues(seed: seed)
            let value = values.structure()
            let bytes = JSON.encode(value)
            #expect(isSame(try WireDocument(json: bytes).root, value), "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test func `every truncation is an error that says where`() throws {
        var values = RandomValues(seed: 7)
        let bytes = JSON.encode(.structure([("A", values.structure()), ("B", .list([values.structure(), "\u{1F600}\\"]))]))
        for count in 0..<bytes.count {
            #expect(throws: WireError.self, "\(count) bytes") { try WireDocument(json: Array(bytes[..<count])) }
        }
    }

    @Test func `changed bytes give an error or a document, never a crash`() throws {
        var values = RandomValues(seed: 11)
        var outcomes = (read: 0, refused: 0)
        for _ in 0..<2000 {
            var bytes = JSON.encode(values.structure(depth: 2))
            for _ in 0..<2 {
                bytes[Int.random(in: 0..<bytes.count, using: &values.random)] = UInt8(truncatingIfNeeded: values.random.next())
            }
            do throws(WireError) {
                #expect(walk(try WireDocument(json: bytes).root) > 0)
                outcomes.read += 1
            } catch {
                #expect(0...bytes.count ~= error.position)
                outcomes.refused += 1
            }
        }
        #expect(outcomes.read > 50 && outcomes.refused > 50)
    }

    @Test(arguments: [
        "", " ", "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1,,2]", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{,"a":1}"#,
        #"{"a" 1}"#, #"{"a":1 "b":2}"#, #"{a:1}"#, #"{1:1}"#, #"{'a':1}"#, "nul", "nulll", "truE", "tru", "False", "NaN", "Infinity", "-",
        "+1", "01", "-01", "1.", ".5", "1e", "1e+", "1.e3", "0x10", "1_000", "[1e400]", "1e400", "[-]", "[01]", "[1a]", "[truee]", "[nul]",
        "1 2", "{} {}", "[] []", "[1],2", "{}x", #""a" "b""#, #"""#, #""a"#, #""\"#, #""\x""#, #""\u12""#, #""\ud800""#, #"["\udc00"]"#,
        #"["\ud800\u0041"]"#, "\"\u{1}\"", "[\"a\nb\"]", #"{"\x":1}"#, "[1]]", "{}}", "//", "[1]/*c*/", "\u{FEFF}{}", #"{"a":1]"#, "[1}",
        "false0", "false.", "true1", "null0", "nullnull", "true false", "null {}",
    ])
    func `what is not JSON is refused`(_ text: String) {
        #expect(throws: WireError.self) { try parse(text) }
    }

    @Test(arguments: [
        "null", "true", "false", "0", "-0", "12", "-1.5e-3", "1E5", #""""#, #""a\"b\\c\/\b\f\n\r\t\u00e9\ud83d\ude00""#, "[]", "{}",
        " [ ] ", "\t{\r\n} \n", "[[],[[]],{}]", #"{"":0}"#, #"{"a":1,"a":2}"#, "\"\u{7F}\"", "[1,2.0,3e1]", " 5 ", " \"x\" ", "null ",
        " true\n", "false ",
    ])
    func `what is JSON is read`(_ text: String) throws {
        #expect(walk(try parse(text).root) > 0)
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        for bytes in [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22]] as [[UInt8]] {
            #expect(throws: WireError.self) { try WireDocument(json: bytes) }
        }
    }

    @Test func `integers are exact in 64 bits and become doubles beyond`() throws {
        let root = try parse(
            "[9223372036854775807,-9223372036854775808,9223372036854775808,-9223372036854775809,18446744073709551616,123456789012345678901234567890,7]"
        ).root
        #expect(root.children.map(\.kind) == [.integer, .integer, .double, .double, .double, .double, .integer])
        #expect(root.children.map(\.integer).prefix(2) == [.max, .min])
        #expect(root.children.map(\.double)[4...] == [18_446_744_073_709_551_616, 1.2345678901234568e29, 7])
        #expect(try parse("123456789012345678901234567890").root.double == 1.2345678901234568e29)
        #expect(throws: WireError.self) { try parse("123456789012345678901234567890 1") }
        #expect(throws: WireError.self) { try parse("[0123456789012345678901234567890]") }
    }

    @Test func `escapes decode in keys and values`() throws {
        let root = try parse(#"{"k\u0065y":"a\u00e9\ud83d\ude00\n","plain":"x","l":["\\","\"",""]}"#).root
        #expect(root["key"]?.text == "aé😀\n")
        #expect(root["plain"]?.text == "x")
        #expect(root["l"]?.children.map(\.text) == ["\\", "\"", ""])
    }

    @Test func `nesting is limited`() throws {
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(walk(try parse(nested(WireLimits.depthMax)).root) == WireLimits.depthMax)
        for depth in [WireLimits.depthMax + 1, 100_000] {
            let error = #expect(throws: WireError.self) { try parse(nested(depth)) }
            #expect(error?.code == .limit)
        }
        let unclosed = #expect(throws: WireError.self) { try parse(String(repeating: #"{"a":["#, count: 200_000)) }
        #expect(unclosed != nil)
    }

    @Test func `an error says where`() throws {
        let error = #expect(throws: WireError.self) { try parse(#"{"a":1,"b":nope}"#) }
        #expect(error?.code == .malformed)
        #expect(error.map { 11...12 ~= $0.position } == true)
        #expect(error?.description.hasPrefix("cannot read JSON: ") == true)
    }

    @Test func `large documents do not disturb small ones after them`() throws {
        let large = JSON.encode(.list((0..<200_000).map { .text("value \\ \($0)") }))
        #expect(try WireDocument(json: large).root.childCount == 200_000)
        #expect(try parse(#"{"a":"b"}"#).root["a"]?.text == "b")
    }

    @Test(
        arguments: [
            (
                WireValue.text("a\"b\\c\u{8}\u{9}\u{A}\u{C}\u{D}\u{1}\u{1F}/é\u{7F}\u{2028}"),
                #""a\"b\\c\b\t\n\f\r\u0001\u001f/é"# + "\u{7F}\u{2028}\""
            ),
            (.double(80), "80.0"), (.double(0.1), "0.1"), (.double(-0.0), "-0.0"), (.double(1e21), "1e+21"),
            (.doubles([.nan, .infinity, -.infinity]), #"["NaN","Infinity","-Infinity"]"#), (.integer(.min), "-9223372036854775808"),
            (.timestamp(1_795_161_600_000_000_000), "1795161600"), (.timestamp(1_795_161_600_120_000_000), "1795161600.12"),
            (.timestamp(-1), "-0.000000001"), (.timestamp(.min), "-9223372036.854775808"), (.blob([0, 255, 16]), #""AP8Q""#),
            (.structure([]), "{}"), (.list([]), "[]"), (["a": 1, "b": [true, "x"]], #"{"a":1,"b":[true,"x"]}"#),
            (.members(("a", 1), ("b", nil)), #"{"a":1}"#), (.textMap([("k", "v")]), #"{"k":"v"}"#),
        ] as [(WireValue, String)])
    func `values are written as`(_ value: WireValue, _ text: String) {
        #expect(String(decoding: JSON.encode(value), as: UTF8.self) == text)
    }

    @Test func `getters answer only for their type`() throws {
        let root = try parse(
            #"{"i":5,"d":5.5,"w":5.0,"t":"5","b":true,"z":null,"nan":"NaN","inf":"-Infinity","when":"2026-11-21T08:00:00.5Z"}"#
        ).root
        #expect(root["i"]?.integer == 5 && root["d"]?.integer == nil && root["w"]?.integer == 5 && root["t"]?.integer == nil)
        #expect(
            root["i"]?.double == 5 && root["t"]?.double == nil && root["nan"]?.double?.isNaN == true && root["inf"]?.double == -.infinity)
        #expect(root["b"]?.bool == true && root["i"]?.bool == nil && root["t"]?.bool == nil)
        #expect(root["i"]?.text == nil && root["z"]?.text == nil)
        #expect(root["i"]?.timestamp == 5_000_000_000 && root["d"]?.timestamp == 5_500_000_000)
        #expect(root["when"]?.timestamp == 1_795_248_000_500_000_000)
        #expect(root["t"]?.timestamp == nil && root["z"]?.timestamp == nil)
    }
}
