package import SignalModel

/// The time that a query is about, and how periods of any length lie in it.
package struct QueryWindow: Sendable, Hashable {
    private enum Anchor: Hashable {
        case epoch(now: Timestamp)
        case end
    }

    package let range: TimeRange
    private let anchor: Anchor

    /// Periods lie on the epoch, and the start is rounded as GetMetricData does it.
    package static func onEpoch(_ range: TimeRange, now: Timestamp) -> QueryWindow {
        QueryWindow(range: range, anchor: .epoch(now: now))
    }

    /// Periods end at the range's end, as an alarm sees them: its window slides from minute to minute.
    /// - Precondition: the range is shorter than a hundred years.
    package static func ending(_ range: TimeRange) -> QueryWindow { QueryWindow(range: range, anchor: .end) }

    private init(range: TimeRange, anchor: Anchor) {
        self.range = range
        self.anchor = anchor
    }

    /// Another time with periods that lie alike.
    func with(_ range: TimeRange) -> QueryWindow { QueryWindow(range: range, anchor: anchor) }

    /// The present, as far as the window is concerned.
    var now: Timestamp {
        switch anchor {
        case .epoch(let now): now
        case .end: range.end
        }
    }

    /// The range in whole periods at its start; empty when it ends before it starts.
    /// - Parameter period: nanoseconds, at most 2³¹ seconds.
    package func periods(of period: Int64) -> TimeRange {
        guard !range.isEmpty else { return TimeRange(start: range.start, end: range.start) }
        switch anchor {
        case .epoch(let now):
            return PeriodAlignment.onEpoch(range, periodSeconds: max(1, period / PeriodAlignment.second), now: now)
        case .end:
            let length = Int64(range.count(of: period)) * period
            return TimeRange(start: Timestamp(nanoseconds: range.end.nanoseconds - length), end: range.end)
        }
    }
}

extension TimeRange {
    /// How many periods of this length begin in it, the first at its start.
    package func count(of period: Int64) -> Int {
        isEmpty ? 0 : Int((end.nanoseconds - start.nanoseconds - 1) / period) + 1
    }
}
