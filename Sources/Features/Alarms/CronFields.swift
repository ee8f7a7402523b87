import Platform

/// Five fields of a cron expression: minutes, hours, day of the month, month, day of the week.
struct CronFields: Sendable, Equatable {
    private let minutes, hours, days, months, weekdays: Set<Int64>
    private let isAnyDay, isAnyWeekday: Bool

    struct Invalid: Error, Equatable {
        /// A phrase without a full stop.
        let message: String
    }

    private static let monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    private static let dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]

    init(_ text: String) throws(Invalid) {
        let fields = text.split(separator: " ").map(String.init)
        guard fields.count == 5 else { throw Invalid(message: "a cron expression has five fields and this one has \(fields.count)") }
        minutes = try Self.values(fields[0], "minutes", 0...59)
        hours = try Self.values(fields[1], "hours", 0...23)
        days = try Self.values(fields[2], "day of month", 1...31)
        months = try Self.values(fields[3], "month", 1...12, Self.monthNames, firstName: 1)
        // 7 is Sunday too, as cron has it.
        weekdays = Set(try Self.values(fields[4], "day of week", 0...7, Self.dayNames, firstName: 0).map { $0 % 7 })
        isAnyDay = fields[2] == "*"
        isAnyWeekday = fields[4] == "*"
    }

    /// - Parameter day: since 1970-01-01.
    func holds(day: Int64) -> Bool {
        let date = CivilDate(days: day)
        guard months.contains(date.month) else { return false }
        let isDay = days.contains(date.day), isWeekday = weekdays.contains(CivilDate.weekday(day))
        if isAnyDay || isAnyWeekday { return isDay && isWeekday }
        return isDay || isWeekday
    }

    /// Seconds after midnight, ascending.
    var times: [Int64] { hours.sorted().flatMap { hour in minutes.sorted().map { hour * 3600 + $0 * 60 } } }

    private static func values(
        _ text: String, _ name: String, _ range: ClosedRange<Int64>, _ names: [String] = [], firstName: Int64 = 0
    ) throws(Invalid) -> Set<Int64> {
        func value(_ part: Substring) throws(Invalid) -> Int64 {
            if let place = names.firstIndex(of: part.uppercased()) { return Int64(place) + firstName }
            let isNumber = !part.isEmpty && part.utf8.count <= 2 && part.utf8.allSatisfy { $0 &- 48 < 10 }
            guard isNumber, let number = Int64(part), range.contains(number) else {
                throw Invalid(message: "'\(part)' is no \(name): it must be from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
        var found: Set<Int64> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            if part == "*" {
                found.formUnion(range)
                continue
            }
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            let first = try value(ends[0])
            let last = ends.count == 2 ? try value(ends[1]) : first
            guard ends.count <= 2, first <= last else { throw Invalid(message: "'\(part)' is no range of \(name)") }
            found.formUnion(first...last)
        }
        return found
    }
}
