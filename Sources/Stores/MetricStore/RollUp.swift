import Columns
import SignalModel

/// Brings the rows of one series together in periods: count, sum and extremes exactly, ranks within the sketch's bound.
///
///     var rollUp = RollUp(period: 300_000_000_000)
///     rollUp.add(run)                      // as often as there are runs; sorted, and of a sampled series without repeated times
///     let rows = rollUp.finish()           // one a period, at its start
///
/// What is not a number (stale marks too) and what is infinite leaves no trace. Of native histograms the last of a period stands for all:
/// each holds everything since its beginning.
struct RollUp {
    let period: Int64
    private var start: Int64?
    private var bucket = Bucket()
    private var histogram: Histogram?
    private var result = SampleRun()

    private struct Histogram {
        var value, count, minimum, maximum: Double
        var detail: [UInt8]
    }

    init(period: Int64) { self.period = period }

    mutating func add(_ run: SampleRun) {
        for row in run.times.indices {
            let start = floorDivided(run.times[row], by: period) &* period
            if start != self.start {
                close()
                self.start = start
            }
            add(row, of: run)
        }
    }

    mutating func finish() -> SampleRun {
        close()
        defer { result = SampleRun() }
        return result
    }

    private mutating func add(_ row: Int, of run: SampleRun) {
        let value = run.values[row]
        let detail = run.details.count > 0 ? Array(run.details[row]) : []
        guard !run.counts.isEmpty else {
            if value.isFinite { bucket.add(value, weight: 1) }
            return
        }
        let (count, minimum, maximum) = (run.counts[row], run.minima[row], run.maxima[row])
        switch MetricDetail(detail) {
        case .histogram: histogram = Histogram(value: value, count: count, minimum: minimum, maximum: maximum, detail: detail)
        case .sketch(let sketch): bucket.add(sketch, sum: value, count: count, minimum: minimum, maximum: maximum)
        case nil:
            guard value.isFinite, minimum.isFinite, maximum.isFinite else { return }
            if minimum == maximum { bucket.add(minimum, weight: count) } else { bucket.addSet(sum: value, count: count, minimum: minimum, maximum: maximum) }
        }
    }

    private mutating func close() {
        guard let start else { return }
        self.start = nil
        if let row = bucket.row {
            result.append(time: start, value: row.value, count: row.count, minimum: row.minimum, maximum: row.maximum, detail: row.detail)
        }
        if let last = histogram {
            result.append(time: start, value: last.value, count: last.count, minimum: last.minimum, maximum: last.maximum, detail: last.detail)
        }
        bucket = Bucket()
        histogram = nil
    }
}

/// One period's rows on their way to one row.
private struct Bucket {
    private var total = Distribution()
    private var sketch = QuantileSketch()
    /// Of some rows only count, sum and extremes are known.
    private var hasSets = false

    mutating func add(_ value: Double, weight: Double) {
        total.add(value, weight: weight)
        if !hasSets { sketch.add(value, weight: weight) }
    }

    mutating func add(_ other: QuantileSketch, sum: Double, count: Double, minimum: Double, maximum: Double) {
        total.merge(Distribution(count: count, sum: sum, minimum: minimum, maximum: maximum))
        if !hasSets { sketch.merge(other) }
    }

    mutating func addSet(sum: Double, count: Double, minimum: Double, maximum: Double) {
        total.merge(Distribution(count: count, sum: sum, minimum: minimum, maximum: MetricColumn.trueMaximum(minimum, maximum)))
        hasSets = true
    }

    /// As `MetricColumn` wants it; nil when there was nothing.
    var row: (value: Double, count: Double, minimum: Double, maximum: Double, detail: [UInt8])? {
        guard total.count > 0 else { return nil }
        if !hasSets, total.minimum == total.maximum { return (total.minimum, total.count, total.minimum, total.maximum, []) }
        let maximum = total.minimum == total.maximum ? total.minimum.nextUp : total.maximum
        return (total.sum, total.count, total.minimum, maximum, hasSets ? [] : MetricDetail.sketch(sketch).encoded)
    }
}
