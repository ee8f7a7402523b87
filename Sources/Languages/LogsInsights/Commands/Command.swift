import SignalModel

/// One command of a query as it was read. What it does to rows is its step.
protocol Command: Sendable {
    /// Reads the command behind its name, and tells the scope what it needs and makes.
    init(from parser: inout QueryParser) throws(InsightsError)

    /// What it means for the number and order of rows.
    var effect: CommandEffect { get }

    /// - Parameter rowsKept: how many rows of what this step gives will be looked at, from the first on; nil: all.
    /// - Returns: nil when there is nothing to do with rows.
    func step(rowsKept: Int?, moment: InsightsMoment) -> (any Step)?
}

enum CommandEffect: Equatable {
    /// As many rows in the same order.
    case none
    /// Only some of the rows, each by itself.
    case selects
    /// Only the first rows.
    case limits(Int)
    /// Rows sorted by the events' own time and nothing else.
    case sortsByTime(LogScan.Order)
    /// Anything else.
    case rearranges
}

/// A command at work.
protocol Step: Sendable {
    /// Takes the next rows and gives those that can go on already.
    mutating func take(_ batch: RowBatch) -> RowBatch
    /// Gives what was held back. Called once, after the last rows.
    mutating func finish() -> RowBatch
    /// True when no further rows can change anything.
    var isSatisfied: Bool { get }
    /// Bytes of memory held between two calls.
    var heldBytes: Int { get }
}

extension Step {
    mutating func finish() -> RowBatch { RowBatch() }
    var isSatisfied: Bool { false }
    var heldBytes: Int { 0 }
}
