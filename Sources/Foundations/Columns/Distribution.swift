/// What a set of weighted values comes to: count, sum and extremes exactly. Merging two is adding them up.
package struct Distribution: Sendable, Equatable {
    package private(set) var count: Double = 0
    package private(set) var sum: Double = 0
    /// +infinity while empty.
    package private(set) var minimum: Double = .infinity
    /// -infinity while empty.
    package private(set) var maximum: Double = -.infinity

    @inlinable package init() {}

    package init(count: Double, sum: Double, minimum: Double, maximum: Double) {
        self.count = count
        self.sum = sum
        self.minimum = minimum
        self.maximum = maximum
    }

    package mutating func add(_ value: Double, weight: Double = 1) {
        count += weight
        sum += value * weight
        minimum = min(minimum, value)
        maximum = max(maximum, value)
    }

    package mutating func merge(_ other: Distribution) {
        count += other.count
        sum += other.sum
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
    }

    package var average: Double { sum / count }
}
