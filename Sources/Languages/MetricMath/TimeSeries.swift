/// Values at the starts of periods, oldest first; a period without a value is not there.
package struct TimeSeries: Sendable, Equatable {
    /// Length of a period in nanoseconds.
    package let period: Int64
    /// UTC nanoseconds, strictly ascending.
    package private(set) var times: [Int64] = []
    package private(set) var values: [Double] = []

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
        guard value.isFinite else { return }
        times.append(time)
        values.append(value)
    }

    func mapped(_ transform: (Double) -> Double) -> TimeSeries {
        var result = TimeSeries(period: period)
        for (time, value) in zip(times, values) { result.append(time, transform(value)) }
        return result
    }
}
