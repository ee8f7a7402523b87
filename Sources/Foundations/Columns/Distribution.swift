/// What a set of weighted values comes to: count, sum and extremes exactly. Merging two is adding them up.
@usableFromInline package struct Distribution: Sendable, Equatable {
    @usableFromInline package internal(set) var count: Double = 0
    @usableFromInline package internal(set) var sum: Double = 0
    /// +infinity while empty.
    @usableFromInline package internal(set) var minimum: Double = .infinity
    /// -infinity while empty.
    @usableFromInline package internal(set) var maximum: Double = -.infinity

    package init() {}

    package init(count: Double, sum: Double, minimum: Double, maximum: Double) {
        self.count = count
        self.sum = sum
        self.minimum = minimum
        self.maximum = maximum
    }

    @inlinable package mutating func add(_ value: Double, weight: Double = 1) {
        count += weight
        sum += value * weight
        minimum = min(minimum, value)
        maximum = max(maximum, value)
    }

    @inlinable package mutating func merge(_ other: Distribution) {
        count += other.count
        sum += other.sum
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
    }

    package var average: Double { sum / count }
}
