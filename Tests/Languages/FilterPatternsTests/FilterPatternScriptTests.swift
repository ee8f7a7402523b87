import Columns
import FilterPatterns
import Simulation
import Testing

/// The scripts in Tests/Fixtures/filter-patterns; their format is in Tests/Fixtures/README.md.
struct FilterPatternScriptTests {
    struct Step: Sendable, CustomTestStringConvertible {
        enum Check: Sendable, Equatable {
            case match(Bool)
            case values(String)
            case bad(position: Int)
        }

        let place: String
        let pattern: String
        let check: Check
        let message: String

        var testDescription: String { "\(place): \(pattern)" }
    }

    static let steps: [Step] = {
        do { return try Fixtures.names(in: "filter-patterns").flatMap(read) } catch { fatalError("cannot read the scripts: \(error)") }
    }()

    @Test func `the scripts are there`() { #expect(Self.steps.count > 200) }

    @Test(arguments: steps)
    func `patterns match what the scripts say`(step: Step) throws {
        let message = Array(step.message.utf8)[...]
        switch step.check {
        case .match(let expected):
            let pattern = try FilterPattern(parsing: step.pattern)
            #expect(pattern.matches(message) == expected)
            // The predicate may let more through, never less.
            let passes = pattern.predicate.selection(rowCount: 1) { _ in Column(.bytes(BytesVector([step.message]))) }[0]
            #expect(passes == expected || passes && !pattern.isPredicateExact)
        case .values(let expected):
            let values = try #require(try FilterPattern(parsing: step.pattern).extractedValues(of: message))
            #expect(values.map { "\($0.name)=\($0.value)" }.joined(separator: ";") == expected)
        case .bad(let position):
            let error = #expect(throws: FilterPatternError.self) { try FilterPattern(parsing: step.pattern) }
            #expect(error?.position == position, "\(error?.reason ?? "")")
        }
    }

    private static func read(_ name: String) throws -> [Step] {
        var steps: [Step] = []
        var pattern = ""
        var values = ""
        for (index, line) in try Fixtures.text("filter-patterns/" + name).split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let (verb, rest) = cut(line)
            func step(_ check: Step.Check, message: String = rest) {
                steps.append(Step(place: "\(name):\(index + 1)", pattern: pattern, check: check, message: message))
            }
            switch verb {
            case "", "#": continue
            case "pattern": pattern = rest
            case "match": step(.match(true))
            case "miss": step(.match(false))
            case "values": values = rest
            case "of": step(.values(values))
            case "bad":
                let (position, text) = cut(Substring(rest))
                pattern = text
                step(.bad(position: Int(position)!), message: "")
            default: Issue.record("\(name):\(index + 1): unknown verb \(verb)")
            }
        }
        return steps
    }

    private static func cut(_ line: Substring) -> (verb: String, rest: String) {
        guard let space = line.firstIndex(of: " ") else { return (String(line), "") }
        return (String(line[..<space]), String(line[line.index(after: space)...]))
    }
}
