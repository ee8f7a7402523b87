import Glibc

/// What a metric is expected to be, learned from its values as they come: trend, and what recurs by the hour, the day and the week.
///
///     var model = SeasonalModel(periodSeconds: 60)
///     for (time, value) in history { model.observe(value, at: time) }          // oldest first; gaps are no matter
///     if let expected = model.expectation(at: time) { expected.upper(2) }      // from values before `time` only
///
/// It keeps no values but a profile of 14 days in bins of five minutes (16 KB), and takes about a microsecond a value. What an outlier,
/// a gap or a new level does to it, and what its parts are, stands in `Documentation/AnomalyDetection.md`.
package struct SeasonalModel: Sendable {
    package struct Settings: Sendable, Hashable {
        package enum Adaptation: Sendable { case fast, normal, slow }
        package enum OutlierFilter: Sendable { case minimal, moderate, strict }

        package var adaptation = Adaptation.normal
        package var outlierFilter = OutlierFilter.moderate
        /// By which days are cut.
        package var zone = LocalTime.utc
        /// Spikes that come at their time of the day, most days or the same day of each week, are no anomalies.
        package var expectsSpikes = false
        /// Seconds since 1970: values in these teach nothing.
        package var excluded: [ClosedRange<Int64>] = []

        package init() {}

        var shiftSeconds: Int64 {
            switch adaptation {
            case .fast: 1800
            case .normal: 3600
            case .slow: 4 * 3600
            }
        }

        /// In deviations.
        var outlierLimit: Double {
            switch outlierFilter {
            case .minimal: 8
            case .moderate: 4
            case .strict: 3
            }
        }
    }

    package struct Expectation: Sendable, Equatable {
        package let value: Double
        package let deviation: Double
        /// The metric was never below zero, so neither is what is expected of it.
        let isNeverNegative: Bool
        /// How far spikes go that may come now; 0 where none are expected.
        var spikes: (below: Double, above: Double) = (0, 0)

        package static func == (a: Expectation, b: Expectation) -> Bool {
            a.value == b.value && a.deviation == b.deviation && a.isNeverNegative == b.isNeverNegative && a.spikes == b.spikes
        }

        package func lower(_ deviations: Double) -> Double {
            let bound = value - reach(spikes.below, deviations)
            return isNeverNegative ? max(0, bound) : bound
        }

        package func upper(_ deviations: Double) -> Double { value + reach(spikes.above, deviations) }

        /// A spike is as high as the others, more or less.
        private func reach(_ spike: Double, _ deviations: Double) -> Double {
            spike > 0 ? max(deviations * deviation, spike + deviations / 2 * deviation) : deviations * deviation
        }
    }

    /// Values before a first expectation.
    package static let valuesMin = 12
    /// A metric that hardly moves is allowed to move by so much of itself.
    private static let leastShare = 0.0005

    /// Deviations in a median distance, as of noise that is normal; more would punish the bins whose few visits differ by chance.
    private static let spreadShare = 1.4826 * 1.5

    private let period: Int64
    private let settings: Settings
    private var first: [Double] = []
    private(set) package var count = 0
    /// Of the last value, UTC.
    private var last: Int64?
    private var firstTime: Int64 = 0
    private var minimum = Double.infinity
    private var experts: [Expert]
    private var chosen = 0
    private var profile = DayProfile()
    private var hour: HourProfile?
    /// Nil unless they are asked for.
    private var spikes: SpikeProfile?
    private var errorWithHour = 0.0, errorWithoutHour = 0.0
    private var scale: ResidualScale
    private var shifts: ShiftDetector
    private var trend = TrendTracker()

    package init(periodSeconds: Int64, settings: Settings = Settings()) {
        period = max(1, periodSeconds)
        self.settings = settings
        let follow = [3 * Double(period), max(3600, 6 * Double(period)), max(43_200, 12 * Double(period))]
        experts = [Expert.Profile.none, .day, .week].flatMap { profile in follow.map { Expert(profile, followSeconds: $0) } }
        hour = HourProfile(period: period)
        spikes = settings.expectsSpikes ? SpikeProfile() : nil
        scale = ResidualScale(period: period)
        shifts = ShiftDetector(seconds: max(settings.shiftSeconds, 6 * period))
    }

    /// Seconds between the first value and the last.
    package var learnedSeconds: Int64 { last.map { $0 - firstTime } ?? 0 }
}

