/// What a metric does at each time of a day, learned from the last two weeks: one value a day for each of 288 bins of five minutes.
///
/// Values are kept as they came: each day is taken less its own level, so a level that shifts does no harm, and a weekend stays one. When a
/// day ends, the profile of the next is made: for each bin the median over the days, less their own levels and their trend; and for each day of the
/// week what it was a week and two weeks ago.
struct DayProfile: Sendable {
    static let binSeconds: Int64 = 300
    static let bins = 288
    static let days = 14
    /// A rise from one bin to the next that is so many times as high as those beside it is a step.
    private static let stepShare = 5.0

    /// `values[day % days * bins + bin]`; NaN where nothing is known.
    private var values = [Float](repeating: .nan, count: days * bins)
    /// Days since 1970 of the newest row.
    private var today: Int64?
    private var open: (bin: Int, sum: Double, count: Int)?

    /// Nil until a day has been seen. Less the level of the day.
    private(set) var daily: [Float]?
    /// How far the days lie from each other at each bin: the median distance from `daily`. Nil with fewer than four days.
    private(set) var spread: [Float]?
    /// The same day a week ago, less the level of that week. Nil until a week has been seen.
    private(set) var weekly: [Float]?
    /// Of the week that `weekly` stands on.
    private var weekLevel = 0.0
    /// By how much the last renewal has moved all of `daily` down: another day has another level.
    private(set) var dailyMoved = 0.0
    /// Change of the level in one day; nil when there is no trend.
    private(set) var dailyTrend: Double?

    static func bin(of time: Int64) -> Int { Int(time % 86_400 / binSeconds) }

    /// - Parameter time: seconds since 1970, not before any earlier one.
    /// - Returns: true when a day began, so that the profiles are new.
    mutating func add(_ time: Int64, _ value: Double) -> Bool {
        let day = time / 86_400, bin = Self.bin(of: time)
        var isNewDay = false
        if let last = today, day > last {
            close(last)
            for gone in (last + 1)...min(day, last + Int64(Self.days)) { clear(gone) }
            today = day
            renew()
            isNewDay = true
        } else if today == nil {
            today = day
        }
        if let current = open, current.bin != bin { close(day) }
        open = (bin, (open?.sum ?? 0) + value, (open?.count ?? 0) + 1)
        return isNewDay
    }

    private mutating func close(_ day: Int64) {
        guard let bin = open else { return }
        values[place(day, bin.bin)] = Float(bin.sum / Double(bin.count))
        open = nil
    }

    private mutating func clear(_ day: Int64) {
        let first = place(day, 0)
        for index in first..<(first + Self.bins) { values[index] = .nan }
    }

    private func place(_ day: Int64, _ bin: Int) -> Int { Int(day % Int64(Self.days)) * Self.bins + bin }

    // MARK: Profiles

    /// The day that has just begun has no values yet; those before it are whole.
    private mutating func renew() {
        guard let today else { return }
        dailyMoved = 0
        var levels: [(x: Double, y: Double)] = []
        var known: [Int64] = []
        for day in max(0, today - Int64(Self.days) + 1)..<today {
            // A day of which less than half is known has no level to be trusted.
            var row = row(of: day).filter { !$0.isNaN }.map(Double.init)
            guard row.count >= Self.bins / 2, let level = Robust.median(&row) else { continue }
            levels.append((Double(day), level))
            known.append(day)
        }
        dailyTrend = Robust.agreedSlope(levels)
        guard !known.isEmpty else { return }
        let new = profile(of: known, levels.map(\.y))
        dailyMoved = daily.map { Self.distance($0, new) } ?? 0
        daily = new
        weekly = weeklyProfile(of: known, levels.map(\.y), today)
    }

    private func row(of day: Int64) -> ArraySlice<Float> { values[place(day, 0)..<place(day, 0) + Self.bins] }

