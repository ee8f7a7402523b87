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

    /// Cheap where `start` is not before the last one, which it hardly ever is: rows that come late to a time that was rolled up already.
    mutating func withBucket(at start: Int64, keepingSamples: Bool, _ body: (inout PeriodBucket) -> Void) {
        guard let last = starts.last, last >= start else {
            starts.append(start)
            buckets.append(PeriodBucket(keepingSamples: keepingSamples))
            return body(&buckets[buckets.count - 1])
        }
        let place = last == start ? starts.count - 1 : starts.firstIndex { $0 >= start } ?? starts.count - 1
        if starts[place] != start {
            starts.insert(start, at: place)
            buckets.insert(PeriodBucket(keepingSamples: keepingSamples), at: place)
        }
        body(&buckets[place])
    }

    /// Takes in the periods of another; those that both have become one.
    mutating func merge(_ other: BucketTable) {
        if other.isEmpty { return }
        if isEmpty { return self = other }
        // Series that are asked for together mostly have samples in the same periods.
        guard starts != other.starts else {
            for place in buckets.indices { buckets[place].merge(other.buckets[place]) }
            return
        }
        let mine = self
        starts.removeAll(keepingCapacity: true)
        buckets.removeAll(keepingCapacity: true)
        var (place, theirs) = (0, 0)
        while place < mine.starts.count || theirs < other.starts.count {
            let isMine = theirs == other.starts.count || (place < mine.starts.count && mine.starts[place] <= other.starts[theirs])
            let isBoth = isMine && theirs < other.starts.count && mine.starts[place] == other.starts[theirs]
            starts.append(isMine ? mine.starts[place] : other.starts[theirs])
            var bucket = isMine ? mine.buckets[place] : other.buckets[theirs]
            if isBoth { bucket.merge(other.buckets[theirs]) }
            buckets.append(bucket)
            if isMine { place += 1 }
            if isBoth || !isMine { theirs += 1 }
        }
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
