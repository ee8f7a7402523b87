/// Weighted values counted in buckets by the top bits of their IEEE 754 pattern: mergeable, the same on every backend.
///
/// A bucket keeps sign, exponent and the first six bits of the fraction, so it is at most 1/64 of its value wide and its middle is
/// within 0.79 % of every value in it. Zero has a bucket of its own; subnormals count as zero.
package struct QuantileSketch: Sendable, Equatable {
    private static let droppedBits: UInt64 = 52 - 6

    /// Bucket key → weight. Keys sort as their values do.
    package private(set) var buckets: [Int32: Double] = [:]
    package private(set) var count: Double = 0

    package init() {}

    /// - Precondition: `value` is finite; `weight` is positive.
    package mutating func add(_ value: Double, weight: Double = 1) {
        buckets[Self.key(of: value), default: 0] += weight
        count += weight
    }

    package mutating func merge(_ other: QuantileSketch) {
        buckets.merge(other.buckets, uniquingKeysWith: +)
        count += other.count
    }

    /// The value below which the share `quantile` (0...1) of the weight lies, within 0.79 %; nil when empty.
    package func value(at quantile: Double) -> Double? {
        guard count > 0 else { return nil }
        let rank = max(0, min(1, quantile)) * count
        var seen = 0.0
        let keys = buckets.keys.sorted()
        for key in keys {
            seen += buckets[key] ?? 0
            if seen >= rank { return Self.middle(of: key) }
        }
        return keys.last.map(Self.middle)
    }

    package static func key(of value: Double) -> Int32 {
        guard value.isNormal else { return 0 }
        let magnitude = Int32(truncatingIfNeeded: value.magnitude.bitPattern >> droppedBits)
        return value < 0 ? -magnitude : magnitude
    }

    package static func middle(of key: Int32) -> Double {
        guard key != 0 else { return 0 }
        let low = UInt64(key.magnitude) << droppedBits
        let magnitude = Double(bitPattern: low | (1 << (droppedBits - 1)))
        return key < 0 ? -magnitude : magnitude
    }
}
