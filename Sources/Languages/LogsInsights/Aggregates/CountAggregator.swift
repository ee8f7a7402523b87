import Columns

/// How many rows have a value.
struct CountAggregator: Aggregator {
    private var counts: [Int] = []

    mutating func add(_ values: Operand, times: Operand, groups: [Int], groupCount: Int) {
        while counts.count < groupCount { counts.append(0) }
        switch values {
        case .constant(let value): if !value.isNull { for group in groups { counts[group] += 1 } }
        case .column(let column): for (row, group) in groups.enumerated() where column.isPresent(row) { counts[group] += 1 }
        }
    }

    func result(ofGroup group: Int) -> InsightsValue { .number(Double(counts[group])) }
    var heldBytes: Int { counts.count * 8 }
}
