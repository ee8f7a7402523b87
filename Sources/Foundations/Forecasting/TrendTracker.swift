/// Where a metric without its seasons is going: by the hour over the last day, by the day over the last two weeks.
///
/// A slope counts only when nearly all pairs of its points agree on the direction, so that noise is no trend.
struct TrendTracker: Sendable {
    private static let hoursMax = 24
    private static let hoursMin = 6
    private static let pointsMax = 60
    /// A trend of minutes is not believed beyond a day, one of hours not beyond a week, one of days not beyond two.
    private static let hourlyReach = 86_400.0, dailyReach = 14 * 86_400.0

    private var hours: [(x: Double, y: Double)] = []
    private var open: (hour: Int64, sum: Double, count: Int)?
    /// The last values, for as long as there are too few hours.
    private var points: [(x: Double, y: Double)] = []
    /// Change in a second.
    private var hourly: Double?
    private var daily: Double?

    /// The middle of the last day's hours.
    var level: Double? {
        var sample = hours.map(\.y)
        return Robust.median(&sample)
    }

    mutating func setDaily(_ change: Double?) { daily = change.map { $0 / 86_400 } }

    mutating func add(_ value: Double, at time: Int64) {
        if hours.count < Self.hoursMin {
            if points.count == Self.pointsMax { points.removeFirst() }
            points.append((Double(time), value))
        } else if !points.isEmpty {
            points = []
        }
        let hour = time / 3600
        if let current = open, current.hour != hour {
            if hours.count == Self.hoursMax { hours.removeFirst() }
            hours.append((Double(current.hour) * 3600 + 1800, current.sum / Double(current.count)))
            hourly = hours.count >= Self.hoursMin ? Robust.agreedSlope(hours) : nil
            open = nil
        }
        open = (hour, (open?.sum ?? 0) + value, (open?.count ?? 0) + 1)
    }

    mutating func lift(by shift: Double) {
        for index in hours.indices { hours[index].y += shift }
        points = []
        hourly = nil
        open = nil
    }

    /// Change from one value to the next; over a gap no more than an hour's.
    func step(over seconds: Int64) -> Double { (hourly ?? daily ?? 0) * Double(min(seconds, 3600)) }

    /// Where the line through the last day, or the last values, goes on to; nil when there is no trend.
    /// - Parameter last: the time of the last value.
    func value(at time: Int64, after last: Int64) -> Double? {
        let recent = hours.count >= Self.hoursMin ? hours : points
        let slope: Double, reach: Double
        if let daily {
            (slope, reach) = (daily, Self.dailyReach)
        } else if let hourly {
            (slope, reach) = (hourly, 7 * Self.hourlyReach)
        } else if hours.count < Self.hoursMin, let found = Robust.agreedSlope(points) {
            (slope, reach) = (found, Self.hourlyReach)
        } else {
            return nil
        }
        var now = recent.map { $0.y + slope * (Double(last) - $0.x) }
        guard let level = Robust.median(&now) else { return nil }
        return level + slope * min(Double(time - last), reach)
    }
}