// MARK: - Expecting

extension SeasonalModel {
    /// Nil until there are a few values.
    /// - Parameter time: seconds since 1970, after every value observed.
    package func expectation(at time: Int64) -> Expectation? {
        guard count >= Self.valuesMin, let last, case let local = settings.zone.local(time), local >= 0 else { return nil }
        let expert = experts[chosen]
        let value = expert.level + trend.step(over: time - last) + profileValue(expert.profile, local) + hourPart(local)
        let deviation = deviation(local, value) * doubt(after: time - last)
        var result = Expectation(value: value, deviation: deviation, isNeverNegative: minimum >= 0)
        if let found = spikes?.values(at: local) {
            // What stays within the ordinary band is noise.
            result.spikes = (found.below > 2 * deviation ? found.below : 0, found.above > 2 * deviation ? found.above : 0)
        }
        return result
    }

    /// What is expected so long after the last value, from the profiles and the trend rather than from the last few values.
    package func forecast(at time: Int64) -> Double? {
        guard count >= Self.valuesMin, let last, case let local = settings.zone.local(time), local >= 0 else { return nil }
        guard time - last > 3600, let expert = steadyExpert else { return expectation(at: time)?.value }
        // A level that follows lags behind a trend, so where there is one, its line is what goes on.
        let level = trend.value(at: time, after: last) ?? expert.level
        let value = level + profileValue(expert.profile, local) + hourPart(local)
        return minimum >= 0 ? max(0, value) : value
    }

    /// The best of those that do not run after single values.
    private var steadyExpert: Expert? {
        usable.map { experts[$0] }.filter { $0.followSeconds >= 3600 }.min { $0.longError < $1.longError }
    }

    private func deviation(_ local: Int64, _ value: Double) -> Double {
        var spread = 0.0
        if experts[chosen].profile != .none, let days = profile.spread { spread = Double(days[DayProfile.bin(of: local)]) }
        if usesHour, let hour { spread = max(spread, hour.spread(at: local)) }
        return max(scale.unit(at: local), Self.leastShare * value.magnitude, Self.spreadShare * spread)
    }

    /// After a gap less is known.
    private func doubt(after seconds: Int64) -> Double {
        let missed = Double(seconds) / Double(period) - 1
        return missed < 1.5 ? 1 : 1 + min(1.5, 0.25 * log2(1 + missed))
    }

    private var usesHour: Bool { errorWithHour < 0.93 * errorWithoutHour }

    private func hourPart(_ local: Int64) -> Double { usesHour ? hour?.value(at: local) ?? 0 : 0 }

    private func profileValue(_ kind: Expert.Profile, _ local: Int64) -> Double {
        switch kind {
        case .none: 0
        case .day: profile.daily.map { DayProfile.value(of: $0, at: local, period: period) } ?? 0
        case .week: profile.weeklyValue(at: local, period: period) ?? 0
        }
    }

    private var usable: [Int] {
        experts.indices.filter { index in
            switch experts[index].profile {
            case .none: true
            case .day: profile.daily != nil
            case .week: profile.weekly != nil
            }
        }
    }
}

// MARK: - Learning

extension SeasonalModel {
    /// Values that are not numbers, or not later than the last one, are passed over.
    /// - Parameter time: seconds since 1970.
    package mutating func observe(_ value: Double, at time: Int64) {
        let local = settings.zone.local(time)
        guard value.isFinite, value.magnitude < 1e30, time > last ?? .min, time >= 0, local >= 0 else { return }
        guard !settings.excluded.contains(where: { $0.contains(time) }) else { return }
        minimum = min(minimum, value)
        count += 1
        guard count > Self.valuesMin else { return begin(value, time, local) }
        learn(value, time, local, after: time - (last ?? time))
        last = time
    }

