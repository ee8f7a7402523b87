/// How far values leap up and down around each time of a day, on most days or on the same day of each week: the nightly backup, the
/// report on Mondays. One such leap is an anomaly, those that come again and again are not.
///
/// Kept are the furthest leaps of 14 days in bins of five minutes (32 KB); a leap may come a quarter of an hour sooner or later.
struct SpikeProfile: Sendable {
    private static let bins = DayProfile.bins, days = DayProfile.days
    /// Bins on each side of one that are looked at with it.
    private static let around = 3
    private static let daysMin = 3

    /// `[day % days * bins + bin]`: the furthest above and below what was expected; NaN where nothing is known.
    private var above = [Float](repeating: .nan, count: days * bins)
    private var below = [Float](repeating: .nan, count: days * bins)
    private var today: Int64?
    private var expectedAbove = [Float](repeating: 0, count: bins)
    private var expectedBelow = [Float](repeating: 0, count: bins)

    /// - Parameter rest: what came, less what was expected.
    mutating func add(_ time: Int64, _ rest: Double) {
        let day = time / 86_400
        if let last = today, day > last {
            for gone in (last + 1)...min(day, last + Int64(Self.days)) { clear(gone) }
            today = day
            expectedAbove = expected(above, on: day)
            expectedBelow = expected(below, on: day)
        } else if today == nil {
            today = day
        }
        let place = place(day, DayProfile.bin(of: time))
        above[place] = above[place].isNaN ? Float(max(0, rest)) : max(above[place], Float(rest))
        below[place] = below[place].isNaN ? Float(max(0, -rest)) : max(below[place], Float(-rest))
    }

    func values(at time: Int64) -> (below: Double, above: Double) {
        let bin = DayProfile.bin(of: time)
        return (Double(expectedBelow[bin]), Double(expectedAbove[bin]))
    }

    private func place(_ day: Int64, _ bin: Int) -> Int { Int(day % Int64(Self.days)) * Self.bins + bin }

    private mutating func clear(_ day: Int64) {
        let first = place(day, 0)
        for index in first..<(first + Self.bins) {
            above[index] = .nan
            below[index] = .nan
        }
    }

    /// What more than half of the days have at least, or both of the same days of the last two weeks.
    private func expected(_ leaps: [Float], on today: Int64) -> [Float] {
        (0..<Self.bins).map { bin in
            let found = (max(0, today - Int64(Self.days) + 1)..<today).compactMap { furthest(leaps, $0, bin) }.sorted()
            var height = found.count >= Self.daysMin ? found[(found.count - 1) / 2] : 0
            if let week = furthest(leaps, today - 7, bin), let older = furthest(leaps, today - 14, bin) { height = max(height, min(week, older)) }
            return height
        }
    }

    /// Nil where nothing is known around the bin. Past midnight is another day and not looked at.
    private func furthest(_ leaps: [Float], _ day: Int64, _ bin: Int) -> Float? {
        guard day >= 0 else { return nil }
        return (max(0, bin - Self.around)...min(Self.bins - 1, bin + Self.around)).map { leaps[place(day, $0)] }.filter { !$0.isNaN }.max()
    }
}
