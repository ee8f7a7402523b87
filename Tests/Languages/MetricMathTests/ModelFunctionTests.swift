import Forecasting
import MetricMath
import SignalModel
import Simulation
import Synchronization
import Testing

/// ANOMALY_DETECTION_BAND, FORECAST and TIME_UNTIL over stored history.
struct ModelFunctionTests {
    private static let start: Int64 = 1_795_219_200      // 2026-11-21
    private static let days = 3
    private static let metric = ScriptStore.metric("App|Load|Host=a")

    /// Three days of minutes: level 100, one at a time 5 up and 5 down; the last hour's middle is out of order.
    private func filled(minutes: Int = days * 1440, _ value: (Int) -> Double) async throws -> ScriptStore {
        let script = ScriptStore(minutes: 1)
        try await script.add(Self.metric, (0..<minutes).map { (Int(Self.start / 60) + $0, value($0)) })
        return script
    }

    private func usual(_ minute: Int) -> Double { 100 + (minute % 2 == 0 ? 5 : -5) + Double(minute * 7 % 11) / 10 }

    private func queries(_ expression: String, period: Int64 = 60) throws -> [MetricDataQuery] {
        [
            MetricDataQuery(id: "m1", source: .metric(try MetricStat(metric: Self.metric, periodSeconds: period, statistic: "Average"))),
            MetricDataQuery(id: "e1", source: .expression(expression)),
        ]
    }

    private func window(fromMinute start: Int, to end: Int) -> QueryWindow {
        let at = { (minute: Int) in Timestamp(seconds: Self.start + Int64(minute) * 60) }
        return .onEpoch(TimeRange(start: at(start), end: at(end)), now: at(end))
    }

    private func band(_ value: MathValue) -> (upper: TimeSeries, lower: TimeSeries)? {
        guard case .array(let elements) = value, elements.count == 2, elements[0].source == .band(isUpper: true),
            elements[1].source == .band(isUpper: false)
        else { return nil }
        return (elements[0].series, elements[1].series)
    }

    @Test func `a band lies around every period of the window, also where nothing came`() async throws {
        let script = try await filled { usual($0) }
        let end = Self.days * 1440
        let answer = try await script.answer(try queries("ANOMALY_DETECTION_BAND(m1, 2)"), in: window(fromMinute: end - 60, to: end + 10))
        let (upper, lower) = try #require(band(answer.values[1]))
        #expect(upper.count == 70 && lower.count == 70)
        for (place, minute) in (end - 60..<end + 10).enumerated() {
            #expect(lower.values[place] < usual(minute) && usual(minute) < upper.values[place])
            #expect(upper.values[place] - lower.values[place] < 60)
        }
    }

    @Test func `more deviations, a wider band; two when none are named`() async throws {
        let script = try await filled { usual($0) }
        let end = Self.days * 1440, window = window(fromMinute: end - 10, to: end)
        func width(_ expression: String) async throws -> Double {
            let (upper, lower) = try #require(band(try await script.answer(try queries(expression), in: window).values[1]))
            return upper.values[0] - lower.values[0]
        }
        let two = try await width("ANOMALY_DETECTION_BAND(m1)")
        #expect(try await width("ANOMALY_DETECTION_BAND(m1, 2)") == two)
        #expect(abs(try await width("ANOMALY_DETECTION_BAND(m1, 4)") - 2 * two) < 1e-6)
    }

    @Test func `what is expected depends on what came before only`() async throws {
        let end = Self.days * 1440
        let plain = try await filled { usual($0) }
        let spiked = try await filled { $0 == end - 5 ? 900 : usual($0) }
        let window = window(fromMinute: end - 60, to: end)
        let first = try #require(band(try await plain.answer(try queries("ANOMALY_DETECTION_BAND(m1)"), in: window).values[1]))
        let second = try #require(band(try await spiked.answer(try queries("ANOMALY_DETECTION_BAND(m1)"), in: window).values[1]))
        #expect(first.upper.values.prefix(56) == second.upper.values.prefix(56))
        #expect(second.upper.values[59] < 200)
    }

    @Test func `bands of calculations, and calculations with forecasts`() async throws {
        let script = try await filled { usual($0) }
        let end = Self.days * 1440, window = window(fromMinute: end - 10, to: end)
        let (upper, _) = try #require(band(try await script.answer(try queries("ANOMALY_DETECTION_BAND(2 * (m1 + 1), 2)"), in: window).values[1]))
        let inside = upper.values.enumerated().filter { place, edge in edge > 2 * (usual(end - 10 + place) + 1) }
        #expect(inside.count == 10 && upper.values.allSatisfy { $0 < 300 })
        guard case .series(let rest) = try await script.answer(try queries("ABS(m1 - FORECAST(m1)) < 30"), in: window).values[1] else {
            return #expect(Bool(false))
        }
        #expect(rest.values == [Double](repeating: 1, count: 10))
    }

