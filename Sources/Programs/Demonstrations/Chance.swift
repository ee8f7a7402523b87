import Bytes
import Glibc

/// The demonstrations' dice: the same throws for the same seed. SplitMix64 (Steele, Lea, Flood 2014).
struct Chance: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// From 0 to below 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func happens(_ probability: Double) -> Bool { unit() < probability }

    mutating func number(in range: ClosedRange<Double>) -> Double { range.lowerBound + unit() * (range.upperBound - range.lowerBound) }

    mutating func integer(in range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// Waiting times between things that know nothing of each other.
    mutating func exponential(mean: Double) -> Double { -mean * log(1 - unit()) }

    /// How long work takes: never negative, mostly near the median, sometimes much longer.
    /// - Parameter spread: standard deviation of the logarithm; 0.3 is steady, 1 is wild.
    mutating func duration(median: Double, spread: Double = 0.3) -> Double {
        let normal = (-2 * log(1 - unit())).squareRoot() * cos(2 * .pi * unit())  // Box and Muller 1958
        return median * exp(spread * normal)
    }

    mutating func choice<Element>(_ elements: [Element]) -> Element { elements[Int.random(in: elements.indices, using: &self)] }

    /// Of pairs of an element and how often it comes, relative to the others.
    mutating func choice<Element>(weighted elements: [(Element, Double)]) -> Element {
        var rest = unit() * elements.reduce(0) { $0 + $1.1 }
        for (element, weight) in elements {
            rest -= weight
            if rest < 0 { return element }
        }
        return elements[elements.count - 1].0
    }

    /// Lowercase hexadecimal digits, an even number of them.
    mutating func hex(digits: Int) -> String { Hex.encode((0..<digits / 2).map { _ in UInt8(truncatingIfNeeded: next()) }) }

    mutating func uuid() -> String { RandomID(using: &self).description }
}
