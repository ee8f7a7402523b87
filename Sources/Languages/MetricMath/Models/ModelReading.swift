import Columns
import Forecasting
import SignalModel

// How a model gets the past it needs, and what it says about the window.

extension BucketReader {
    /// Two weeks before the day of the window are learned from, and then the window itself, value by value: what is expected of a period
    /// depends on what came before it only.
    static let trainingSeconds: Int64 = 14 * 86_400

    /// - Parameter plan: its last query is the operand.
    func model(_ call: ModelCall, of plan: MetricDataPlan, in window: QueryWindow) async throws -> MetricFinding {
        do {
            return try await modelled(call, plan, window)
        } catch let failure as MetricDataPlan.Failure where failure.id == plan.queries.last?.id {
            throw MetricDataPlan.Failure(id: failure.id, cause: call.operand.moved(failure.cause))
        } catch let error as MetricMathError {
            throw MetricDataPlan.Failure(id: plan.queries.last?.id ?? "", cause: call.operand.moved(error))
        }
    }

    private func modelled(_ call: ModelCall, _ plan: MetricDataPlan, _ window: QueryWindow) async throws -> MetricFinding {
        // The operand's period is that of its longest metric, or else what it turns out to be.
        var period = (plan.queries.compactMap { $0.metricStat?.periodSeconds }.max() ?? plan.queries.last?.periodSeconds ?? 60) * PeriodAlignment.second
        var lead = try await operand(plan, in: window.extended(to: Self.lead(of: window, period), period: period))
        if case let real = try Self.period(of: lead.value, call) ?? period, real != period {
            period = real
            lead = try await operand(plan, in: window.extended(to: Self.lead(of: window, period), period: period))
        }
        let periods = window.periods(of: period)
        guard !periods.isEmpty else { return MetricFinding(value: lead.value, message: lead.message) }
        let end = Self.lead(of: window, period).seconds
        let subject = ModelSubject(plan)
        let settings = try await models?.settings(of: subject, tenant) ?? SeasonalModel.Settings()
        // The day of the place that the metric lives in.
        let local = settings.zone.local(end)
        let origin = max(0, end - (local - floorDivided(local, by: 86_400) * 86_400) - Self.trainingSeconds)
        let key = TrainedModels.Key(
            tenant: tenant, subject: subject, settings: settings, origin: origin, periodSeconds: period / PeriodAlignment.second)
        let trained = try await trained(key, until: end, plan, window)
        let walk = ModelWindow(call: call, period: period, range: periods, leadFrom: end)
        let value = try walk.value(of: lead.value, trained: trained, settings: settings, budget: budget)
        return MetricFinding(value: value, message: lead.message)
    }

    /// The hour in which the window begins, or the longer period: up to there a model is trained, from there on it is led, in the window's
    /// own periods.
    private static func lead(of window: QueryWindow, _ period: Int64) -> Timestamp {
        window.periods(of: period).start.floored(to: max(3600 * PeriodAlignment.second, period))
    }

    private func trained(
        _ key: TrainedModels.Key, until end: Int64, _ plan: MetricDataPlan, _ window: QueryWindow
    ) async throws -> TrainedModels.Trained? {
        let known = models?.trained(key, notAfter: end)
        let start = known?.end ?? key.origin
        guard start < end else { return known }
        let past = QueryWindow.onEpoch(TimeRange(start: Timestamp(seconds: start), end: Timestamp(seconds: end)), now: window.now)
        let answer = try await operand(plan, in: past)
        let series = try answer.value.elements(at: 1).map(\.series)
        // Of a search there may be more series now than an hour ago; then their models begin where the others did.
        if let known, known.models.count != series.count, known.end > key.origin {
            return try await trained(key, until: end, from: key.origin, plan, window)
        }
        return keep(series, known?.models, key, end)
    }

    private func trained(
        _ key: TrainedModels.Key, until end: Int64, from start: Int64, _ plan: MetricDataPlan, _ window: QueryWindow
    ) async throws -> TrainedModels.Trained? {
        let past = QueryWindow.onEpoch(TimeRange(start: Timestamp(seconds: start), end: Timestamp(seconds: end)), now: window.now)
        return keep(try await operand(plan, in: past).value.elements(at: 1).map(\.series), nil, key, end)
    }

    private func keep(
        _ series: [TimeSeries], _ known: [SeasonalModel]?, _ key: TrainedModels.Key, _ end: Int64
    ) -> TrainedModels.Trained {
        let fresh = SeasonalModel(periodSeconds: key.periodSeconds, settings: key.settings)
        let models = series.enumerated().map { index, series in
            var model = known?[index] ?? fresh
            for (time, value) in zip(series.times, series.values) { model.observe(value, at: floorDivided(time, by: PeriodAlignment.second)) }
            return model
        }
        let trained = TrainedModels.Trained(end: end, models: models)
        self.models?.keep(trained, as: key)
        return trained
    }

    private func operand(_ plan: MetricDataPlan, in window: QueryWindow) async throws -> (value: MathValue, message: MetricDataMessage?) {
        let answer = try await answer(plan, in: window)
        return (answer.values[answer.values.count - 1], answer.messages.first)
    }