    @Test func `a model that was kept says what a new one says`() async throws {
        let script = try await filled { usual($0) }
        let models = TrainedModels(countMax: 8)
        func answer(_ start: Int, _ end: Int, _ models: TrainedModels?) async throws -> MathValue {
            let budget = QueryBudget(clock: ManualClock(), seconds: 60, bytesMax: 1 << 26)
            let buckets = BucketReader(reader: script.store, tenant: ScriptStore.tenant, budget: budget, models: models)
            return try await buckets.answer(try MetricDataPlan(try queries("ANOMALY_DETECTION_BAND(m1)")), in: window(fromMinute: start, to: end)).values[1]
        }
        for start in stride(from: 2 * 1440 + 600, to: 2 * 1440 + 900, by: 37) {
            #expect(try await answer(start, start + 20, models) == answer(start, start + 20, nil))
        }
    }

    @Test func `a detector's settings are asked for by its metric`() async throws {
        let script = try await filled { usual($0) }
        let asked = Mutex<[MetricStat?]>([])
        let models = TrainedModels { subject, _ in
            asked.withLock { $0.append(subject.stat) }
            return SeasonalModel.Settings()
        }
        let budget = QueryBudget(clock: ManualClock(), seconds: 60, bytesMax: 1 << 26)
        let buckets = BucketReader(reader: script.store, tenant: ScriptStore.tenant, budget: budget, models: models)
        for expression in ["ANOMALY_DETECTION_BAND( m1 )", "ANOMALY_DETECTION_BAND(m1 + 1)"] {
            _ = try await buckets.answer(try MetricDataPlan(try queries(expression)), in: window(fromMinute: 1440, to: 1450))
        }
        #expect(asked.withLock { $0.map { $0?.metric.name } } == ["Load", nil])
    }

    @Test func `a forecast says what is going to be`() async throws {
        let end = Self.days * 1440
        let script = try await filled { 10 + Double($0) / 60 + (usual($0) - 100) / 50 }
        guard case .series(let ahead) = try await script.answer(try queries("FORECAST(m1, 7200)"), in: window(fromMinute: end - 5, to: end)).values[1]
        else { return #expect(Bool(false)) }
        #expect(ahead.values.allSatisfy { abs($0 - (10 + 72 + 2)) < 1.5 })
        guard case .series(let future) = try await script.answer(try queries("FORECAST(m1)"), in: window(fromMinute: end, to: end + 180)).values[1]
        else { return #expect(Bool(false)) }
        #expect(future.count == 180 && abs(future.values[179] - 85) < 1.5)
    }

    @Test func `the time until a threshold is reached grows shorter, is nothing once it is, and has an end`() async throws {
        let end = Self.days * 1440
        let script = try await filled { 10 + Double($0) / 60 + (usual($0) - 100) / 50 }
        func wait(_ arguments: String) async throws -> Double {
            guard case .series(let series) = try await script.answer(try queries("TIME_UNTIL(m1, \(arguments))"), in: window(fromMinute: end - 1, to: end)).values[1]
            else { return .nan }
            return series.values.last ?? .nan
        }
        #expect(abs(try await wait("92") - 36_000) < 4000)
        #expect(try await wait("50") == 0)
        #expect(try await wait("100000") == 604_800)
        #expect(try await wait("1000, ABOVE, 7200") == 7200)
        #expect(try await wait("5, BELOW, 7200") == 7200)
        #expect(try await wait("90, BELOW") == 0)
    }

    @Test func `a metric without a past gets no band and no error`() async throws {
        let script = try await filled(minutes: 5) { usual($0) }
        let (upper, lower) = try #require(band(try await script.answer(try queries("ANOMALY_DETECTION_BAND(m1)"), in: window(fromMinute: 0, to: 60)).values[1]))
        #expect(upper.isEmpty && lower.isEmpty)
    }

    @Test func `every series of an array has a forecast of its own, but no band`() async throws {
        let script = try await filled { usual($0) }
        let window = window(fromMinute: 1440, to: 1450)
        guard case .array(let elements) = try await script.answer(try queries("FORECAST([m1, m1 * 3], 600)"), in: window).values[1] else {
            return #expect(Bool(false))
        }
        #expect(elements.count == 2 && abs(elements[1].series.values[0] / elements[0].series.values[0] - 3) < 0.2)
        let failure = await #expect(throws: MetricDataPlan.Failure.self) { try await script.answer(try queries("1 + ANOMALY_DETECTION_BAND([m1, m1])"), in: window) }
        #expect(failure?.id == "e1" && failure?.cause.position == 28)
    }
}
