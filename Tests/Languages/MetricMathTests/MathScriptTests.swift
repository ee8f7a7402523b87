import Columns
import MetricMath
import SignalModel
import Simulation
import Testing

/// The scripts in Tests/Fixtures/metric-math; their format is in the README beside them.
struct MathScriptTests {
    struct Step: Sendable, CustomTestStringConvertible {
        enum Check: Sendable, Equatable {
            case series([Double?])
            case number(Double)
            case array([Element])
            case bad(position: Int, word: String)
        }

        struct Element: Sendable, Equatable {
            let source: String
            let values: [Double?]
        }

        let place: String
        let expression: String
        let periodSeconds: Int64
        let count: Int
        /// Seconds since 1970: where the window begins.
        let start: Int64
        let series: [(name: String, series: TimeSeries)]
        var check: Check

        var testDescription: String { "\(place): \(expression)" }
    }

    static let steps: [Step] = {
        do {
            return try Fixtures.names(in: "metric-math").filter { $0.hasSuffix(".test") }.flatMap(read)
        } catch {
            fatalError("cannot read the scripts: \(error)")
        }
    }()

    @Test func `the scripts are there`() { #expect(Self.steps.count > 330) }

    @Test(arguments: steps)
    func `expressions come to what the scripts say`(step: Step) throws {
        if case .bad(let position, let word) = step.check {
            let error = #expect(throws: MetricMathError.self) { try value(of: step) }
            #expect(error?.position == position, "\(error?.message ?? "")")
            #expect(error?.message.contains(word) ?? false, "\(error?.message ?? "")")
            return
        }
        switch try value(of: step) {
        case .scalar(let number): #expect(step.check == .number(number))
        case .series(let series): #expect(step.check == .series(grid(series, step)))
        case .array(let elements):
            #expect(step.check == .array(elements.map { Step.Element(source: name(of: $0.source), values: grid($0.series, step)) }))
        case .text: Issue.record("a text is no result")
        }
    }

    private func name(of source: MathValue.Source) -> String {
        if case .query(let id) = source { id } else { "-" }
    }

    private func value(of step: Step) throws -> MathValue {
        let end = Timestamp(seconds: step.start + step.periodSeconds * Int64(step.count))
        let range = TimeRange(start: Timestamp(seconds: step.start), end: end)
        let budget = QueryBudget(clock: ManualClock(), seconds: 60, bytesMax: 1 << 20)
        var environment = MathEnvironment(period: step.periodSeconds * 1_000_000_000, window: .ending(range), budget: budget)
        for (name, series) in step.series {
            environment.values[name] = .series(series)
            environment.metrics.append(MathValue.Element(source: .query(name), series: series))
        }
        return try MathExpression(step.expression).value(in: environment)
    }

    /// The values at the periods of the window; anything outside would make the lists differ in length.
    private func grid(_ series: TimeSeries, _ step: Step) -> [Double?] {
        var values = [Double?](repeating: nil, count: Int(step.periodSeconds) * step.count * 1_000_000_000 / Int(series.period))
        for (time, value) in zip(series.times, series.values) {
            let offset = time - step.start * 1_000_000_000
            if offset % series.period == 0, Int(offset / series.period) < values.count {
                values[Int(offset / series.period)] = value
            } else {
                values.append(value)
            }
        }
        return values
    }

    // MARK: Reading

    private static func read(_ name: String) throws -> [Step] {
        var steps: [Step] = []
        var (period, count, start): (Int64, Int, Int64) = (60, 0, 0)
        var series: [(name: String, series: TimeSeries)] = []
        var expression = ""
        for (index, line) in try Fixtures.text("metric-math/" + name).split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let (verb, rest) = cut(line)
            func add(_ check: Step.Check) {
                steps.append(Step(
                    place: "\(name):\(index + 1)", expression: expression, periodSeconds: period, count: count, start: start, series: series, check: check))
            }
            switch verb {
            case "", "#": continue
            case "load":
                let numbers = rest.split(separator: " ").map { Int64($0)! }
                (period, count, start) = (numbers[0], Int(numbers[1]), numbers.count > 2 ? numbers[2] : 0)
                series = []
            case "series": series.append(parsed(rest, period, start))
            case "eval": expression = rest
            case "is": add(.series(values(rest)))
            case "number": add(.number(Double(rest)!))
            case "array":
                let element = Step.Element(source: cut(rest[...]).verb, values: values(cut(rest[...]).rest))
                if let last = steps.last, last.expression == expression, case .array(let elements) = last.check {
                    steps[steps.count - 1].check = .array(elements + [element])
                } else {
                    add(.array([element]))
                }
            case "bad": add(.bad(position: Int(cut(rest[...]).verb)!, word: cut(rest[...]).rest))
            default: fatalError("\(name):\(index + 1): unknown verb \(verb)")
            }
        }
        return steps
    }

    private static func parsed(_ text: String, _ period: Int64, _ start: Int64) -> (name: String, series: TimeSeries) {
        let (head, rest) = cut(text[...])
        let parts = head.split(separator: "/")
        let width = (parts.count > 1 ? Int64(parts[1])! : period) * 1_000_000_000
        var series = TimeSeries(period: width)
        for (index, value) in values(rest).enumerated() { if let value { series.append(start * 1_000_000_000 + Int64(index) * width, value) } }
        return (String(parts[0]), series)
    }

    private static func values(_ text: String) -> [Double?] { text.split(separator: " ").map { $0 == "_" ? nil : Double($0)! } }

    private static func cut(_ line: Substring) -> (verb: String, rest: String) {
        guard let space = line.firstIndex(of: " ") else { return (String(line), "") }
        return (String(line[..<space]), String(line[line.index(after: space)...]))
    }
}
