import Alarms
import Simulation
import Testing

struct CompositeExpressionTests {
    private static let states: [String: AlarmState.Value] = ["a": .alarm, "b": .ok, "c": .insufficientData, "with space": .alarm, "q\"(,)": .alarm]

    private func value(_ text: String) throws -> Bool { try CompositeExpression(text).value { Self.states[$0] } }

    @Test(arguments: [
        ("ALARM(a)", true), ("ALARM(b)", false), ("OK(b)", true), ("INSUFFICIENT_DATA(c)", true), ("ALARM(nobody)", false), ("TRUE", true),
        ("FALSE", false), ("NOT ALARM(a)", false), ("NOT NOT ALARM(a)", true), ("ALARM(\"a\")", true), ("ALARM( \"with space\" )", true),
        ("ALARM(with space)", true), (#"ALARM("q\"(,)")"#, true), ("alarm(a) and not ok(a)", true), ("(((ALARM(a))))", true),
        // NOT binds before AND, AND before OR.
        ("ALARM(a) OR ALARM(b) AND ALARM(b)", true), ("(ALARM(a) OR ALARM(b)) AND ALARM(b)", false), ("NOT ALARM(b) AND ALARM(a)", true),
        ("NOT (ALARM(b) OR ALARM(a))", false), ("FALSE OR TRUE AND FALSE OR TRUE", true),
        ("AT_LEAST(1, ALARM, (a, b, c))", true), ("AT_LEAST(2, ALARM, (a, b, c))", false), ("AT_LEAST(2, NOT ALARM, (a, b, c))", true),
        ("AT_LEAST(50%, ALARM, (a, b))", true), ("AT_LEAST(51%, ALARM, (a, b))", false), ("at_least(2,ALARM,(\"a\",\"with space\"))", true),
    ])
    func `a rule is true as its words say`(text: String, expected: Bool) throws { #expect(try value(text) == expected) }

    @Test(arguments: [
        ("", 1, "ends where"), ("ALARM", 6, "'('"), ("ALARM()", 7, "the name"), ("ALARM(a", 8, "')'"), ("ALARM(a) ALARM(b)", 10, "'A' stands where AND"),
        ("ALARM(a) AND", 13, "ends where"), ("WARN(a)", 1, "'W' stands where ALARM"), ("(ALARM(a)", 10, "')'"), ("ALARM(\"a)", 7, "not closed"),
        ("ALARM(a) & ALARM(b)", 10, "'&'"), ("AT_LEAST(0, ALARM, (a))", 10, "greater than 0"), ("AT_LEAST(101%, ALARM, (a))", 10, "101%"),
        ("AT_LEAST(3, ALARM, (a, b))", 21, "3 of 2"), ("AT_LEAST(1, WARN, (a))", 13, "INSUFFICIENT_DATA"), ("NOT", 4, "ends where"),
        ("AT_LEAST(1, ALARM, ())", 21, "the name"),
    ])
    func `what is no rule is refused with its place`(text: String, position: Int, part: String) throws {
        let error = #expect(throws: CompositeExpression.SyntaxError.self) { try CompositeExpression(text) }
        #expect(error?.position == position && error?.message.contains(part) == true, "\(String(describing: error))")
    }

    @Test func `rules are as large as AWS allows, and no larger`() throws {
        let hundred = (0..<100).map { "ALARM(a\($0))" }.joined(separator: " OR ")
        #expect(try CompositeExpression(hundred).references.count == 100)
        #expect(throws: CompositeExpression.SyntaxError.self) { try CompositeExpression(hundred + " OR ALARM(b)") }
        #expect(throws: Never.self) { try CompositeExpression(Array(repeating: "TRUE", count: 500).joined(separator: " OR ")) }
        #expect(throws: CompositeExpression.SyntaxError.self) { try CompositeExpression(Array(repeating: "TRUE", count: 501).joined(separator: " OR ")) }
        #expect(throws: CompositeExpression.SyntaxError.self) { try CompositeExpression(String(repeating: "NOT ", count: 1000) + "TRUE") }
        #expect(throws: CompositeExpression.SyntaxError.self) { try CompositeExpression("ALARM(" + String(repeating: "x", count: 10_240) + ")") }
    }

    /// A rule as a tree of its own, written out with every bracket or with as few as the precedences need, and its truth table.
    private indirect enum Tree {
        case state(Int, Int), not(Tree), and(Tree, Tree), or(Tree, Tree), atLeast(Int, Int, [Int])

        static func random(_ depth: Int, _ random: inout SeededRandom) -> Tree {
            switch depth == 0 ? 0 : Int.random(in: 0..<5, using: &random) {
            case 1: return .not(.random(depth - 1, &random))
            case 2: return .and(.random(depth - 1, &random), .random(depth - 1, &random))
            case 3: return .or(.random(depth - 1, &random), .random(depth - 1, &random))
            case 4:
                let alarms = (0..<4).shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random))
                return .atLeast(Int.random(in: 1...alarms.count, using: &random), Int.random(in: 0..<3, using: &random), Array(alarms))
            default: return .state(Int.random(in: 0..<3, using: &random), Int.random(in: 0..<4, using: &random))
            }
        }

        static let names = ["INSUFFICIENT_DATA", "ALARM", "OK"]

        /// - Parameter outer: how strongly what stands around it binds: 0 nothing, 1 OR, 2 AND, 3 NOT.
        func text(_ outer: Int = 0) -> String {
            func bracketed(_ text: String, _ own: Int) -> String { own < outer ? "(\(text))" : text }
            switch self {
            case .state(let state, let alarm): return "\(Self.names[state])(alarm-\(alarm))"
            case .not(let tree): return "NOT " + tree.text(3)
            case .and(let a, let b): return bracketed(a.text(2) + " AND " + b.text(2), 2)
            case .or(let a, let b): return bracketed(a.text(1) + " OR " + b.text(1), 1)
            case .atLeast(let count, let state, let alarms):
                return "AT_LEAST(\(count), \(Self.names[state]), (" + alarms.map { "alarm-\($0)" }.joined(separator: ", ") + "))"
            }
        }

        func value(_ row: [Int]) -> Bool {
            switch self {
            case .state(let state, let alarm): row[alarm] == state
            case .not(let tree): !tree.value(row)
            case .and(let a, let b): a.value(row) && b.value(row)
            case .or(let a, let b): a.value(row) || b.value(row)
            case .atLeast(let count, let state, let alarms): alarms.filter { row[$0] == state }.count >= count
            }
        }
    }

    @Test func `any rule agrees with its truth table in every row`() throws {
        var random = SeededRandom(seed: 5)
        for _ in 0..<300 {
            let tree = Tree.random(4, &random)
            let expression = try CompositeExpression(tree.text())
            for number in 0..<81 {
                let row = [number % 3, number / 3 % 3, number / 9 % 3, number / 27]
                let value = expression.value { name in name.last?.wholeNumberValue.flatMap { AlarmState.Value(rawValue: Tree.names[row[$0]]) } }
                #expect(value == tree.value(row), "\(tree.text()) at \(row)")
            }
        }
    }
}
