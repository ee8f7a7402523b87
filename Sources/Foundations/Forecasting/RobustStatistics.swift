import Glibc

/// Estimates that a few wild values do not move.
enum Robust {
    /// The middle one, or the mean of the two in the middle; nil of none. Reorders `values`.
    static func median(_ values: inout [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        values.sort()
        let middle = values.count / 2
        return values.count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2
    }

    /// Of values that are in order; `share` from 0 to 1. Nil of none.
    static func quantile(ofSorted values: [Double], _ share: Double) -> Double? {
        guard !values.isEmpty else { return nil }
        return values[min(values.count - 1, Int(share * Double(values.count)))]
    }

    /// The median of the slopes of all pairs (Theil and Sen): a third of the points may be wrong.
    /// - Returns: nil with fewer than three points, and when more than one pair in seven disagrees on the direction: that is no trend.
    /// - Complexity: O(n² log n): for few points.
    static func agreedSlope(_ points: [(x: Double, y: Double)]) -> Double? {
        guard points.count >= 3 else { return nil }
        var slopes: [Double] = []
        for (index, first) in points.enumerated() {
            for second in points[(index + 1)...] where second.x != first.x { slopes.append((second.y - first.y) / (second.x - first.x)) }
        }
        let rising = slopes.count { $0 > 0 }, falling = slopes.count { $0 < 0 }
        guard Double(max(rising, falling)) >= 6.0 / 7 * Double(slopes.count) else { return nil }
        return median(&slopes)
    }
}

/// How large values of no sign usually are: a histogram of logarithms that forgets. Cheap to fill, and its quantiles are within 9 %.
struct SizeHistogram: Sendable {
    /// Four buckets an octave, from 2^-40 to 2^40.
    private static let perOctave = 4.0
    private static let octaves = 40.0
    private static let count = Int(2 * octaves * perOctave) + 2

    /// The first one is of zeros.
    private var buckets = [Float](repeating: 0, count: count)
    private(set) var total: Float = 0

    mutating func add(_ size: Double, weight: Float = 1) {
        buckets[Self.bucket(of: size)] += weight
        total += weight
    }

    /// Everything so far counts less from now on.
    mutating func forget(keeping share: Float) {
        for index in buckets.indices { buckets[index] *= share }
        total *= share
    }

    func quantile(_ share: Double) -> Double {
        let wanted = Float(share) * total
        var sum: Float = 0
        for (index, weight) in buckets.enumerated() where weight > 0 {
            sum += weight
            if sum >= wanted { return Self.size(of: index) }
        }
        return 0
    }

    private static func bucket(of size: Double) -> Int {
        guard size > 0 else { return 0 }
        let place = (log2(size) + octaves) * perOctave
        return place < 0 ? 0 : min(count - 1, 1 + Int(place))
    }

    /// The middle of a bucket.
    private static func size(of bucket: Int) -> Double {
        bucket == 0 ? 0 : exp2((Double(bucket) - 0.5) / perOctave - octaves)
    }
}