    /// Nil of an empty array.
    private static func period(of value: MathValue, _ call: ModelCall) throws(MetricMathError) -> Int64? {
        switch (value, call.purpose) {
        case (.series(let series), _): return series.period
        case (.array(let elements), .forecast), (.array(let elements), .timeUntil): return elements.map(\.series.period).max()
        case (.array, .band), (.scalar, _), (.text, _):
            let message = "cannot call '\(call.kind.rawValue)' with \(value.typeName): it takes a time series here"
            throw MetricMathError(code: .type, message: message, position: 1)
        }
    }
}

extension QueryWindow {
    /// The same periods, and those before them from about `start` on.
    fileprivate func extended(to start: Timestamp, period: Int64) -> QueryWindow {
        let periods = periods(of: period)
        let more = max(0, periods.start.nanoseconds - start.nanoseconds) / period
        let range = TimeRange(start: Timestamp(nanoseconds: periods.start.nanoseconds - more * period), end: range.end)
        return with(range)
    }
}

/// Walks a model through a window.
private struct ModelWindow {
    let call: ModelCall
    let period: Int64
    let range: TimeRange
    /// Seconds since 1970: values from here on were not learned yet.
    let leadFrom: Int64

    private static let pointsMax = 100_800
    /// TIME_UNTIL looks this many times into the future of a point.
    private static let looks: Int64 = 500

    func value(
        of lead: MathValue, trained: TrainedModels.Trained?, settings: SeasonalModel.Settings, budget: QueryBudget
    ) throws -> MathValue {
        let elements = try lead.elements(at: 1)
        let count = range.count(of: period)
        guard count * max(1, elements.count) <= Self.pointsMax else {
            let message = "cannot call '\(call.kind.rawValue)': there are \(count) periods in this time, and it makes at most \(Self.pointsMax) points"
            throw MetricMathError(code: .limit, message: message, position: 1)
        }
        try budget.spend(bytes: count * 32 * max(1, elements.count))
        let fresh = SeasonalModel(periodSeconds: period / PeriodAlignment.second, settings: settings)
        let parts = elements.enumerated().map { index, element in
            let model = trained.flatMap { index < $0.models.count ? $0.models[index] : nil } ?? fresh
            return (element.source, walk(element.series, model))
        }
        if case .band = call.purpose, let (_, walked) = parts.first {
            return .array([
                MathValue.Element(source: .band(isUpper: true), series: walked.upper), MathValue.Element(source: .band(isUpper: false), series: walked.first),
            ])
        }
        if case .series = lead, let (_, walked) = parts.first { return .series(walked.first) }
        return .array(parts.map { MathValue.Element(source: $0, series: $1.first) })
    }

    /// - Returns: what the function says of each period; of a band the lower edge first.
    private func walk(_ series: TimeSeries, _ start: SeasonalModel) -> (first: TimeSeries, upper: TimeSeries) {
        var model = start
        var result = TimeSeries(period: period), upper = TimeSeries(period: period)
        var next = 0
        for index in 0..<range.count(of: period) {
            let time = range.start.nanoseconds + Int64(index) * period
            let seconds = floorDivided(time, by: PeriodAlignment.second)
            while next < series.count, series.times[next] < time { observe(series, &next, &model) }
            switch call.purpose {
            case .band(let deviations):
                guard let expected = model.expectation(at: seconds) else { continue }
                result.append(time, expected.lower(deviations))
                upper.append(time, expected.upper(deviations))
            case .forecast(nil):
                if let value = model.forecast(at: seconds) { result.append(time, value) }
            case .forecast(let ahead?):
                while next < series.count, series.times[next] <= time { observe(series, &next, &model) }
                if let value = model.forecast(at: seconds + ahead) { result.append(time, value) }
            case .timeUntil(let threshold, let isBelow, let atMost):
                while next < series.count, series.times[next] <= time { observe(series, &next, &model) }
                let now = next > 0 ? series.values[next - 1] : nil
                if let wait = wait(threshold, isBelow, atMost, model, from: seconds, now) { result.append(time, wait) }
            }
        }
        return (result, upper)
    }

    private func observe(_ series: TimeSeries, _ next: inout Int, _ model: inout SeasonalModel) {
        let seconds = floorDivided(series.times[next], by: PeriodAlignment.second)
        if seconds >= leadFrom { model.observe(series.values[next], at: seconds) }
        next += 1
    }

    /// Seconds until the metric is there; `atMost` when it is not going to be there sooner. Nil while nothing is expected at all.
    private func wait(
        _ threshold: Double, _ isBelow: Bool, _ atMost: Int64, _ model: SeasonalModel, from seconds: Int64, _ now: Double?
    ) -> Double? {
        func isThere(_ value: Double) -> Bool { isBelow ? value <= threshold : value >= threshold }
        guard model.forecast(at: seconds + 1) != nil else { return nil }
        if let now, isThere(now) { return 0 }
        let step = max(period / PeriodAlignment.second, atMost / Self.looks, 1)
        var ahead = step
        while ahead <= atMost {
            if let value = model.forecast(at: seconds + ahead), isThere(value) { return Double(ahead) }
            ahead += step
        }
        return Double(atMost)
    }
}
