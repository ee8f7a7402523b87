/// How many rows have a value.
struct CountAggregator: Aggregator {
    private var counts: [Int] = []

    mutating func add(_ values: Operand, times: Operand, groups: [Int], groupCount: Int) {
        while counts.count < groupCount { counts.append(0) }
        for (row, group) in groups.enumerated() where !values.value(row).isNull { counts[group] += 1 }
    }

    func result(ofGroup group: Int) -> InsightsValue { .number(Double(counts[group])) }
    var heldBytes: Int { counts.count * 8 }
}
