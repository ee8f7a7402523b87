package import Columns
package import SignalModel

/// A query of CloudWatch Logs Insights, read and understood, not yet run.
///
///     let query = try InsightsQuery(parsing: "filter level = \"ERROR\" | stats count(*) by route")
///     // scan for `query.fields` with `query.predicate` in `query.order`, then:
///     var execution = query.execution(rowLimit: 10_000, moment: moment)
///     while !execution.isSatisfied, try await cursor.next(into: &chunk) { try execution.consume(chunk, recordsScanned: …) }
///     let result = try execution.finish()
///
/// Source: CloudWatch Logs user guide, "CloudWatch Logs Insights language query syntax".
package struct InsightsQuery: Sendable {
    /// Columns that chunks must bring, in this order: fields of messages, `@message`, `@timestamp` and `@ingestionTime` as a store has
    /// them, `@logStream`, `@log` and `@ptr` as text.
    package let fields: [String]
    /// Only events for which it holds matter. Never speaks about fields that a store does not know.
    package let predicate: Predicate
    /// The order in which chunks must come.
    package let order: LogScan.Order

    /// How many events are enough, if all that come pass the query's own filters; nil when each may matter.
    package let rowsWanted: Int?

    private let commands: [any Command]
    private let columns: [String]
    private let isAggregated: Bool

    package init(parsing text: String) throws(InsightsError) {
        var parser = try QueryParser(text)
        var commands = try parser.commands()
        order = Self.takeOrder(from: &commands)
        self.commands = commands
        rowsWanted = Self.rowsWanted(commands)
        columns = parser.scope.resultColumns()
        isAggregated = parser.scope.isAggregated
        fields = parser.scope.sourceFields
        let pushed = parser.scope.pushed
        predicate = pushed.isEmpty ? .always(true) : pushed.count == 1 ? pushed[0] : .and(pushed)
    }

    /// The first sorting of events by their time is done by scanning in that order; newest first is what nobody asked otherwise.
    private static func takeOrder(from commands: inout [any Command]) -> LogScan.Order {
        for (index, command) in commands.enumerated() {
            switch command.effect {
            case .none, .selects: continue
            case .sortsByTime(let order):
                commands.remove(at: index)
                return order
            case .limits, .rearranges: return .newestFirst
            }
        }
        return .newestFirst
    }

    private static func rowsWanted(_ commands: [any Command]) -> Int? {
        for command in commands {
            switch command.effect {
            case .none, .selects: continue
            case .limits(let count): return count
            case .sortsByTime, .rearranges: return nil
            }
        }
        return nil
    }

    /// - Parameters:
    ///   - rowLimit: rows of the result, unless the query has a `limit` of its own.
    ///   - heldBytesMax: memory that it may hold between chunks (groups, rows to be sorted, values seen); past it the query fails.
    package func execution(
        rowLimit: Int = InsightsLimits.rowsMax, heldBytesMax: Int = InsightsLimits.heldBytesMax, moment: InsightsMoment
    ) -> InsightsExecution {
        let hasLimit = commands.contains { if case .limits = $0.effect { true } else { false } }
        let rowsMax = hasLimit ? InsightsLimits.rowsMax : min(rowLimit, InsightsLimits.rowsMax)
        var steps: [any Step] = []
        var matchingSteps = 0
        var isRowWise = true
        for (index, command) in commands.enumerated() {
            if command.effect != .none, command.effect != .selects { isRowWise = false }
            if let step = command.step(rowsKept: Self.rowsKept(after: commands[(index + 1)...], of: rowsMax), moment: moment) {
                steps.append(step)
                if isRowWise, command.effect == .selects { matchingSteps = steps.count }
            }
        }
        return InsightsExecution(
            fields: fields, steps: steps + [LimitStep(rowsMax)], matchingSteps: matchingSteps, columns: columns,
            isAggregated: isAggregated, heldBytesMax: heldBytesMax)
    }

    /// How many of the rows that reach `commands` can show in the result; nil when each may matter.
    private static func rowsKept(after commands: ArraySlice<any Command>, of rowsMax: Int) -> Int? {
        for command in commands {
            switch command.effect {
            case .none: continue
            case .limits(let count): return count
            case .selects, .sortsByTime, .rearranges: return nil
            }
        }
        return rowsMax
    }
}
