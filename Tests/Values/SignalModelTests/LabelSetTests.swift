import Columns
import SignalModel
import Simulation
import Testing

struct LabelSetTests {
    @Test func `equal sets have equal bytes in whatever order they were given`() {
        let a = LabelSet([("b", "2"), ("a", "1"), ("c", "3")])
        let b = LabelSet([("c", "3"), ("b", "2"), ("a", "1")])
        #expect(a == b)
        #expect(a.pairs.map(\.name) == ["a", "b", "c"])
    }

    @Test func `an empty value is no label, and the last of equal names counts`() {
        let labels = LabelSet([("a", "1"), ("b", ""), ("a", "2"), ("c", "x"), ("c", "")])
        #expect(labels.pairs.map { "\($0.name)=\($0.value)" } == ["a=2"])
        #expect(labels["b"] == nil)
        #expect(labels["c"] == nil)
        #expect(labels["a"] == "2")
    }

    @Test func `names and values of any length and script come back`() {
        let long = String(repeating: "ü", count: 300)
        let labels = LabelSet([(long, "v"), ("n", long), ("", "nameless")])
        #expect(labels[long] == "v")
        #expect(labels["n"] == long)
        #expect(labels[""] == "nameless")
        #expect(LabelSet(validating: labels.encoded) == labels)
    }

    @Test func `bytes that are no canonical set are refused, at every cut and after every change of a byte`() {
        let whole = LabelSet([("alpha", "1"), ("beta", "22"), ("gamma", "333")]).encoded
        for length in 1..<whole.count where LabelSet(validating: whole.prefix(length)) != nil {
            // A cut between two labels leaves a smaller set, and nothing else does.
            #expect(LabelSet(validating: whole.prefix(length))!.encoded == Array(whole.prefix(length)))
        }
        var random = SeededRandom(seed: 1)
        for _ in 0..<2000 {
            var bytes = whole
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            guard let labels = LabelSet(validating: bytes) else { continue }
            #expect(LabelSet(labels.pairs.map { ($0.name, $0.value) }).encoded == bytes || labels.pairs.contains { $0.name.contains("\u{fffd}") || $0.value.contains("\u{fffd}") })
        }
        #expect(LabelSet(validating: LabelSet([("b", "1")]).encoded + LabelSet([("a", "1")]).encoded) == nil)
        #expect(LabelSet(validating: LabelSet([("a", "1")]).encoded + LabelSet([("a", "1")]).encoded) == nil)
        #expect(LabelSet(validating: [0xff, 0xff, 0xff, 0xff, 0x7f]) == nil)
    }

    @Test func `a label that is missing has the empty value for every matcher`() throws {
        let labels = LabelSet([("a", "x1")])
        func holds(_ name: String, _ condition: LabelMatcher.Condition) -> Bool { LabelMatcher(name, condition).holds(labels) }
        #expect(holds("a", .equals("x1")) && !holds("a", .equals("x")))
        #expect(holds("b", .equals("")) && holds("b", .differs("x")) && !holds("b", .differs("")))
        let (one, two) = (try RegularExpression("x"), try RegularExpression("x."))
        #expect(holds("a", .matches(two)) && !holds("a", .matches(one)))
        let (any, some) = (try RegularExpression(".*"), try RegularExpression(".+"))
        #expect(holds("b", .matches(any)) && holds("b", .fails(some)))
    }
}
