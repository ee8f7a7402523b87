package import SignalModel

/// Asks for a metric's samples, period by period.
package struct BucketRequest: Hashable, Sendable {
    package var metric: MetricIdentity
    /// Nil: samples of every unit, together.
    package var unit: String?
    /// Nanoseconds, positive.
    package var period: Int64
    /// Its start is the start of a period.
    package var range: TimeRange
    /// Statistics of rank will be asked for.
    package var keepsSamples: Bool

    package init(metric: MetricIdentity, unit: String?, period: Int64, range: TimeRange, keepsSamples: Bool) {
        self.metric = metric
        self.unit = unit
        self.period = period
        self.range = range
        self.keepsSamples = keepsSamples
    }

    var grid: BucketGrid { BucketGrid(period: period, range: range, keepsSamples: keepsSamples) }
}

/// Which periods, and what of them.
struct BucketGrid: Sendable {
    /// Nanoseconds, positive.
    let period: Int64
    /// Its start is the start of a period.
    let range: TimeRange
    /// Statistics of rank will be asked for.
    let keepsSamples: Bool
}

/// A metric's periods that have samples, oldest first.
package struct BucketTable: Sendable, Equatable {
    /// Nanoseconds.
    package let period: Int64
    /// Starts of the periods, strictly ascending.
    package private(set) var starts: [Int64] = []
    package private(set) var buckets: [PeriodBucket] = []

    package init(period: Int64) { self.period = period }

    package var isEmpty: Bool { starts.isEmpty }

    /// - Precondition: `start` is not before the last one.
    mutating func withBucket(at start: Int64, keepingSamples: Bool, _ body: (inout PeriodBucket) -> Void) {
        if starts.last != start {
            starts.append(start)
            buckets.append(PeriodBucket(keepingSamples: keepingSamples))
        }
        body(&buckets[buckets.count - 1])
    }

    /// The periods of both; those that both have become one.
    func merged(with other: BucketTable) -> BucketTable {
        if isEmpty { return other }
        if other.isEmpty { return self }
        var result = BucketTable(period: period)
        var (mine, theirs) = (0, 0)
        while mine < starts.count || theirs < other.starts.count {
            let isMine = theirs == other.starts.count || (mine < starts.count && starts[mine] <= other.starts[theirs])
            let isBoth = isMine && theirs < other.starts.count && starts[mine] == other.starts[theirs]
            result.starts.append(isMine ? starts[mine] : other.starts[theirs])
            var bucket = isMine ? buckets[mine] : other.buckets[theirs]
            if isBoth { bucket.merge(other.buckets[theirs]) }
            result.buckets.append(bucket)
            if isMine { mine += 1 }
            if isBoth || !isMine { theirs += 1 }
        }
        return result
    }

    /// One statistic of every period that has it.
    package func series(of statistic: Statistic) -> TimeSeries {
        var result = TimeSeries(period: period)
        for (start, bucket) in zip(starts, buckets) {
            if let value = bucket.value(of: statistic) { result.append(start, value) }
        }
        return result
    }
}
