package import SignalModel

/// How periods lie on the clock, and how far back they reach. Source: GetMetricData and GetMetricStatistics API reference.
package enum PeriodAlignment {
    package static let second: Int64 = 1_000_000_000
    /// Of a period.
    package static let secondsMax = Int64(Int32.max)
    private static let day = 86_400 * second

    /// 1, 5, 10, 20, 30 or a multiple of 60 seconds.
    package static func isAllowed(seconds: Int64) -> Bool {
        [1, 5, 10, 20, 30].contains(seconds) || (seconds > 0 && seconds % 60 == 0)
    }

    /// Start times are rounded down: those within 15 days to a minute, or to a shorter period; within 63 days to five minutes, older
    /// ones to an hour. Nothing is kept beyond 455 days, so no start lies before that: arithmetic on times is safe from there on.
    package static func rounded(_ start: Timestamp, periodSeconds: Int64, now: Timestamp) -> Timestamp {
        let oldest = Timestamp(nanoseconds: now.nanoseconds - 455 * day).floored(to: 3600 * second)
        guard start > oldest else { return oldest }
        let width: Int64
        switch now.nanoseconds - start.nanoseconds {
        case ...(15 * day): width = min(periodSeconds, 60) * second
        case ...(63 * day): width = 300 * second
        default: width = 3600 * second
        }
        return start.floored(to: width)
    }

    /// The periods of a GetMetricData query, which lie on the epoch: from the one that holds the rounded start, to `end`.
    package static func onEpoch(_ range: TimeRange, periodSeconds: Int64, now: Timestamp) -> TimeRange {
        let start = rounded(range.start, periodSeconds: periodSeconds, now: now).floored(to: periodSeconds * second)
        return TimeRange(start: start, end: range.end)
    }

    /// The periods of GetMetricStatistics, the first of which begins at the rounded start.
    package static func onStart(_ range: TimeRange, periodSeconds: Int64, now: Timestamp) -> TimeRange {
        TimeRange(start: rounded(range.start, periodSeconds: periodSeconds, now: now), end: range.end)
    }
}
