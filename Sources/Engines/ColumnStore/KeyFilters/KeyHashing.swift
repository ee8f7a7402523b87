/// Where a key's bits lie in a filter: a Bloom filter with double hashing (Kirsch and Mitzenmacher, "Less hashing, same performance").
///
/// The key is mixed first (the finaliser of SplitMix64), so that running numbers do as well as hashes. On disk: never change it within
/// a version of parts.
struct KeyHashing: Hashable, Sendable {
    /// Bits of the filter.
    let rows: Int
    /// Bits set for each key.
    let probes: Int

    /// The number of probes that a filter of so many bits for each key is best with: ln 2 times as many.
    static func probes(bitsPerKey: Int) -> Int { max(1, Int((Double(bitsPerKey) * 0.693).rounded())) }

    func rows(of key: UInt64) -> [Int] {
        var (hash, step) = Self.start(key)
        return (0..<probes).map { _ in
            defer { hash &+= step }
            return Int(hash.multipliedFullWidth(by: UInt64(rows)).high)
        }
    }

    /// Sets the key's bits.
    /// - Parameter bits: `rows` of them, the lowest of each word first.
    func set(_ key: UInt64, in bits: inout [UInt64]) {
        var (hash, step) = Self.start(key)
        for _ in 0..<probes {
            let row = Int(hash.multipliedFullWidth(by: UInt64(rows)).high)
            bits[row >> 6] |= 1 << UInt64(row & 63)
            hash &+= step
        }
    }

    private static func start(_ key: UInt64) -> (hash: UInt64, step: UInt64) {
        var hash = key &+ 0x9E37_79B9_7F4A_7C15
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
        hash ^= hash >> 31
        return (hash, (hash >> 17 | hash << 47) | 1)
    }
}
