@testable import MetricMath
import SignalModel
import Simulation
import Synchronization
import Testing

/// What SEARCH and Metrics Insights queries take from the store.
struct LookupTests {
    private let day: Int64 = 86_400

    private func found(_ value: MathValue) -> [(metric: String, values: [Double])] {
        guard case .array(let elements) = value else { return [("not an array", [])] }
        return elements.map { element in
            guard case .metric(let stat) = element.source else { return ("\(element.source)", element.series.values) }
            return (
                (stat.metric.dimensions.map(\.value) + [stat.statisticText, "\(stat.periodSeconds)"]).joined(separator: " "),
                element.series.values
            )
        }
    }

    private func window(_ start: Int64, _ end: Int64, now: Int64) -> QueryWindow {
        .onEpoch(TimeRange(start: Timestamp(seconds: start), end: Timestamp(seconds: end)), now: Timestamp(seconds: now))
    }

    @Test func `a search takes its statistic, and its period from the call, the query or 300 seconds`() async throws {
        let script = ScriptStore(minutes: 10)
        try await script.add(ScriptStore.metric("App|Latency|Host=a"), (0..<10).map { ($0, Double($0)) })
        try await script.add(ScriptStore.metric("App|Latency|Host=b"), [(0, 100), (1, 200)])
        func search(_ arguments: String, period: Int64? = nil) async throws -> [(metric: String, values: [Double])] {
            found(try await script.answer("SEARCH('Latency', \(arguments))", periodSeconds: period))
        }
        let two = try await search("'Maximum', 60")
        #expect(two.map(\.metric) == ["a Maximum 60", "b Maximum 60"])
        #expect(two[1].values == [100, 200])
        #expect(try await search("'Sum'").map(\.metric) == ["a Sum 300", "b Sum 300"])
        #expect(try await search("'Sum'").map(\.values) == [[10, 35], [300]])
        #expect(try await search("'Sum'", period: 600).map(\.values) == [[45], [300]])
        #expect(try await search("'p50', 600", period: 60).map(\.values) == [[4], [100]])
        #expect(try await search("'TM(0%:50%)', 600").map(\.values) == [[2], [100]])
    }

    @Test func `a metric is found once, whatever its units`() async throws {
        let script = ScriptStore(minutes: 2)
        let metric = ScriptStore.metric("App|Latency")
        try await script.add(metric, unit: "Seconds", [(0, 1)])
        try await script.add(metric, unit: "Milliseconds", [(0, 500), (1, 500)])
        #expect(found(try await script.answer("SEARCH('Latency', 'Sum', 60)")).map(\.values) == [[501, 500]])
        guard case .series(let series) = try await script.answer("SELECT MAX(Latency) FROM App", periodSeconds: 60) else {
            return #expect(Bool(false))
        }
        #expect(series.values == [500, 500])
    }

    @Test func `metrics are searched that had a sample in the last two weeks, with data in the window or not`() async throws {
        let script = ScriptStore(minutes: 1)
        let minutes = 24 * 60
        try await script.add(ScriptStore.metric("App|Old"), [(0, 1)])
        try await script.add(ScriptStore.metric("App|Recent"), [(10 * minutes, 1)])
        func names(at now: Int64) async throws -> [String] {
            let query = MetricDataQuery(id: "e", source: .expression("SEARCH('Namespace=App', 'SampleCount', 60)"))
            guard case .array(let elements) = try await script.answer([query], in: window(now - 3600, now, now: now)).values[0] else {
                return []
            }
            #expect(elements.allSatisfy { $0.series.isEmpty })
            return elements.compactMap { if case .metric(let stat) = $0.source { stat.metric.name } else { nil } }
        }
        #expect(try await names(at: 13 * day) == ["Old", "Recent"])
        #expect(try await names(at: 14 * day + 60) == ["Recent"])
        #expect(try await names(at: 25 * day).isEmpty)
    }

