import MetricMath
import SignalModel
import Simulation
import Testing

struct MetricDataPlanTests {
    private let budget = QueryBudget(clock: ManualClock(), seconds: 10, bytesMax: 1 << 20)

    private func metric(_ id: String) throws -> MetricDataQuery {
        MetricDataQuery(
            id: id, source: .metric(try MetricStat(metric: MetricIdentity(namespace: "N", name: id), periodSeconds: 60, statistic: "Sum")))
    }

    private func expression(_ id: String, _ text: String) -> MetricDataQuery { MetricDataQuery(id: id, source: .expression(text)) }

    @Test func `expressions may name queries before and after them`() throws {
        let plan = try MetricDataPlan([expression("e2", "e1 * 2"), expression("e1", "m1 + m2"), try metric("m1"), try metric("m2")])
        let window = QueryWindow.ending(TimeRange(start: Timestamp(seconds: 0), end: Timestamp(seconds: 120)))
        #expect(plan.requests(in: window).map(\.metric.name) == ["m1", "m2"])
        let values = try plan.values(of: [BucketTable(period: 60), BucketTable(period: 60)], in: window, budget: budget)
        #expect(values.count == 4)
    }

    @Test func `unknown ids, circles and broken texts name their query`() throws {
        func failure(_ queries: [MetricDataQuery]) -> MetricDataPlan.Failure? {
            #expect(throws: MetricDataPlan.Failure.self) { try MetricDataPlan(queries) }
        }
        let unknown = failure([try metric("m1"), expression("e1", "m1 + m9")])
        #expect(unknown?.id == "e1" && unknown?.cause.code == .unknownID && unknown?.cause.message.contains("m9") ?? false)
        #expect(failure([expression("e1", "e1 + 1")])?.cause.code == .cycle)
        #expect(failure([expression("a", "b"), expression("b", "c"), expression("c", "a"), try metric("m")])?.cause.code == .cycle)
        #expect(failure([expression("e1", "1 +")])?.cause.position == 4)
    }

    @Test func `a long sum and deep nesting are read without a deep stack`() throws {
        let sum = (0..<500).map { "m\($0)" }.joined(separator: "+")
        #expect(try MathExpression(sum).names.count == 500)
        #expect(try MathExpression(String(repeating: "(", count: 60) + "1" + String(repeating: ")", count: 60)).names.isEmpty)
        for opening in ["(", "-", "[", "ABS(", "2^"] {
            let error = #expect(throws: MetricMathError.self) { try MathExpression(String(repeating: opening, count: 100_000) + "1") }
            #expect(error?.code == .limit)
        }
    }

    @Test func `start times are rounded by their age`() {
        let now = Timestamp(seconds: 1_700_000_123)
        func rounded(_ age: Int64, period: Int64) -> Int64 {
            PeriodAlignment.rounded(Timestamp(seconds: now.seconds - age), periodSeconds: period, now: now).seconds
        }
        #expect(rounded(100, period: 60) == 1_700_000_023 / 60 * 60)
        #expect(rounded(100, period: 5) == 1_700_000_020)
        #expect(rounded(100, period: 1) == 1_700_000_023)
        #expect(rounded(16 * 86_400, period: 60) % 300 == 0)
        #expect(rounded(70 * 86_400, period: 60) % 3600 == 0)
        #expect(rounded(10_000 * 86_400, period: 60) >= now.seconds - 456 * 86_400)
        #expect(PeriodAlignment.rounded(Timestamp(nanoseconds: .min), periodSeconds: 60, now: now).seconds > 0)
    }

    @Test func `periods lie on the epoch, or end where an alarm's window ends`() {
        let range = TimeRange(start: Timestamp(seconds: 1_000_010), end: Timestamp(seconds: 1_000_620))
        let onEpoch = QueryWindow.onEpoch(range, now: Timestamp(seconds: 1_001_000)).periods(of: 300 * 1_000_000_000)
        #expect(onEpoch.start.seconds == 999_900 && onEpoch.end == range.end)
        let ending = QueryWindow.ending(range).periods(of: 300 * 1_000_000_000)
        #expect(ending.start.seconds == 1_000_620 - 900 && ending.end == range.end)
    }
}
