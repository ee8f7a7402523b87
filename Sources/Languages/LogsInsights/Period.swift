import Platform
import SignalModel

/// The width of a bin: a number of nanoseconds, or of months.
///
/// Bins lie at multiples of their width since 1970-01-01T00:00Z; weeks begin on Monday, months, quarters and years by the calendar.
enum Period: Sendable, Equatable {
    case fixed(Int64)
    case weeks(Int64)
    case months(Int64)

    private static let day: Int64 = 86_400_000_000_000
    /// The first Monday was 1970-01-05.
    private static let firstMonday = 4 * day

    /// Unit names, each with what it is and the largest count that CloudWatch takes; more act as that many.
    private static let units: [(names: [String], countMax: Int64, period: @Sendable (Int64) -> Period)] = [
        (["ms", "msec", "millisecond"], 1000, { .fixed($0 * 1_000_000) }),
        (["s", "sec", "second"], 60, { .fixed($0 * 1_000_000_000) }),
        (["m", "min", "minute"], 60, { .fixed($0 * 60_000_000_000) }),
        (["h", "hr", "hour"], 24, { .fixed($0 * 3_600_000_000_000) }),
        (["d", "day"], 3660, { .fixed($0 * day) }),
        (["w", "week"], 520, { .weeks($0) }),
        (["mo", "mon", "month"], 120, { .months($0) }),
        (["q", "qtr", "quarter"], 40, { .months($0 * 3) }),
        (["y", "yr", "year"], 10, { .months($0 * 12) }),
    ]

    /// - Returns: nil for an unknown unit, and for a count that is not a positive whole number.
    init?(_ count: Double, unit: String) {
        let unit = unit.lowercased()
        guard let count = Int64(exactly: count), count > 0,
            let known = Self.units.first(where: { $0.names.contains { unit == $0 || unit == $0 + "s" && $0.utf8.count > 1 } })
        else { return nil }
        self = known.period(min(count, known.countMax))
    }

    /// The start of the bin that `time` lies in; nil when it cannot be held.
    func floor(_ time: Int64) -> Int64? {
        switch self {
        case .fixed(let width): return floorDivided(time, by: width).multiplied(by: width)
        case .weeks(let count):
            let (fromMonday, overflow) = time.subtractingReportingOverflow(Self.firstMonday)
            guard !overflow else { return nil }
            return floorDivided(fromMonday, by: count * 7 * Self.day).multiplied(by: count * 7 * Self.day).map { $0 &+ Self.firstMonday }
        case .months(let count):
            let month = Self.month(of: time)
            return Self.start(ofMonth: floorDivided(month, by: count) * count, near: time)
        }
    }

    /// The starts of the bins of many times, which mostly lie in the same as the one before; nil when one cannot be held, or for bins
    /// whose widths differ.
    func floors(_ times: [Int64]) -> [Int64]? {
        guard case .fixed(let width) = self else { return nil }
        var starts: [Int64] = []
        starts.reserveCapacity(times.count)
        var start: Int64 = 0, end: Int64 = 0     // of no bin
        for time in times {
            if time < start || time >= end {
                guard let next = floor(time) else { return nil }
                let (sum, overflow) = next.addingReportingOverflow(width)
                guard !overflow else { return nil }
                (start, end) = (next, sum)
            }
            starts.append(start)
        }
        return starts
    }

    /// The end of the bin that `time` lies in, or `time` when it is the start of one.
    func ceiling(_ time: Int64) -> Int64? {
        guard let start = floor(time), start != time else { return floor(time) }
        switch self {
        case .fixed(let width): return start.adding(width)
        case .weeks(let count): return start.adding(count * 7 * Self.day)
        case .months(let count): return Self.start(ofMonth: Self.month(of: start) + count, near: start)
        }
    }

    /// Months since 1970-01.
    private static func month(of time: Int64) -> Int64 {
        let date = UTCText.civil(floorDivided(time, by: day))
        return (date.year - 1970) * 12 + date.month - 1
    }

    /// Goes from a time in or near the month to its first day, at most a few steps since a month never lies far from its 30 days.
    private static func start(ofMonth month: Int64, near time: Int64) -> Int64? {
        var days = floorDivided(time, by: day) + (month - self.month(of: time)) * 30
        while true {
            guard let instant = days.multiplied(by: day) else { return nil }
            let found = self.month(of: instant)
            let dayOfMonth = UTCText.civil(days).day
            if found == month { return (days - dayOfMonth + 1).multiplied(by: day) }
            days += found < month ? 32 - dayOfMonth : -dayOfMonth
        }
    }
}

extension Int64 {
    fileprivate func multiplied(by other: Int64) -> Int64? {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? nil : product
    }

    fileprivate func adding(_ other: Int64) -> Int64? {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? nil : sum
    }
}