    @Test func `a search of more than 500 metrics returns the first, and says so`() async throws {
        let script = ScriptStore(minutes: 1)
        for index in 0..<501 { try await script.add(ScriptStore.metric("App|M|n=\(10_000 + index)"), [(0, 1)]) }
        let query = MetricDataQuery(id: "e1", source: .expression("SEARCH('Namespace=App', 'Sum', 60)"))
        let answer = try await script.answer([query])
        guard case .array(let elements) = answer.values[0] else { return #expect(Bool(false)) }
        #expect(elements.count == 500)
        #expect(answer.messages.map(\.code) == ["MaxMetricsExceeded"])
        #expect(
            answer.messages[0].text.hasPrefix("Maximum number of allowed metrics exceeded")
                && answer.messages[0].text.contains("'e1' matches 501"))
        let counted = MetricDataQuery(id: "e2", source: .expression("TIME_SERIES(METRIC_COUNT(e1))"))
        guard case .series(let count) = try await script.answer([query, counted]).values[1] else { return #expect(Bool(false)) }
        #expect(count.values == [500])
        let grouped = MetricDataQuery(id: "q1", source: .expression("SELECT SUM(M) FROM App GROUP BY n"), periodSeconds: 60)
        let groups = try await script.answer([grouped])
        #expect(groups.messages.map(\.code) == ["MaxQueryResultsExceeded"])
        let limited = MetricDataQuery(id: "q1", source: .expression("SELECT SUM(M) FROM App GROUP BY n LIMIT 500"), periodSeconds: 60)
        #expect(try await script.answer([limited]).messages.isEmpty)
    }

    @Test func `a search's text has at most 1024 characters`() throws {
        func search(_ count: Int) throws { _ = try MathExpression("SEARCH('" + String(repeating: "é", count: count) + "', 'Sum', 60)") }
        try search(1024)
        let error = #expect(throws: MetricMathError.self) { try search(1025) }
        #expect(error?.code == .limit && error?.position == 9)
    }

    @Test func `found series go on into expressions, their own or others'`() async throws {
        let script = ScriptStore(minutes: 3)
        try await script.add(ScriptStore.metric("App|Errors|Host=a"), [(0, 1), (1, 2)])
        try await script.add(ScriptStore.metric("App|Errors|Host=b"), [(1, 10), (2, 20)])
        let search = #"SEARCH('{App,Host} MetricName="Errors"', 'Sum', 60)"#
        func values(_ expression: String) async throws -> [[Double]] {
            let queries = [
                MetricDataQuery(id: "s", source: .expression(search)),
                MetricDataQuery(
                    id: "q", source: .expression("SELECT SUM(Errors) FROM App GROUP BY Host ORDER BY SUM() DESC"), periodSeconds: 60),
                MetricDataQuery(id: "one", source: .expression("SELECT SUM(Errors) FROM App"), periodSeconds: 60),
                MetricDataQuery(id: "e", source: .expression(expression)),
            ]
            switch try await script.answer(queries).values[3] {
            case .series(let series): return [series.values]
            case .array(let elements): return elements.map(\.series.values)
            case .scalar, .text: return []
            }
        }
        #expect(try await values("SUM(\(search))") == [[1, 12, 20]])
        #expect(try await values("SUM(s)") == [[1, 12, 20]])
        #expect(try await values("SUM(q)") == [[1, 12, 20]])
        #expect(try await values("one") == [[1, 12, 20]])
        #expect(try await values("FIRST(q)") == [[10, 20]])
        #expect(try await values("100 * s / one") == [[100, 200.0 / 12], [1000.0 / 12, 100]])
        #expect(try await values("SUM(\(search)) / METRIC_COUNT(\(search))") == [[0.5, 6, 10]])
        #expect(try await values("[SUM(s), SUM(SEARCH('Missing', 'Sum'))]") == [[1, 12, 20], []])
        #expect(try await values("REMOVE_EMPTY(SEARCH('Missing', 'Sum'))").isEmpty)
        #expect(try await values("SORT(s, MAX, DESC, 1)") == [[10, 20]])
        #expect(try await values("SUM([METRICS(), s])") == [[1, 12, 20]], "found series are no metrics of the request")
    }

    @Test func `periods of queries are checked`() throws {
        func failure(_ expression: String, period: Int64?) -> MetricMathError? {
            let error = #expect(throws: MetricDataPlan.Failure.self) {
                try MetricDataPlan([MetricDataQuery(id: "q", source: .expression(expression), periodSeconds: period)])
            }
            return error?.cause
        }
        #expect(failure("SELECT SUM(Errors) FROM App", period: nil)?.message == "cannot run a Metrics Insights query without a Period")
        #expect(failure("SELECT SUM(Errors) FROM App", period: 7)?.code == .period)
        #expect(failure("TIME_SERIES(1)", period: 61)?.code == .period)
        let plan = try MetricDataPlan([MetricDataQuery(id: "q", source: .expression("SEARCH('a', 'Sum')"))])
        #expect(plan.hasSearches)
    }

