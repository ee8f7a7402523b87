@testable import MetricMath
import Simulation
import Testing

/// The scripts in Tests/Fixtures/metric-search; their format is in Tests/Fixtures/README.md.
struct SearchScriptTests {
    struct Step: Sendable, CustomTestStringConvertible {
        enum Check: Sendable, Equatable {
            case tokens([String])
            case found([String])
            case bad(position: Int, word: String)
        }

        let place: String
        let text: String
        let metrics: [(alias: String, metric: MetricIdentity)]
        let check: Check

        var testDescription: String { "\(place): \(text)" }
    }

    static let steps: [Step] = {
        do {
            return try Fixtures.names(in: "metric-search").filter { $0.hasSuffix(".test") }.flatMap(read)
        } catch {
            fatalError("cannot read the scripts: \(error)")
        }
    }()

    @Test func `the scripts are there`() { #expect(Self.steps.count > 180) }

    @Test(arguments: steps)
    func `searches find what the scripts say`(step: Step) async throws {
        switch step.check {
        case .tokens(let tokens): #expect(SearchTokens(step.text).tokens.map { String(decoding: $0, as: UTF8.self) } == tokens)
        case .found(let aliases): #expect(try await found(step) == aliases.sorted())
        case .bad(let position, let word):
            let failure = await #expect(throws: MetricDataPlan.Failure.self) { try await found(step) }
            let message = failure?.cause.message ?? ""
            #expect(failure?.cause.position == position + Self.opening.utf8.count, "\(message)")
            #expect(message.contains(word), "\(message)")
        }
    }

    private static let opening = "SEARCH('"

    private func found(_ step: Step) async throws -> [String] {
        let script = ScriptStore(minutes: 1)
        for entry in step.metrics { try await script.add(entry.metric, [(0, 1)]) }
        let value = try await script.answer(Self.opening + step.text + "', 'SampleCount', 60)")
        guard case .array(let elements) = value else { return ["not an array"] }
        #expect(elements.allSatisfy { $0.series.values == [1] })
        return elements.map { element in
            guard case .metric(let stat) = element.source else { return "not a metric" }
            return step.metrics.first { $0.metric == stat.metric }?.alias ?? "unknown"
        }.sorted()
    }

    private static func read(_ name: String) throws -> [Step] {
        var steps: [Step] = []
        var metrics: [(alias: String, metric: MetricIdentity)] = []
        var text = ""
        for line in try scriptLines("metric-search/" + name) {
            let words = line.rest.split(separator: " ", maxSplits: 1).map(String.init)
            func add(_ check: Step.Check) { steps.append(Step(place: "\(name):\(line.number)", text: text, metrics: metrics, check: check)) }
            switch line.verb {
            case "metric": metrics.append((words[0], ScriptStore.metric(words[1])))
            case "search", "tokens": text = line.rest
            case "are": add(.tokens(line.rest.split(separator: " ").map(String.init)))
            case "finds": add(.found(line.rest.split(separator: " ").map(String.init)))
            case "bad": add(.bad(position: Int(words[0])!, word: words[1]))
            default: fatalError("\(name):\(line.number): unknown verb \(line.verb)")
            }
        }
        return steps
    }
}
