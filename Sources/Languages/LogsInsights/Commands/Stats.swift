/// `stats aggregate [as a], … [by expr [as b], …]`: one row a group. What comes after sees only these columns.
struct StatsCommand: Command {
    private let calls: [AggregateCall]
    private let items: [(name: String, expression: Expression)]
    private let keys: [(name: String, expression: Expression)]

    init(from parser: inout QueryParser) throws(InsightsError) {
        parser.aggregates = []
        var items: [(name: String, expression: Expression)] = []
        repeat {
            let start = parser.token.range.lowerBound
            let item = try parser.item()
            try Self.check(item.expression, at: start..<parser.lastRange.upperBound, in: parser)
            items.append(item)
        } while try parser.take(.comma)
        calls = parser.aggregates ?? []
        parser.aggregates = nil

        var keys: [(name: String, expression: Expression)] = []
        if try parser.take("by") {
            repeat { keys.append(try parser.item()) } while try parser.take(.comma)
        }
        if parser.isAt("offset") { throw parser.error("stats with offset is not supported here yet") }
        let names = (keys + items).map(\.name)
        for (index, name) in names.enumerated() where names[..<index].contains(name) {
            throw parser.error("two columns are called \(name)", at: parser.lastRange)
        }
        self.items = items
        self.keys = keys
        parser.scope.aggregate(into: names)
    }

    /// Outside of aggregates a group has no fields.
    private static func check(_ expression: Expression, at range: Range<Int>, in parser: QueryParser) throws(InsightsError) {
        let names = expression.fieldNames
        if let field = names.first(where: { !AggregateCall.isColumnName($0) }) {
            throw parser.error("\(field) stands outside of an aggregate", at: range)
        }
        if names.isEmpty { throw parser.error("an aggregate such as count(*) is missing", at: range) }
    }

    var effect: CommandEffect { .rearranges }

    func step(rowsKept: Int?, moment: InsightsMoment) -> (any Step)? {
        StatsStep(calls: calls, items: items, keys: keys, moment: moment)
    }
}

/// Hashes rows into groups and hands them to the aggregates.
struct StatsStep: Step {
    private let items: [(name: String, expression: Expression)]
    private let keys: [(name: String, expression: Expression)]
    private let arguments: [Expression?]
    private let moment: InsightsMoment
    private var aggregators: [any Aggregator]
    private var groups = GroupTable()
    private var keyColumns: [ColumnBuilder]

    init(
        calls: [AggregateCall], items: [(name: String, expression: Expression)], keys: [(name: String, expression: Expression)],
        moment: InsightsMoment
    ) {
        self.items = items
        self.keys = keys
        self.moment = moment
        arguments = calls.map(\.argument)
        aggregators = calls.map(\.aggregator)
        keyColumns = keys.map { _ in ColumnBuilder() }
    }

    mutating func take(_ batch: RowBatch) -> RowBatch {
        guard batch.rowCount > 0 else { return RowBatch() }
        let evaluator = Evaluator(batch: batch, moment: moment)
        let operands = keys.map { evaluator.operand($0.expression) }
        let rowGroups = groups.groups(of: operands, rowCount: batch.rowCount) { row in
            for (index, operand) in operands.enumerated() { keyColumns[index].append(operand.value(row)) }
        }
        let times = Operand.column(batch[SystemField.timestamp])
        for index in aggregators.indices {
            let values = arguments[index].map(evaluator.operand) ?? .constant(.number(1))
            aggregators[index].add(values, times: times, groups: rowGroups, groupCount: groups.count)
        }
        return RowBatch()
    }

    /// Groups come in the order in which their first rows did. Without rows there is no group, also without `by`.
    mutating func finish() -> RowBatch {
        var batch = RowBatch(rowCount: groups.count)
        for (index, key) in keys.enumerated() { batch[key.name] = keyColumns[index].column() }
        var computed = batch
        for (index, aggregator) in aggregators.enumerated() {
            var builder = ColumnBuilder()
            for group in 0..<groups.count { builder.append(aggregator.result(ofGroup: group)) }
            computed[AggregateCall.columnName(index)] = builder.column()
        }
        for item in items { batch[item.name] = Evaluator(batch: computed, moment: moment).column(item.expression) }
        return batch
    }

    var heldBytes: Int { groups.heldBytes + keyColumns.reduce(0) { $0 + $1.byteCount } + aggregators.reduce(0) { $0 + $1.heldBytes } }
}
