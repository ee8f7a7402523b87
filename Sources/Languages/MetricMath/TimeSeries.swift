import SignalModel

/// Values at the starts of periods, oldest first; a period without a value is not there.
package struct TimeSeries: Sendable, Equatable {
    /// Length of a period in nanoseconds, positive.
    package let period: Int64
    /// UTC nanoseconds, strictly ascending.
    package private(set) var times: [Int64] = []
    package private(set) var values: [Double] = []
    /// A calculation on the way here came to no finite number somewhere, and gave no datapoint.
    package private(set) var hasDroppedPoints = false

    package init(period: Int64) { self.period = period }

    package init(period: Int64, times: [Int64], values: [Double]) {
        precondition(times.count == values.count, "every time has one value")
        self.period = period
        self.times = times
        self.values = values
    }

    package var count: Int { times.count }
    package var isEmpty: Bool { times.isEmpty }

    /// Leaves out what is not a finite number: the result of a division by zero, say, is no datapoint.
    package mutating func append(_ time: Int64, _ value: Double) {
        guard value.isFinite else {
            hasDroppedPoints = true
            return
        }
        times.append(time)
        values.append(value)
    }

    func mapped(_ transform: (Double) -> Double) -> TimeSeries {
        var result = TimeSeries(period: period)
        for (time, value) in zip(times, values) { result.append(time, transform(value)) }
        return result.withDrops(of: [self])
    }

    /// Remembers that one of its sources has lost points.
    func withDrops(of sources: [TimeSeries]) -> TimeSeries {
        var result = self
        result.hasDroppedPoints = hasDroppedPoints || sources.contains { $0.hasDroppedPoints }
        return result
    }

    /// The points that are starts of longer periods too, as a series of those.
    func aligned(to longer: Int64, in window: QueryWindow) -> TimeSeries {
        guard longer > period else { return self }
        let origin = window.periods(of: longer).start.nanoseconds
        var result = TimeSeries(period: longer)
        for (time, value) in zip(times, values) where (time - origin) % longer == 0 { result.append(time, value) }
        return result.withDrops(of: [self])
    }
}
