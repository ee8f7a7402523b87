import Columns
package import SignalModel

/// When a query runs and what time it is about.
package struct InsightsMoment: Sendable {
    package let now: Timestamp
    package let range: TimeRange

    package init(now: Timestamp, range: TimeRange) {
        self.now = now
        self.range = range
    }
}

/// A column, or one value for all rows.
enum Operand {
    case constant(InsightsValue)
    case column(Column)

    func value(_ row: Int) -> InsightsValue {
        switch self {
        case .constant(let value): value
        case .column(let column): column.value(row)
        }
    }
}

/// Computes expressions over the rows of a batch, expression by expression.
struct Evaluator {
    let batch: RowBatch
    let moment: InsightsMoment

    func column(_ expression: Expression) -> Column {
        if case .column(let column) = operand(expression) { return column }
        let operand = operand(expression)
        return rows { operand.value($0) }
    }

    func operand(_ expression: Expression) -> Operand {
        switch expression {
        case .value(let value): return .constant(value)
        case .field(let name): return .column(batch[name])
        case .moment(let moment): return .constant(value(of: moment))
        case .arithmetic(let operation, let left, let right):
            let left = operand(left), right = operand(right)
            return .column(
                rows { row in
                    guard let a = left.value(row).number, let b = right.value(row).number else { return .null }
                    return operation.result(a, b)
                })
        case .call(let function, let arguments):
            let arguments = arguments.map(operand)
            return .column(rows { function.body(Arguments(operands: arguments, row: $0)) })
        case .choice(let branches, let otherwise):
            let branches = branches.map { (selection: selection($0.condition), value: operand($0.value)) }
            let otherwise = operand(otherwise)
            return .column(rows { row in (branches.first { $0.selection[row] }?.value ?? otherwise).value(row) })
        case .rounded(let time, let period, let up):
            let time = operand(time)
            if case .column(let column) = time, case .int64(let times) = column.vector, !up, let starts = period.floors(times) {
                return .column(Column(.int64(starts), validity: column.validity))
            }
            return .column(rows { Self.rounded(time.value($0), period, up: up) })
        case .compare, .isOneOf, .contains, .matches, .and, .or, .not:
            let selection = selection(expression)
            return .column(rows { .bool(selection[$0]) })
        }
    }

    /// The rows for which the condition holds.
    func selection(_ condition: Expression) -> Selection {
        switch condition {
        case .and(let parts):
            var result = Selection(all: batch.rowCount)
            for part in parts where !result.isEmpty { result.formIntersection(selection(part)) }
            return result
        case .or(let parts):
            var result = Selection(none: batch.rowCount)
            for part in parts { result.formUnion(selection(part)) }
            return result
        case .not(let part):
            var result = selection(part)
            result.invert()
            return result
        case .compare(let comparison, let left, let right):
            let left = operand(left), right = operand(right)
            return rows { comparison.holds(left.value($0), right.value($0)) }
        case .isOneOf(let value, let list):
            let value = operand(value), list = list.map(operand)
            return rows { row in list.contains { Predicate.Comparison.equal.holds(value.value(row), $0.value(row)) } }
        case .contains(let value, let needle):
            let value = operand(value)
            return rows { value.value($0).bytes?.withUnsafeBufferPointer { $0.contains(needle) } ?? false }
        case .matches(let value, let expression):
            let value = operand(value)
            return rows { value.value($0).bytes.map { expression.isFound(in: $0) } ?? false }
        default:
            let value = operand(condition)
            return rows { value.value($0).isTrue }
        }
    }

    private func rows(_ value: (Int) -> InsightsValue) -> Column {
        var builder = ColumnBuilder()
        for row in 0..<batch.rowCount { builder.append(value(row)) }
        return builder.column()
    }

    private func rows(_ holds: (Int) -> Bool) -> Selection {
        var result = Selection(none: batch.rowCount)
        for row in 0..<batch.rowCount where holds(row) { result[row] = true }
        return result
    }

    private func value(of moment: Expression.Moment) -> InsightsValue {
        let range = self.moment.range
        return switch moment {
        case .now: .number(Double(self.moment.now.seconds))
        case .rangeStart: .number(Double(range.start.milliseconds))
        case .rangeEnd: .number(Double(range.end.milliseconds))
        case .rangeLength: .number(Double(range.end.milliseconds) - Double(range.start.milliseconds))
        }
    }

    /// A number counts as milliseconds.
    private static func rounded(_ value: InsightsValue, _ period: Period, up: Bool) -> InsightsValue {
        let time: Int64
        switch value {
        case .time(let nanoseconds): time = nanoseconds
        default:
            guard let milliseconds = value.number, let whole = Int64(exactly: milliseconds.rounded(.down)),
                let instant = Timestamp(exactlyMilliseconds: whole)
            else { return .null }
            time = instant.nanoseconds
        }
        return (up ? period.ceiling(time) : period.floor(time)).map(InsightsValue.time) ?? .null
    }
}
