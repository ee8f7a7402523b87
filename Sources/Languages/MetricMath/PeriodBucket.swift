package import Columns
import SignalModel

/// All samples of one metric in one period, as far as the statistics asked for need them.
package struct PeriodBucket: Sendable, Equatable {
    package private(set) var total = Distribution()
    /// Nil unless asked for.
    private var samples: WeightedSamples?
    /// Some samples came as a set of which only count, sum and extremes are known, so their ranks are not.
    private var hasSets = false

    package init(keepingSamples: Bool) {
        if keepingSamples { samples = WeightedSamples() }
    }

    /// One row of the metric table; see `MetricColumn`.
    /// - Returns: how many more bytes the bucket holds.
    package mutating func add(value: Double, count: Double, minimum: Double, maximum: Double) -> Int {
        guard minimum != maximum else {
            total.add(minimum, weight: count)
            return samples?.add(minimum, weight: count) ?? 0
        }
        total.merge(Distribution(count: count, sum: value, minimum: minimum, maximum: MetricColumn.trueMaximum(minimum, maximum)))
        hasSets = true
        return 0
    }

    /// Plain values; what is not a finite number is left out.
    /// - Returns: how many more bytes the bucket holds.
    mutating func add(_ values: UnsafeBufferPointer<Double>) -> Int {
        var (count, sum, minimum, maximum) = (0, total.sum, total.minimum, total.maximum)
        for value in values where value.isFinite {
            count += 1
            sum += value
            minimum = min(minimum, value)
            maximum = max(maximum, value)
        }
        total = Distribution(count: total.count + Double(count), sum: sum, minimum: minimum, maximum: maximum)
        guard samples != nil else { return 0 }
        var bytes = 0
        for value in values where value.isFinite { bytes += samples?.add(value, weight: 1) ?? 0 }
        return bytes
    }

    /// A row that was rolled up.
    /// - Returns: how many more bytes the bucket holds.
    mutating func add(_ sketch: QuantileSketch, sum: Double, count: Double, minimum: Double, maximum: Double) -> Int {
        total.merge(Distribution(count: count, sum: sum, minimum: minimum, maximum: maximum))
        guard samples != nil else { return 0 }
        var bytes = 0
        for bucket in sketch.buckets {
            bytes += samples?.add(min(max(QuantileSketch.middle(of: bucket.key), minimum), maximum), weight: bucket.weight) ?? 0
        }
        return bytes
    }

    package mutating func merge(_ other: PeriodBucket) {
        total.merge(other.total)
        if let others = other.samples { samples?.merge(others) }
        hasSets = hasSets || other.hasSets
    }

    /// Nil when there are no samples, or when the statistic needs ranks that a statistic set does not have.
    package func value(of statistic: Statistic) -> Double? {
        guard total.count > 0 else { return nil }
        switch statistic {
        case .sampleCount: return total.count
        case .sum: return total.sum
        case .average: return total.average
        case .minimum: return total.minimum.isFinite ? total.minimum : nil
        case .maximum: return total.maximum.isFinite ? total.maximum : nil
        case .trimmed, .percentileRank: return hasSets ? nil : samples?.value(of: statistic)
        case .percentile:
            // Past the exact entries a sample is the middle of its bucket, which may lie outside what was sent.
            return hasSets ? nil : samples?.value(of: statistic).map { min(max($0, total.minimum), total.maximum) }
        }
    }
}