    private mutating func profile(of days: [Int64], _ levels: [Double]) -> [Float] {
        let slope = dailyTrend ?? 0
        var result = [Float](repeating: .nan, count: Self.bins)
        var spread = [Float](repeating: 0, count: Self.bins)
        var column: [Double] = []
        for bin in 0..<Self.bins {
            column.removeAll(keepingCapacity: true)
            let lean = slope * (Double(bin) / Double(Self.bins) - 0.5)
            for (day, level) in zip(days, levels) {
                let value = values[place(day, bin)]
                if !value.isNaN { column.append(Double(value) - level - lean) }
            }
            guard let median = Robust.median(&column) else { continue }
            result[bin] = Float(median)
            for index in column.indices { column[index] = (column[index] - median).magnitude }
            spread[bin] = Float(Robust.median(&column) ?? 0)
        }
        self.spread = days.count < 4 ? nil : spread
        Self.fill(&result)
        // One day alone may hold an outlier at any time of it; its neighbours have a say.
        return days.count < 3 ? Self.smoothed(result) : result
    }

    /// Nil when the same day of no week before is known.
    private mutating func weeklyProfile(of days: [Int64], _ levels: [Double], _ today: Int64) -> [Float]? {
        var lastWeek: [Double] = []
        for (day, level) in zip(days, levels) where day >= today - 7 { lastWeek.append(level) }
        guard lastWeek.count >= 5, days.contains(today - 7), let level = Robust.median(&lastWeek) else { return nil }
        weekLevel = level
        let slope = (dailyTrend ?? 0) / Double(Self.bins)
        let isOlderKnown = days.contains(today - 14)
        var result = [Float](repeating: .nan, count: Self.bins)
        for bin in 0..<Self.bins {
            // A week's median stands in its middle: three days and a half after the day that is looked at.
            let lean = slope * Double(bin - Self.bins / 2) - (dailyTrend ?? 0) * 3
            let value = values[place(today - 7, bin)]
            let older = isOlderKnown ? values[place(today - 14, bin)] : .nan
            let known = value.isNaN ? older : older.isNaN ? value : (value + older) / 2
            if !known.isNaN { result[bin] = Float(Double(known) - level - lean) }
        }
        Self.fill(&result)
        return Self.smoothed(result)
    }

    /// What the same day of another week was like at this time, for days to come; nil when none of them is known.
    func weeklyValue(at time: Int64, period: Int64) -> Double? {
        guard let today, let weekly else { return nil }
        let day = time / 86_400
        guard day != today else { return Self.value(of: weekly, at: time, period: period) }
        let bin = Self.bin(of: time)
        for past in [day - 7, day - 14, day - 21] where past <= today && past > today - Int64(Self.days) {
            var around = (max(0, bin - 1)...min(Self.bins - 1, bin + 1)).map { Double(values[place(past, $0)]) }.filter { !$0.isNaN }
            if let value = Robust.median(&around) { return value - weekLevel }
        }
        return nil
    }

    /// How far one profile lies above another, on the whole.
    private static func distance(_ a: [Float], _ b: [Float]) -> Double {
        var distances = zip(a, b).map { Double($0) - Double($1) }
        return Robust.median(&distances) ?? 0
    }

    /// Bins that were never seen take what their neighbours say.
    private static func fill(_ profile: inout [Float]) {
        guard let first = profile.first(where: { !$0.isNaN }) else {
            profile = [Float](repeating: 0, count: bins)
            return
        }
        var last = first
        for bin in profile.indices {
            if profile[bin].isNaN { profile[bin] = last } else { last = profile[bin] }
        }
    }

    /// The median of five bins around each.
    private static func smoothed(_ profile: [Float]) -> [Float] {
        profile.indices.map { bin in
            var around = (-2...2).map { Double(profile[(bin + $0 + bins) % bins]) }
            return Float(Robust.median(&around) ?? 0)
        }
    }

    /// - Parameter period: of the values, in seconds: one of less than a bin stands between the middles of two bins, on a line, unless the
    ///   profile steps there: a metric that goes from one level to another does so in no time.
    static func value(of profile: [Float], at time: Int64, period: Int64) -> Double {
        guard period < binSeconds else { return Double(profile[bin(of: time)]) }
        let place = Double(time % 86_400 + period / 2) / Double(binSeconds) - 0.5
        let lower = Int(place.rounded(.down)), share = place - Double(lower)
        func value(_ bin: Int) -> Double { Double(profile[(bin + bins) % bins]) }
        let rise = value(lower + 1) - value(lower)
        let around = max((value(lower) - value(lower - 1)).magnitude, (value(lower + 2) - value(lower + 1)).magnitude)
        if rise.magnitude > stepShare * around { return Double(profile[bin(of: time)]) }
        return value(lower) + rise * share
    }
}
