package import Columns

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
        // A set that was sent with equal extremes and another sum is stored one step apart; see `PutMetricData`.
        let isOneStepApart = maximum == minimum.nextUp
        total.merge(Distribution(count: count, sum: value, minimum: minimum, maximum: isOneStepApart ? minimum : maximum))
        hasSets = true
        return 0
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
        case .minimum: return total.minimum
        case .maximum: return total.maximum
        case .trimmed, .percentileRank: return hasSets ? nil : samples?.value(of: statistic)
        case .percentile:
            // Past the exact entries a sample is the middle of its bucket, which may lie outside what was sent.
            return hasSets ? nil : samples?.value(of: statistic).map { min(max($0, total.minimum), total.maximum) }
        }
    }
}
