import MetricMath
import SignalModel

/// Cuts an answer of GetMetricData into pages of so many datapoints: result by result, each in the order asked for.
struct MetricDataPage {
    /// Where a page begins: in which result, after which time. Times, not counts, so that samples that come in between pages move nothing.
    struct Start {
        var result = 0
        /// Nil: at the result's beginning.
        var after: Int64?
        let now: Timestamp

        init(now: Timestamp) { self.now = now }

        init?(_ fields: [String]) {
            guard fields.count == 3, let result = Int(fields[0]), result >= 0, let now = Int64(fields[2]) else { return nil }
            guard fields[1].isEmpty || Int64(fields[1]) != nil else { return nil }
            self.result = result
            after = Int64(fields[1])
            self.now = Timestamp(nanoseconds: now)
        }

        var fields: [String] { ["\(result)", after.map(String.init) ?? "", "\(now.nanoseconds)"] }
    }

    private(set) var results: [MetricDataResult] = []
    /// Nil: this is the last page.
    private(set) var next: Start?

    /// - Parameter series: in ascending order of time, as everywhere.
    init(_ all: [MetricDataResult], from start: Start, descending: Bool, max: Int) {
        var room = max
        for index in all.indices.dropFirst(start.result) {
            let after = index == start.result ? start.after : nil
            let rest = Self.ordered(all[index].series, descending: descending, after: after)
            guard room > 0 || rest.isEmpty else {
                next = Self.start(at: index, after: nil, start.now)
                return
            }
            var result = all[index]
            result.series = rest.prefix(room)
            result.isComplete = rest.count <= room
            results.append(result)
            room -= result.series.count
            guard result.isComplete else {
                next = Self.start(at: index, after: result.series.times.last, start.now)
                return
            }
        }
    }

    private static func start(at result: Int, after: Int64?, _ now: Timestamp) -> Start {
        var start = Start(now: now)
        start.result = result
        start.after = after
        return start
    }

    private static func ordered(_ series: TimeSeries, descending: Bool, after: Int64?) -> TimeSeries {
        let places = series.times.indices.filter { place in
            guard let after else { return true }
            return descending ? series.times[place] < after : series.times[place] > after
        }
        let ordered = descending ? places.reversed() : places
        return TimeSeries(period: series.period, times: ordered.map { series.times[$0] }, values: ordered.map { series.values[$0] })
    }
}

extension TimeSeries {
    fileprivate func prefix(_ count: Int) -> TimeSeries {
        TimeSeries(period: period, times: Array(times.prefix(count)), values: Array(values.prefix(count)))
    }
}
