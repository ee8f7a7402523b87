import Bytes

/// How many different values there are. They are told apart by a 64-bit hash: of ten million values one too few is counted with a
/// chance of three in a million.
struct DistinctAggregator: Aggregator {
    private var hashes: [Set<UInt64>] = []
    private var count = 0

    mutating func add(_ values: Operand, times: Operand, groups: [Int], groupCount: Int) {
        while hashes.count < groupCount { hashes.append([]) }
        for (row, group) in groups.enumerated() {
            guard let bytes = values.value(row).bytes else { continue }
            if hashes[group].insert(bytes.withUnsafeBytes { Checksum.xxh3($0) }).inserted { count += 1 }
        }
    }

    func result(ofGroup group: Int) -> InsightsValue { .number(Double(hashes[group].count)) }
    /// A set is between half and whole full, and each place has a bit more beside it.
    var heldBytes: Int { hashes.count * 64 + count * 18 }
}
