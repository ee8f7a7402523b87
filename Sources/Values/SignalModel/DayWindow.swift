/// Partitions by day: which day a row belongs to, and what a day covers.
package enum DayWindow {
    package static let nanoseconds: Int64 = 86_400_000_000_000

    /// Days since the epoch.
    package static func number(of time: Int64) -> Int32 { Int32(floorDivided(time, by: nanoseconds)) }

    /// First and last instant of a day, both included.
    package static func times(of number: Int32) -> ClosedRange<Int64> {
        // The outermost days of Int64 are cut short, so both ends are kept from overflowing.
        let (start, underflow) = Int64(number).multipliedReportingOverflow(by: nanoseconds)
        let first = underflow ? (number < 0 ? Int64.min : Int64.max) : start
        let (end, overflow) = first.addingReportingOverflow(nanoseconds - 1)
        return first...(overflow ? .max : end)
    }

    /// The rows of each day, by ascending day, in their order.
    package static func rows(of times: [Int64]) -> [(day: Int32, rows: [Int])] {
        guard let first = times.first else { return [] }
        // Nearly every request's rows are of one day.
        let day = Self.times(of: number(of: first))
        if times.allSatisfy({ day.contains($0) }) { return [(number(of: first), Array(times.indices))] }
        var days: [Int32: [Int]] = [:]
        for (row, time) in times.enumerated() { days[number(of: time), default: []].append(row) }
        return days.sorted { $0.key < $1.key }.map { (day: $0.key, rows: $0.value) }
    }
}
