// One notion of time for every signal; front ends convert at the rim.

/// An instant: nanoseconds since 1970-01-01T00:00:00Z, without leap seconds. Covers 1677 to 2262.
@usableFromInline package struct Timestamp: Hashable, Comparable, Sendable {
    @usableFromInline package var nanoseconds: Int64

    @inlinable package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    /// - Precondition: `milliseconds` lies within ±9.2e12; check outside input first with `init(exactlyMilliseconds:)`.
    @inlinable package init(milliseconds: Int64) { nanoseconds = milliseconds * 1_000_000 }
    @inlinable package init(seconds: Int64) { nanoseconds = seconds * 1_000_000_000 }

    /// Nil when the instant cannot be held.
    @inlinable package init?(exactlyMilliseconds milliseconds: Int64) {
        let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { return nil }
        nanoseconds = product
    }

    /// Epoch seconds with a fraction, rounded to the nearest microsecond (a Double holds no more near today); nil when out of range or not a number.
    @inlinable package init?(secondsSinceEpoch seconds: Double) {
        guard seconds.magnitude < 9.2e9 else { return nil }
        nanoseconds = Int64((seconds * 1e6).rounded()) * 1000
    }

    @inlinable package var milliseconds: Int64 { floorDivided(nanoseconds, by: 1_000_000) }
    @inlinable package var seconds: Int64 { floorDivided(nanoseconds, by: 1_000_000_000) }
    @inlinable package var secondsSinceEpoch: Double { Double(nanoseconds / 1000) / 1e6 }

    @inlinable package static func < (a: Timestamp, b: Timestamp) -> Bool { a.nanoseconds < b.nanoseconds }

    /// The start of the bucket of `width` nanoseconds that holds this instant; buckets are aligned to the epoch.
    @inlinable package func floored(to width: Int64) -> Timestamp {
        Timestamp(nanoseconds: floorDivided(nanoseconds, by: width) * width)
    }
}

/// Integer division that rounds toward minus infinity; `divisor` is positive.
@inlinable package func floorDivided(_ value: Int64, by divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
}

/// A half-open range of instants: `start` belongs to it, `end` does not.
@usableFromInline package struct TimeRange: Hashable, Sendable {
    @usableFromInline package var start: Timestamp
    @usableFromInline package var end: Timestamp

    @inlinable package init(start: Timestamp, end: Timestamp) {
        self.start = start
        self.end = end
    }

    package static let all = TimeRange(start: Timestamp(nanoseconds: .min), end: Timestamp(nanoseconds: .max))

    @inlinable package func contains(_ time: Timestamp) -> Bool { start <= time && time < end }
    @inlinable package func overlaps(_ other: TimeRange) -> Bool { start < other.end && other.start < end }
    /// - Parameter nanoseconds: smallest and largest instant of some rows, both included.
    @inlinable package func overlaps(_ nanoseconds: ClosedRange<Int64>) -> Bool {
        start.nanoseconds <= nanoseconds.upperBound && nanoseconds.lowerBound < end.nanoseconds
    }
    @inlinable package var isEmpty: Bool { end <= start }
}
