/// Sum, mean and standard deviation (of the population) of the values that are numbers.
///
/// Mean and squared distance from it are carried along (Welford, Technometrics 4(3), 1962): sums of squares would cancel out.
struct MomentsAggregator: Aggregator {
    enum Result { case sum, average, deviation }

    private struct State {
        var count = 0.0, sum = 0.0, mean = 0.0, squares = 0.0
    }

    private let wanted: Result
    private var states: [State] = []

    init(_ wanted: Result) { self.wanted = wanted }

    mutating func add(_ values: Operand, times: Operand, groups: [Int], groupCount: Int) {
        while states.count < groupCount { states.append(State()) }
        let numbers = Numbers(values, rowCount: groups.count)
        for (row, group) in groups.enumerated() where numbers.has(row) {
            let value = numbers.values[row]
            states[group].count += 1
            states[group].sum += value
            let distance = value - states[group].mean
            states[group].mean += distance / states[group].count
            states[group].squares += distance * (value - states[group].mean)
        }
    }

    func result(ofGroup group: Int) -> InsightsValue {
        let state = states[group]
        guard state.count > 0 else { return .null }
        return switch wanted {
        case .sum: .finite(state.sum)
        case .average: .finite(state.sum / state.count)
        case .deviation: .finite((state.squares / state.count).squareRoot())
        }
    }

    var heldBytes: Int { states.count * MemoryLayout<State>.stride }
}
