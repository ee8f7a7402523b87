import SignalModel

/// `sort expr [asc|desc], …`: ascending unless told; rows that are equal stay in their order.
struct SortCommand: Command {
    private let keys: [SortStep.Key]
    let effect: CommandEffect

    init(from parser: inout QueryParser) throws(InsightsError) {
        var keys: [SortStep.Key] = []
        repeat {
            let expression = try parser.expression()
            let isDescending = try parser.take("desc")
            if !isDescending { _ = try parser.take("asc") }
            keys.append(SortStep.Key(expression: expression, isDescending: isDescending))
        } while try parser.take(.comma)
        self.keys = keys
        if keys.count == 1, case .field(let name) = keys[0].expression, parser.scope.isEventTime(name) {
            effect = .sortsByTime(keys[0].isDescending ? .newestFirst : .oldestFirst)
        } else {
            effect = .rearranges
        }
    }

    func step(rowsKept: Int?, moment: InsightsMoment) -> (any Step)? { SortStep(keys, rowsKept: rowsKept, moment: moment) }
}

/// `order by …` is `sort …`.
struct OrderCommand: Command {
    private let sort: SortCommand

    init(from parser: inout QueryParser) throws(InsightsError) {
        guard try parser.take("by") else { throw parser.unexpected("'by'") }
        sort = try SortCommand(from: &parser)
    }

    var effect: CommandEffect { sort.effect }
    func step(rowsKept: Int?, moment: InsightsMoment) -> (any Step)? { sort.step(rowsKept: rowsKept, moment: moment) }
}

/// Gathers rows and sorts them. When only the first are wanted, the others are thrown away as they pile up.
struct SortStep: Step {
    struct Key: Sendable {
        let expression: Expression
        let isDescending: Bool
    }

    /// Rows gathered beyond the wanted ones before the next sorting out: many enough that sorting costs little per row.
    private static let rowsBeyond = 8192

    private let keys: [Key]
    private let rowsKept: Int?
    private let moment: InsightsMoment
    private var held: [RowBatch] = []
    /// Of each held batch: key by key, the values of its rows.
    private var values: [[[SortKey]]] = []
    private var rowCount = 0

    init(_ keys: [Key], rowsKept: Int?, moment: InsightsMoment) {
        self.keys = keys
        self.rowsKept = rowsKept
        self.moment = moment
    }

    mutating func take(_ batch: RowBatch) -> RowBatch {
        hold(batch)
        if let rowsKept, rowCount >= rowsKept + Self.rowsBeyond {
            let best = sorted()
            (held, values, rowCount) = ([], [], 0)
            hold(best)
        }
        return RowBatch()
    }

    mutating func finish() -> RowBatch {
        defer { (held, values, rowCount) = ([], [], 0) }
        return sorted()
    }

    var heldBytes: Int { held.reduce(0) { $0 + $1.byteCount } + rowCount * keys.count * MemoryLayout<SortKey>.stride }

    private mutating func hold(_ batch: RowBatch) {
        guard batch.rowCount > 0 else { return }
        let evaluator = Evaluator(batch: batch, moment: moment)
        values.append(
            keys.map { key in
                let operand = evaluator.operand(key.expression)
                return (0..<batch.rowCount).map { SortKey(operand.value($0)) }
            })
        held.append(batch)
        rowCount += batch.rowCount
    }

    private func sorted() -> RowBatch {
        var places = held.enumerated().flatMap { index, batch in (0..<batch.rowCount).map { RowPlace(batch: index, row: $0) } }
        places.sort { a, b in
            for (index, key) in keys.enumerated() {
                let order = values[a.batch][index][a.row].order(values[b.batch][index][b.row], descending: key.isDescending)
                if order != 0 { return order < 0 }
            }
            return (a.batch, a.row) < (b.batch, b.row)
        }
        return RowBatch.gathered(places.prefix(rowsKept ?? places.count), of: held)
    }
}
