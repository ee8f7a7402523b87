/// What `stats` computes over the rows of each group.
struct AggregateFunction: Sendable {
    let name: String
    let arity: ClosedRange<Int>
    /// Of the second argument, where there is one.
    let parameters: ClosedRange<Double>
    let needsTime: Bool
    /// - Parameter parameter: the second argument.
    let make: @Sendable (_ parameter: Double) -> any Aggregator

    private init(
        _ name: String, _ arity: ClosedRange<Int> = 1...1, parameters: ClosedRange<Double> = 0...0, needsTime: Bool = false,
        _ make: @escaping @Sendable (Double) -> any Aggregator
    ) {
        self.name = name
        self.arity = arity
        self.parameters = parameters
        self.needsTime = needsTime
        self.make = make
    }

    static let all = [
        AggregateFunction("avg") { _ in MomentsAggregator(.average) },
        AggregateFunction("count", 0...1) { _ in CountAggregator() },
        AggregateFunction("count_distinct") { _ in DistinctAggregator() },
        AggregateFunction("earliest", needsTime: true) { _ in ExtremeAggregator(by: .time, isLargest: false) },
        AggregateFunction("latest", needsTime: true) { _ in ExtremeAggregator(by: .time, isLargest: true) },
        AggregateFunction("max") { _ in ExtremeAggregator(by: .number, isLargest: true) },
        AggregateFunction("median") { _ in PercentileAggregator(quantile: 0.5) },
        AggregateFunction("min") { _ in ExtremeAggregator(by: .number, isLargest: false) },
        AggregateFunction("pct", 2...2, parameters: 0...100) { PercentileAggregator(quantile: $0 / 100) },
        AggregateFunction("sortsfirst") { _ in ExtremeAggregator(by: .order, isLargest: false) },
        AggregateFunction("sortslast") { _ in ExtremeAggregator(by: .order, isLargest: true) },
        AggregateFunction("stddev") { _ in MomentsAggregator(.deviation) },
        AggregateFunction("sum") { _ in MomentsAggregator(.sum) },
    ]

    static let named = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}

/// An aggregate as a query calls it. Its result is a column of the groups' rows under a name that no query can write.
struct AggregateCall: Sendable {
    /// Nil: all rows count.
    let argument: Expression?
    let aggregator: any Aggregator

    static func columnName(_ index: Int) -> String { "\u{1}\(index)" }
    static func isColumnName(_ name: String) -> Bool { name.hasPrefix("\u{1}") }
}

/// Gathers one aggregate of every group, batch by batch.
protocol Aggregator: Sendable {
    /// - Parameters:
    ///   - values: of the argument, a row each.
    ///   - times: of the rows; absent unless the function needs them.
    ///   - groups: the group of each row, less than `groupCount`, which never falls.
    mutating func add(_ values: Operand, times: Operand, groups: [Int], groupCount: Int)

    /// The value of a group; null when none of its rows had one.
    func result(ofGroup group: Int) -> InsightsValue

    /// Bytes of memory held.
    var heldBytes: Int { get }
}
