import Columns
import FilterPatterns
import Simulation
import Testing
import WireFormats

struct FilterPatternTests {
    @Test func `a pattern of more than 1024 characters is refused`() throws {
        _ = try FilterPattern(parsing: String(repeating: "ä", count: 1024))
        let error = #expect(throws: FilterPatternError.self) { try FilterPattern(parsing: String(repeating: "a", count: 1025)) }
        #expect(error?.position == 1024)
    }

    @Test func `deep parentheses are refused before they cost anything`() {
        let deep = "{ " + String(repeating: "(", count: 900) + "$.a = 1"
        let error = #expect(throws: FilterPatternError.self) { try FilterPattern(parsing: deep) }
        #expect(error?.reason.contains("deeper") == true)
    }

    @Test func `a JSON pattern lets the store skip messages without its key or text`() throws {
        let predicate = try FilterPattern(parsing: #"{ $.level = "ERROR" && $.ms > 5 }"#).predicate
        func passes(_ message: String) -> Bool {
            predicate.selection(rowCount: 1) { _ in Column(.bytes(BytesVector([message]))) }[0]
        }
        #expect(passes(#"{"level":"ERROR","ms":1}"#))
        #expect(!passes(#"{"level":"INFO","ms":9}"#))
        #expect(!passes(#"{"level":"ERROR"}"#))
        #expect(passes(#"{"\u006cevel":"INFO"}"#))
    }

    @Test(arguments: [
        (#"{ $.level = "ERROR" && $.ms > 5 }"#, ["level=ERROR"]), (#"{ $.a.b = x && ($.['c'] = "y" && $.d != "z") }"#, ["a.b=x", "c=y"]),
        (#"{ $.@id = "1" }"#, ["@@id=1"]), (#"{ $.a = "x" || $.b = "y" }"#, []), (#"{ $.a = "x*" }"#, []), (#"{ $.a = 5 }"#, []),
        (#"{ $.a[0].b = "x" }"#, []), (#"{ $.a = "x\*" }"#, ["a=x*"]), (#"{ $.a NOT EXISTS }"#, []), ("ERROR", []), ("[a = x]", []),
    ]) func `a JSON pattern says which texts a field must have`(_ text: String, _ expected: [String]) throws {
        let needs = try FilterPattern(parsing: text).needs
        #expect(needs.map { "\($0.name)=" + String(decoding: $0.text, as: UTF8.self) } == expected)
    }

    @Test func `a message of a million brackets is split in linear time`() throws {
        let pattern = try FilterPattern(parsing: "[a, b]")
        #expect(!pattern.matches(Array(String(repeating: "[ ", count: 500_000).utf8)[...]))
    }

    @Test(arguments: fuzzSeeds(1)) func `random patterns are parsed or refused, and never miss what their predicate is for`(seed: UInt64) {
        let pieces = [
            "{", "}", "[", "]", "(", ")", "$.a", "$.b[0]", "=", "!=", ">", "1", "x", "\"y\"", "*", "&&", "||", ",", "...", "w1", " ", "%x%",
            "?", "-",
            "IS NULL", "NOT EXISTS", "ä", "\\",
        ]
        let messages = [#"{"a":1,"b":["x"]}"#, "x 1", "y", #"{"a":"x"}"#, "", #"{"a":null}"#]
        var random = SeededRandom(seed: seed)
        var parsed = 0
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 1...9, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
            guard let pattern = try? FilterPattern(parsing: text) else { continue }
            parsed += 1
            for message in messages where pattern.matches(Array(message.utf8)[...]) {
                #expect(
                    pattern.predicate.selection(rowCount: 1) { _ in Column(.bytes(BytesVector([message]))) }[0], "\(text) on \(message)")
                let values = LogFieldExtractor(names: pattern.needs.map(\.name)).values(of: Array(message.utf8)[...])
                #expect(values == pattern.needs.map { String(decoding: $0.text, as: UTF8.self) }, "\(text) on \(message)")
            }
        }
        #expect(parsed > 500)
    }
}
