import Columns
import SignalModel

/// Looks at a block of columns: tests what columns can tell, puts messages together only for rows that passed so far.
struct BlockScan {
    private let plan: LogScan
    private let block: LogBlock

    init(_ plan: LogScan, _ block: LogBlock) {
        self.plan = plan
        self.block = block
    }

    /// - Returns: nil when no row passes.
    func opened(needsNumbers: Bool) throws(StorageError) -> LogSource.Opened? {
        let inScope = try rowsInScope()
        plan.budget.note(rows: inScope.count)
        guard !inScope.isEmpty else { return nil }
        let passed = try rows(plan.predicate, among: inScope)
        guard !passed.isEmpty else { return nil }
        var rows = passed.rows
        let isWhole = rows.count == block.rowCount
        if plan.order == .newestFirst { rows.reverse() }
        let taken = isWhole && plan.order == .oldestFirst ? nil : rows
        var columns: [Column] = []
        for name in plan.projection { columns.append(try column(name, taken)) }
        let times = try block.times()
        let numbers = needsNumbers ? try block.arrival().numbers : []
        return LogSource.Opened(
            times: taken.map { $0.map { times[$0] } } ?? times, numbers: numbers.isEmpty ? [] : taken.map { $0.map { numbers[$0] } } ?? numbers,
            columns: columns)
    }

    private func rowsInScope() throws(StorageError) -> Selection {
        let times = try block.times()
        var selection: Selection
        if let first = times.first, let last = times.last, plan.range.contains(Timestamp(nanoseconds: first)),
            plan.range.contains(Timestamp(nanoseconds: last))
        {
            selection = Selection(all: times.count)
        } else {
            selection = Selection(rowCount: times.count) { plan.range.contains(Timestamp(nanoseconds: times[$0])) }
        }
        if let streams = plan.streams, !selection.isEmpty {
            let wanted = Set(streams)
            let numbers = try block.arrival().streams
            selection.formIntersection(Selection(rowCount: numbers.count) { wanted.contains(numbers[$0]) })
        }
        return selection
    }

    // MARK: The predicate

    /// The rows among those given for which a predicate holds.
    private func rows(_ predicate: Predicate, among candidates: Selection) throws(StorageError) -> Selection {
        guard !candidates.isEmpty else { return candidates }
        switch predicate {
        case .always(let holds): return holds ? candidates : Selection(none: candidates.rowCount)
        case .and(let parts):
            var result = candidates
            for part in parts.sorted(by: { Self.cost($0) < Self.cost($1) }) { result = try rows(part, among: result) }
            return result
        case .or(let parts):
            var result = Selection(none: candidates.rowCount)
            for part in parts { result.formUnion(try rows(part, among: candidates)) }
            return result
        case .not(let part):
            var rest = try rows(part, among: candidates)
            rest.invert()
            rest.formIntersection(candidates)
            return rest
        case .contains(LogColumn.message.name, let needle):
            var found = try block.rows(containing: needle)
            found.formIntersection(candidates)
            return found
        case .matches(LogColumn.message.name, let expression):
            var found = candidates
            if !expression.requiredLiteral.isEmpty { found.formIntersection(try block.rows(containing: expression.requiredLiteral)) }
            return try rowsOfMessages(predicate, among: found)
        case .isPresent(let name), .compare(let name, _, _), .isOneOf(let name, _), .contains(let name, _), .matches(let name, _):
            if name == LogColumn.message.name { return try rowsOfMessages(predicate, among: candidates) }
            let column = try column(name, nil)
            var found = predicate.selection(rowCount: candidates.rowCount) { _ in column }
            found.formIntersection(candidates)
            return found
        }
    }

    private func rowsOfMessages(_ predicate: Predicate, among candidates: Selection) throws(StorageError) -> Selection {
        let rows = candidates.rows
        guard !rows.isEmpty else { return candidates }
        let messages = Column(.bytes(try block.messages(rows)))
        let passed = predicate.selection(rowCount: rows.count) { _ in messages }
        var result = Selection(none: candidates.rowCount)
        for index in passed.rows { result[rows[index]] = true }
        return result
    }

    /// Whole messages are looked at last.
    private static func cost(_ predicate: Predicate) -> Int {
        switch predicate {
        case .always: 0
        case .isPresent, .compare, .isOneOf: predicate.columnNames.contains(LogColumn.message.name) ? 5 : 1
        case .contains(let name, _): name == LogColumn.message.name ? 3 : 2
        case .matches(let name, _): name == LogColumn.message.name ? 5 : 2
        case .and(let parts), .or(let parts): parts.map(cost).max() ?? 0
        case .not(let part): cost(part)
        }
    }

    // MARK: Columns

    /// - Parameter rows: nil: all.
    private func column(_ name: String, _ rows: [Int]?) throws(StorageError) -> Column {
        let all: Column
        switch name {
        case LogColumn.time.name: all = Column(.int64(try block.times()))
        case LogColumn.ingestionTime.name: all = Column(.int64(try block.arrival().ingestionTimes))
        case LogColumn.stream.name: all = Column(.uint32(try block.arrival().streams))
        case LogColumn.eventNumber.name: all = Column(.uint64(try block.arrival().numbers))
        case LogColumn.message.name: return Column(.bytes(try block.messages(rows ?? Array(0..<block.rowCount))))
        default: all = try block.field(name)
        }
        return rows.map { all.gathered($0) } ?? all
    }
}
