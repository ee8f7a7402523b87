import Columns
import Simulation
import Testing

/// Six rows: numbers as text, words, and rows without a value.
struct PredicateTests {
    private let columns: [String: Column] = {
        var validity = Selection(all: 6)
        validity[4] = false
        validity[5] = false
        return [
            "text": Column(.bytes(BytesVector(["10", "9.5", "ERROR", "", "", ""])), validity: validity),
            "number": Column(.double([10, 9.5, -1, 0, 0, 1e300])), "count": Column(.int64([10, 9, -1, 0, 0, 7])),
        ]
    }()

    private func rows(_ predicate: Predicate) -> [Int] { predicate.selection(rowCount: 6) { columns[$0] ?? .absent }.rows }

    @Test func `text that looks like a number compares as one, and other text never does`() {
        #expect(rows(.compare("text", .greater, .number(9))) == [0, 1])
        #expect(rows(.compare("text", .equal, .number(10))) == [0])
        #expect(rows(.compare("text", .less, .number(100))) == [0, 1])
        #expect(rows(.compare("text", .notEqual, .number(10))) == [1, 2, 3])
    }

    @Test func `text compares with text byte by byte`() {
        #expect(rows(.compare("text", .equal, .text(Array("ERROR".utf8)))) == [2])
        #expect(rows(.compare("text", .less, .text(Array("2".utf8)))) == [0, 3])
        #expect(rows(.compare("text", .greaterOrEqual, .text(Array("ERROR".utf8)))) == [2])
    }

    @Test func `numbers compare with text in their shown form`() {
        #expect(rows(.compare("number", .equal, .text(Array("10".utf8)))) == [0])
        #expect(rows(.compare("count", .equal, .text(Array("-1".utf8)))) == [2])
        #expect(rows(.contains("number", Array(".5".utf8))) == [1])
    }

    @Test func `a row without a value fails every test, and so passes its opposite`() {
        #expect(rows(.compare("text", .notEqual, .text([]))) == [0, 1, 2])
        #expect(rows(.not(.compare("text", .equal, .text(Array("10".utf8))))) == [1, 2, 3, 4, 5])
        #expect(rows(.isPresent("text")) == [0, 1, 2, 3])
        #expect(rows(.isPresent("nowhere")) == [])
        #expect(rows(.compare("nowhere", .equal, .number(0))) == [])
        #expect(rows(.not(.isPresent("nowhere"))) == [0, 1, 2, 3, 4, 5])
    }

    @Test func `and, or and lists combine as they say, also when they are empty`() throws {
        #expect(rows(.and([])) == [0, 1, 2, 3, 4, 5])
        #expect(rows(.or([])) == [])
        #expect(rows(.and([.compare("count", .greater, .number(0)), .isPresent("text")])) == [0, 1])
        #expect(rows(.or([.compare("count", .less, .number(0)), .compare("count", .equal, .number(7))])) == [2, 5])
        #expect(rows(.isOneOf("text", [.number(10), .text(Array("ERROR".utf8))])) == [0, 2])
        #expect(rows(.matches("text", try RegularExpression("^[0-9]"))) == [0, 1])
        #expect(Predicate.and([.isPresent("a"), .not(.compare("b", .equal, .number(1)))]).columnNames == ["a", "b"])
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `a random condition selects the rows that it holds for one by one`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let predicate = randomPredicate(depth: 3, &random)
        let whole = predicate.selection(rowCount: 6) { columns[$0] ?? .absent }
        for row in 0..<6 {
            let single = predicate.selection(rowCount: 1) { name in
                guard let column = columns[name] else { return .absent }
                var validity = Selection(none: 1)
                validity[0] = column.isPresent(row)
                return Column(column.vector.gathered([row]), validity: validity)
            }
            #expect(single[0] == whole[row])
        }
    }

    private func randomPredicate(depth: Int, _ random: inout SeededRandom) -> Predicate {
        let name = ["text", "number", "count", "nowhere"].randomElement(using: &random)!
        switch Int.random(in: 0..<(depth > 0 ? 7 : 4), using: &random) {
        case 0: return .isPresent(name)
        case 1: return .contains(name, random.oneIn(2) ? [] : [UInt8(ascii: "0")])
        case 2, 3:
            let comparison = [Predicate.Comparison.equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual].randomElement(using: &random)!
            return .compare(name, comparison, random.oneIn(2) ? .number(Double(Int.random(in: -2...10, using: &random))) : .text(Array("9.5".utf8)))
        case 4: return .not(randomPredicate(depth: depth - 1, &random))
        case 5: return .and([randomPredicate(depth: depth - 1, &random), randomPredicate(depth: depth - 1, &random)])
        default: return .or([randomPredicate(depth: depth - 1, &random), randomPredicate(depth: depth - 1, &random)])
        }
    }
}