    /// The first values only say where it all begins.
    private mutating func begin(_ value: Double, _ time: Int64, _ local: Int64) {
        if first.isEmpty { firstTime = time }
        first.append(value)
        last = time
        _ = profile.add(local, value)
        trend.add(value, at: time)
        guard count == Self.valuesMin else { return }
        var sample = first
        let middle = Robust.median(&sample) ?? 0
        let steps = zip(first, first.dropFirst()).map { ($1 - $0).magnitude }
        let error = steps.reduce(0, +) / Double(steps.count)
        for index in experts.indices {
            experts[index].begin(level: experts[index].followSeconds < 3600 ? value : middle, error: error, count: Self.valuesMin)
        }
        for (step, at) in zip(steps, 0...) { scale.add(step, at: max(0, local - Int64(steps.count - at) * period), isOutlier: false) }
        errorWithHour = error
        errorWithoutHour = error
        first = []
    }

    private mutating func learn(_ value: Double, _ time: Int64, _ local: Int64, after seconds: Int64) {
        let drift = trend.step(over: seconds)
        for index in experts.indices { experts[index].lift(by: drift) }
        let hourly = hourPart(local)
        let expected = experts[chosen].level + profileValue(experts[chosen].profile, local)
        let rest = value - expected - hourly
        let unit = deviation(local, expected)
        let isOutlier = rest.magnitude > settings.outlierLimit * unit
        let before = shifts.run
        let shift = shifts.add(rest, unit: unit, at: time)
        let place = shift == nil ? shifts.run : before + 1
        scale.add(rest, at: local, isOutlier: isOutlier)
        learnHour(value - expected, local, unit, seconds)
        learnExperts(value - hourly, local, seconds, place: place)
        spikes?.add(local, rest)
        // A lone wild value is not what this time of day is like; one that stays may be.
        let kept = isOutlier && !shifts.isSustained ? expected + hourly + (rest > 0 ? 1 : -1) * settings.outlierLimit * unit : value
        if profile.add(local, kept) { welcomeProfiles() }
        trend.add(kept - profileValue(experts[chosen].profile, local) - hourly, at: time)
        if let shift { settle(shift) }
        choose()
    }

    private mutating func learnHour(_ rest: Double, _ local: Int64, _ unit: Double, _ seconds: Int64) {
        guard let known = hour?.value(at: local) else { return }
        let share = max(1 - exp(-Double(seconds) / 43_200), 1 / Double(count))
        let cap = 10 * unit
        errorWithHour += (min((rest - known).magnitude, cap) - errorWithHour) * share
        errorWithoutHour += (min(rest.magnitude, cap) - errorWithoutHour) * share
        hour?.add(local, rest)
    }

    private mutating func learnExperts(_ value: Double, _ local: Int64, _ seconds: Int64, place: Int) {
        let usable = usable
        let best = usable.map { experts[$0].error }.min() ?? 0
        for index in usable {
            let rest = value - experts[index].level - profileValue(experts[index].profile, local)
            experts[index].learn(rest, after: Double(seconds), best: best, place: place)
        }
    }

    /// A new profile is right on the whole and needs a level under it: that of the expert without one, as it was over the last day.
    /// Then it has to prove itself: it starts with the error of the best.
    private mutating func welcomeProfiles() {
        trend.setDaily(profile.dailyTrend)
        for index in experts.indices where profile.weekly == nil && experts[index].profile == .week { experts[index].end() }
        for index in experts.indices where experts[index].profile == .day { experts[index].lift(by: profile.dailyMoved) }
        let best = usable.filter { experts[$0].hasBegun }.map { experts[$0].error }.min() ?? 0
        for index in usable where !experts[index].hasBegun {
            let level = trend.level ?? experts[index % 3].level
            experts[index].begin(level: level, error: best, count: 1000)
        }
    }

    /// Everything learned is lifted to the new level.
    private mutating func settle(_ shift: ShiftDetector.Shift) {
        for index in experts.indices where experts[index].hasBegun {
            if shift.isUndoing { experts[index].lift(by: shift.by) } else { experts[index].settle() }
        }
        trend.lift(by: shift.by)
    }

    /// Another expert is believed when it is clearly better, so that two that are alike do not take turns.
    private mutating func choose() {
        guard let best = usable.min(by: { experts[$0].error < experts[$1].error }) else { return }
        if experts[best].error < 0.95 * experts[chosen].error { chosen = best }
    }
}
