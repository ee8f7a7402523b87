/// `filter condition`: rows for which it holds. What a store can test itself is left to it.
struct FilterCommand: Command {
    /// Nil when the store tests everything.
    private let condition: Expression?

    init(from parser: inout QueryParser) throws(InsightsError) {
        let all = try parser.expression()
        var kept: [Expression] = []
        for part in all.conjuncts {
            if let predicate = part.predicate(in: parser.scope) { parser.scope.push(predicate) } else { kept.append(part) }
        }
        condition = kept.isEmpty ? nil : .and(kept)
    }

    var effect: CommandEffect { .selects }
    func step(rowsKept: Int?, moment: InsightsMoment) -> (any Step)? { condition.map { FilterStep(condition: $0, moment: moment) } }
}

struct FilterStep: Step {
    let condition: Expression
    let moment: InsightsMoment

    mutating func take(_ batch: RowBatch) -> RowBatch {
        batch.filtered(by: Evaluator(batch: batch, moment: moment).selection(condition))
    }
}
