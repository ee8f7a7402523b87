import Columns

/// A percentile of the values that are numbers: exact up to `InsightsLimits.exactPercentileValuesMax` values of a group, with straight
/// lines between neighbours; from more values on by the sketch, within its 0.79 %.
struct PercentileAggregator: Aggregator {
    private enum State {
        case values([Double])
        case sketch(QuantileSketch)
    }

    private let quantile: Double
    private var states: [State] = []
    private var valueCount = 0
    private var bucketCount = 0

    init(quantile: Double) { self.quantile = quantile }

    mutating func add(_ values: Operand, times: Operand, groups: [Int], groupCount: Int) {
        while states.count < groupCount { states.append(.values([])) }
        let numbers = Numbers(values, rowCount: groups.count)
        for (row, group) in groups.enumerated() where numbers.has(row) { add(numbers.values[row], to: group) }
    }

    private mutating func add(_ value: Double, to group: Int) {
        // Taken out of its place first, so that it is not copied for each value.
        var state = State.values([])
        swap(&state, &states[group])
        switch state {
        case .values(var values):
            state = .values([])
            values.append(value)
            valueCount += 1
            state = values.count <= InsightsLimits.exactPercentileValuesMax ? .values(values) : .sketch(sketch(of: values))
        case .sketch(var sketch):
            state = .values([])
            bucketCount -= sketch.bucketCountMax
            sketch.add(value)
            bucketCount += sketch.bucketCountMax
            state = .sketch(sketch)
        }
        swap(&state, &states[group])
    }

    private mutating func sketch(of values: [Double]) -> QuantileSketch {
        var sketch = QuantileSketch()
        for value in values { sketch.add(value) }
        valueCount -= values.count
        bucketCount += sketch.bucketCountMax
        return sketch
    }

    func result(ofGroup group: Int) -> InsightsValue {
        switch states[group] {
        case .sketch(let sketch): return sketch.value(at: quantile).map(InsightsValue.number) ?? .null
        case .values(let values):
            guard !values.isEmpty else { return .null }
            let sorted = values.sorted()
            let place = quantile * Double(sorted.count - 1)
            let below = Int(place)
            let above = min(below + 1, sorted.count - 1)
            return .number(sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below)))
        }
    }

    var heldBytes: Int { states.count * 32 + valueCount * 8 + bucketCount * 32 }
}
