/// `limit n`, `limit any n`: the first rows.
struct LimitCommand: Command {
    private let count: Int

    init(from parser: inout QueryParser) throws(InsightsError) {
        _ = try parser.take("any")
        count = try parser.count(max: InsightsLimits.rowsMax)
        parser.scope.leaveRows()
    }

    var effect: CommandEffect { .limits(count) }
    func step(rowsKept: Int?, moment: InsightsMoment) -> (any Step)? { LimitStep(count) }
}

/// `head [n]`: the first rows, ten of them unless told.
struct HeadCommand: Command {
    static let countDefault = 10
    private let count: Int

    init(from parser: inout QueryParser) throws(InsightsError) {
        if case .number = parser.token.kind { count = try parser.count(max: InsightsLimits.rowsMax) } else { count = Self.countDefault }
        parser.scope.leaveRows()
    }

    var effect: CommandEffect { .limits(count) }
    func step(rowsKept: Int?, moment: InsightsMoment) -> (any Step)? { LimitStep(count) }
}

/// `tail [n]`: the last rows, ten of them unless told.
struct TailCommand: Command {
    private let count: Int

    init(from parser: inout QueryParser) throws(InsightsError) {
        if case .number = parser.token.kind {
            count = try parser.count(max: InsightsLimits.rowsMax)
        } else {
            count = HeadCommand.countDefault
        }
        parser.scope.leaveRows()
    }

    var effect: CommandEffect { .rearranges }
    func step(rowsKept: Int?, moment: InsightsMoment) -> (any Step)? { TailStep(count: count) }
}

struct LimitStep: Step {
    private var rest: Int

    init(_ count: Int) { rest = count }

    mutating func take(_ batch: RowBatch) -> RowBatch {
        let first = batch.prefix(rest)
        rest -= first.rowCount
        return first
    }

    var isSatisfied: Bool { rest == 0 }
}

struct TailStep: Step {
    let count: Int
    private var held: [RowBatch] = []

    init(count: Int) { self.count = count }

    mutating func take(_ batch: RowBatch) -> RowBatch {
        held.append(batch)
        var rows = held.reduce(0) { $0 + $1.rowCount }
        while let first = held.first, rows - first.rowCount >= count {
            rows -= first.rowCount
            held.removeFirst()
        }
        return RowBatch()
    }

    mutating func finish() -> RowBatch {
        let places = held.enumerated().flatMap { index, batch in (0..<batch.rowCount).map { RowPlace(batch: index, row: $0) } }
        return RowBatch.gathered(places.suffix(count), of: held)
    }

    var heldBytes: Int { held.reduce(0) { $0 + $1.byteCount } }
}
