/// When alarms are evaluated: those with periods below a minute every ten seconds, the others every minute, on the clock's marks.
/// Decides only; the loop around it sleeps and evaluates.
///
/// An evaluation at mark T judges periods that end at T or before, a little after T (`settle`), so that a sample which was sent in
/// time has come in. Marks that passed while nobody looked are not made up for: only the newest counts, the others are late.
struct AlarmTimetable: Sendable {
    static let intervals: [Int64] = [10, 60]
    private static let second: Int64 = 1_000_000_000

    /// Nanoseconds.
    let settle: Int64
    /// The last mark of each interval that was handed out.
    private var lastMarks: [Int64?]

    struct Due: Equatable {
        /// Seconds.
        let interval: Int64
        /// UTC nanoseconds: the end of the newest period to judge.
        let mark: Int64
        /// Marks that were never evaluated.
        let missed: Int
    }

    init(settle: Int64) {
        self.settle = settle
        lastMarks = Self.intervals.map { _ in nil }
    }

    /// What is to be evaluated at `now`; each mark once.
    mutating func due(at now: Int64) -> [Due] {
        var due: [Due] = []
        for (index, interval) in Self.intervals.enumerated() {
            let width = interval * Self.second
            let mark = mark(interval, at: now)
            // A clock that was set back repeats marks rather than waiting for the old time to come again.
            if let last = lastMarks[index], mark == last { continue }
            let missed = lastMarks[index].map { max(0, Int((mark - $0) / width) - 1) } ?? 0
            lastMarks[index] = mark
            due.append(Due(interval: interval, mark: mark, missed: missed))
        }
        return due
    }

    /// The newest mark of an interval.
    func mark(_ interval: Int64, at now: Int64) -> Int64 { Self.floored(now - settle, interval * Self.second) }

    /// The next time at which something is due.
    func next(after now: Int64) -> Int64 {
        let width = Self.intervals[0] * Self.second
        return Self.floored(now - settle, width) + width + settle
    }

    private static func floored(_ time: Int64, _ width: Int64) -> Int64 {
        let quotient = time / width
        return (time % width < 0 ? quotient - 1 : quotient) * width
    }
}
