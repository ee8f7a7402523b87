/// `fields f, expr as alias, …`: columns of the result, and new ones to go on with. Several add up.
struct FieldsCommand: Command {
    private let items: [(name: String, expression: Expression)]

    init(from parser: inout QueryParser) throws(InsightsError) {
        items = try Self.items(from: &parser)
        parser.scope.show(items.map(\.name), isChoice: true)
    }

    static func items(from parser: inout QueryParser) throws(InsightsError) -> [(name: String, expression: Expression)] {
        var items: [(name: String, expression: Expression)] = []
        repeat {
            let item = try parser.item()
            if case .field(item.name) = item.expression {} else { parser.scope.define(item.name) }
            items.append(item)
        } while try parser.take(.comma)
        return items
    }

    var effect: CommandEffect { .none }
    func step(rowsKept: Int?, moment: InsightsMoment) -> (any Step)? { AssignStep(items, moment: moment) }
}

/// `display f, expr as alias, …`: the columns of the result. The last one counts.
struct DisplayCommand: Command {
    private let items: [(name: String, expression: Expression)]

    init(from parser: inout QueryParser) throws(InsightsError) {
        items = try FieldsCommand.items(from: &parser)
        parser.scope.showOnly(items.map(\.name))
    }

    var effect: CommandEffect { .none }
    func step(rowsKept: Int?, moment: InsightsMoment) -> (any Step)? { AssignStep(items, moment: moment) }
}

/// Computes new columns, one after the other: each may use those before it.
struct AssignStep: Step {
    private let items: [(name: String, expression: Expression)]
    private let moment: InsightsMoment

    /// - Returns: nil when every item is a field under its own name.
    init?(_ items: [(name: String, expression: Expression)], moment: InsightsMoment) {
        self.items = items.filter { item in if case .field(item.name) = item.expression { false } else { true } }
        self.moment = moment
        if self.items.isEmpty { return nil }
    }

    mutating func take(_ batch: RowBatch) -> RowBatch {
        var batch = batch
        for item in items { batch[item.name] = Evaluator(batch: batch, moment: moment).column(item.expression) }
        return batch
    }
}
