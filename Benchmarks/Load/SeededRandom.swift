import Glibc

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed. A load's item has a generator of its own, made from the
/// seed and the item's number, so that any item can be made by any thread, and again when its answer is checked.
struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// - Parameters:
    ///   - item: which part of the load these numbers are for.
    ///   - use: tells several generators of one item apart.
    init(seed: UInt64, item: (Int, Int) = (0, 0), use: UInt64 = 0) {
        state = seed ^ use
        state = next() ^ UInt64(bitPattern: Int64(item.0))
        state = next() ^ UInt64(bitPattern: Int64(item.1))
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// From 0 to below 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    mutating func happens(_ probability: Double) -> Bool { unit() < probability }

    /// Never negative, mostly near the median, sometimes much longer; `spread` is the standard deviation of its logarithm.
    mutating func logNormal(median: Double, spread: Double) -> Double {
        median * exp(spread * (-2 * log(1 - unit())).squareRoot() * cos(2 * .pi * unit()))  // Box and Muller 1958
    }

    /// `count` hexadecimal digits, 16 a number drawn.
    mutating func hex(_ count: Int) -> String {
        String(unsafeUninitializedCapacity: count) { digits in
            var bits: UInt64 = 0
            for index in 0..<count {
                if index % 16 == 0 { bits = next() }
                let digit = UInt8(bits & 15)
                digits.initializeElement(at: index, to: digit < 10 ? 48 + digit : 87 + digit)
                bits >>= 4
            }
            return count
        }
    }
}

/// How often each of `count` things comes when the first is the most common: the weight of the k-th is 1/k^exponent.
struct Zipf: Sendable {
    /// Of drawing this one or one before it.
    private let shares: [Double]

    init(_ count: Int, exponent: Double) {
        let weights = (1...count).map { 1 / pow(Double($0), exponent) }
        let sum = weights.reduce(0, +)
        var share = 0.0
        shares = weights.map { weight in
            share += weight / sum
            return share
        }
    }

    func draw(_ random: inout SeededRandom) -> Int {
        let point = random.unit()
        return shares.firstIndex { point < $0 } ?? shares.count - 1
    }
}
