import MetricMath
import Simulation
import Testing

/// The scripts in Tests/Fixtures/metric-sql; their format is in Tests/Fixtures/README.md.
struct MetricsInsightsScriptTests {
    struct Step: Sendable, CustomTestStringConvertible {
        enum Check: Sendable, Equatable {
            case series([Double?])
            case groups([Group])
            case bad(position: Int, word: String)
        }

        struct Group: Sendable, Equatable {
            let labels: [String]
            let values: [Double?]
        }

        let place: String
        let query: String
        let count: Int
        let metrics: [(metric: MetricIdentity, samples: [(minute: Int, value: Double)])]
        var check: Check

        var testDescription: String { "\(place): \(query)" }
    }

    static let steps: [Step] = {
        do {
            return try Fixtures.names(in: "metric-sql").filter { $0.hasSuffix(".test") }.flatMap(read)
        } catch {
            fatalError("cannot read the scripts: \(error)")
        }
    }()

    @Test func `the scripts are there`() { #expect(Self.steps.count > 130) }

    @Test(arguments: steps)
    func `queries come to what the scripts say`(step: Step) async throws {
        if case .bad(let position, let word) = step.check {
            let failure = await #expect(throws: MetricDataPlan.Failure.self) { try await value(of: step) }
            let message = failure?.cause.message ?? ""
            #expect(failure?.cause.position == position, "\(message)")
            #expect(message.contains(word), "\(message)")
            return
        }
        switch try await value(of: step) {
        case .series(let series): #expect(step.check == .series(grid(series, step)))
        case .array(let elements):
            #expect(
                step.check
                    == .groups(
                        elements.map { element in
                            guard case .group(let labels) = element.source else { return Step.Group(labels: ["not a group"], values: []) }
                            return Step.Group(labels: labels, values: grid(element.series, step))
                        }))
        case .scalar, .text: Issue.record("a query returns series")
        }
    }

    private func value(of step: Step) async throws -> MathValue {
        let script = ScriptStore(minutes: step.count)
        for entry in step.metrics { try await script.add(entry.metric, entry.samples) }
        return try await script.answer(step.query, periodSeconds: 60)
    }

    private func grid(_ series: TimeSeries, _ step: Step) -> [Double?] {
        var values = [Double?](repeating: nil, count: step.count)
        for (time, value) in zip(series.times, series.values) { values[Int(time / ScriptStore.minute)] = value }
        return values
    }

    // MARK: Reading

    private static func read(_ name: String) throws -> [Step] {
        var steps: [Step] = []
        var metrics: [(metric: MetricIdentity, samples: [(minute: Int, value: Double)])] = []
        var (query, count) = ("", 0)
        for line in try scriptLines("metric-sql/" + name) {
            func add(_ check: Step.Check) {
                steps.append(Step(place: "\(name):\(line.number)", query: query, count: count, metrics: metrics, check: check))
            }
            switch line.verb {
            case "load":
                count = Int(line.rest.split(separator: " ")[1])!
                metrics = []
            case "metric":
                let parts = line.rest.split(separator: "|: ").map(String.init)
                metrics.append((ScriptStore.metric(parts[0]), samples(parts[1])))
            case "sql": query = line.rest
            case "is": add(.series(values(line.rest)))
            case "none": add(.groups([]))
            case "group":
                let parts = line.rest.split(separator: ": ").map(String.init)
                let group = Step.Group(labels: parts[0].split(separator: "|").map(String.init), values: values(parts[1]))
                if let last = steps.last, last.query == query, case .groups(let groups) = last.check {
                    steps[steps.count - 1].check = .groups(groups + [group])
                } else {
                    add(.groups([group]))
                }
            case "bad":
                let words = line.rest.split(separator: " ", maxSplits: 1).map(String.init)
                add(.bad(position: Int(words[0])!, word: words[1]))
            default: fatalError("\(name):\(line.number): unknown verb \(line.verb)")
            }
        }
        return steps
    }

    private static func values(_ text: String) -> [Double?] { text.split(separator: " ").map { $0 == "_" ? nil : Double($0)! } }

    private static func samples(_ text: String) -> [(minute: Int, value: Double)] {
        text.split(separator: " ").enumerated().flatMap { minute, values in
            values == "_" ? [] : values.split(separator: ",").map { (minute, Double($0)!) }
        }
    }
}
