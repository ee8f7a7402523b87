/// The value that is smallest or largest, or that of the earliest or latest row that has one.
struct ExtremeAggregator: Aggregator {
    enum Order {
        /// Only values that are numbers or times.
        case number
        /// Any value, as `sort` has them.
        case order
        /// The row's time.
        case time
    }

    private struct State {
        var key = SortKey.null
        var value = InsightsValue.null
    }

    private let order: Order
    private let isLargest: Bool
    private var states: [State] = []
    private var textBytes = 0

    init(by order: Order, isLargest: Bool) {
        self.order = order
        self.isLargest = isLargest
    }

    mutating func add(_ values: Operand, times: Operand, groups: [Int], groupCount: Int) {
        while states.count < groupCount { states.append(State()) }
        for (row, group) in groups.enumerated() {
            let value = values.value(row)
            if value.isNull { continue }
            let key = order == .time ? SortKey(times.value(row)) : SortKey(value)
            if order == .number, case .text = key { continue }
            if !states[group].value.isNull, key.order(states[group].key, descending: isLargest) >= 0 { continue }
            keep(value, key, in: group)
        }
    }

    /// Texts are copied: a slice would hold its whole chunk.
    private mutating func keep(_ value: InsightsValue, _ key: SortKey, in group: Int) {
        if case .text(let old) = states[group].value { textBytes -= old.count }
        var value = value
        var key = key
        if order == .number, case .number(let number) = key { value = .number(number) }
        if case .text(let bytes) = value {
            value = .text(Array(bytes)[...])
            textBytes += bytes.count
        }
        if case .text = key, case .text(let bytes) = value { key = .text(bytes) }
        states[group] = State(key: key, value: value)
    }

    func result(ofGroup group: Int) -> InsightsValue { states[group].value }
    var heldBytes: Int { states.count * MemoryLayout<State>.stride + textBytes }
}