    @Test func `what comes to no number is told of, and stays told`() async throws {
        let script = ScriptStore(minutes: 3)
        try await script.add(ScriptStore.metric("App|M"), [(0, 0), (1, 1)])
        for expression in [
            "1 / SEARCH('M', 'Sum', 60)", "FILL(1 / SEARCH('M', 'Sum', 60), 0)", "SUM(1 / SEARCH('M', 'Sum', 60))",
            "[LOG(FIRST(SEARCH('M', 'Sum', 60)))]",
        ] {
            switch try await script.answer(expression) {
            case .series(let series): #expect(series.hasDroppedPoints, "\(expression)")
            case .array(let elements): #expect(elements.allSatisfy { $0.series.hasDroppedPoints }, "\(expression)")
            case .scalar, .text: Issue.record("\(expression) is no series")
            }
        }
        guard case .array(let elements) = try await script.answer("SEARCH('M', 'Sum', 60) + 1") else { return #expect(Bool(false)) }
        #expect(!elements[0].series.hasDroppedPoints)
    }

    @Test func `arrays of arrays of arrays end, and so do long windows`() throws {
        let second = PeriodAlignment.second
        let window = QueryWindow.ending(TimeRange(start: Timestamp(seconds: 0), end: Timestamp(seconds: 400 * 86_400)))
        let budget = QueryBudget(clock: ManualClock(), seconds: 10, bytesMax: 1 << 20)
        var environment = MathEnvironment(window: window, budget: budget)
        let series = TimeSeries(period: second, times: [0], values: [1])
        environment.values["a"] = .array([MathValue.Element](repeating: .init(source: .none, series: series), count: 5_000))
        environment.values["m"] = .series(series)
        #expect(throws: MetricMathError.self) { try MathExpression("[a, a, a]").value(in: environment) }
        for text in ["FILL(m, 0)", "MINUTE(m)", "FILL(a, REPEAT)"] {
            let error = #expect(throws: MetricMathError.self) { try MathExpression(text).value(in: environment) }
            #expect(error?.code == .limit && error?.position == 1)
        }
        #expect(throws: StorageError.self) { try MathExpression(String(repeating: "-", count: 60) + "a").value(in: environment) }
    }

    @Test func `one scan serves all the metrics of a lookup`() async throws {
        let script = ScriptStore(minutes: 2)
        for host in 0..<50 { try await script.add(ScriptStore.metric("App|M|Host=\(host)"), [(0, Double(host)), (1, 1)]) }
        let reader = CountingReader(store: script.store)
        let budget = QueryBudget(clock: ManualClock(), seconds: 10, bytesMax: 1 << 20)
        let buckets = BucketReader(reader: reader, tenant: ScriptStore.tenant, budget: budget)
        for expression in ["SEARCH('{App,Host}', 'Sum', 60)", "SELECT SUM(M) FROM App GROUP BY Host"] {
            let plan = try MetricDataPlan([MetricDataQuery(id: "q", source: .expression(expression), periodSeconds: 60)])
            guard case .array(let elements) = try await buckets.answer(plan, in: script.window).values[0] else {
                return #expect(Bool(false))
            }
            #expect(elements.count == 50)
        }
        #expect(reader.scans.load(ordering: .relaxed) == 2)
    }
}

private final class CountingReader: MetricReader {
    let store: ModelStore
    let scans = Atomic<Int>(0)

    init(store: ModelStore) { self.store = store }

    func series(matching matchers: [LabelMatcher], of tenant: Tenant, in range: TimeRange, limit: Int) async throws(StorageError)
        -> [SeriesEntry]
    {
        try await store.series(matching: matchers, of: tenant, in: range, limit: limit)
    }

    func scan(_ plan: MetricScan) async throws(StorageError) -> any ScanCursor {
        scans.add(1, ordering: .relaxed)
        return try await store.scan(plan)
    }
}
