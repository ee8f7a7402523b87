package import Columns
package import SignalModel

/// A query at work: fed with chunks, then asked for its result. The memory that it holds is bounded.
package struct InsightsExecution: Sendable {
    package struct Statistics: Sendable, Equatable {
        /// Events that passed the query's filters.
        package var recordsMatched = 0
        package var recordsScanned = 0

        package init() {}
    }

    package private(set) var statistics = Statistics()

    private let fields: [String]
    private var steps: [any Step]
    /// So many steps see every row; what passes them has matched.
    private let matchingSteps: Int
    private let columns: [String]
    private let isAggregated: Bool
    private let heldBytesMax: Int
    private var rows: [InsightsResult.Row] = []

    init(fields: [String], steps: [any Step], matchingSteps: Int, columns: [String], isAggregated: Bool, heldBytesMax: Int) {
        self.fields = fields
        self.steps = steps
        self.matchingSteps = matchingSteps
        self.columns = columns
        self.isAggregated = isAggregated
        self.heldBytesMax = heldBytesMax
    }

    /// True when no further chunk can change the result: scanning may stop.
    package var isSatisfied: Bool { steps.contains(where: \.isSatisfied) }

    /// - Parameters:
    ///   - chunk: the query's `fields` in their order, rows for which its `predicate` holds, in its `order`.
    ///   - recordsScanned: rows that were looked at to find these.
    /// - Throws: `.budget` when the query would hold too much.
    package mutating func consume(_ chunk: ColumnChunk, recordsScanned: Int) throws(StorageError) {
        statistics.recordsScanned += recordsScanned
        pass(RowBatch(names: fields, chunk: chunk), from: 0)
        guard heldBytes <= heldBytesMax else {
            throw StorageError(
                code: .budget,
                message: "cannot go on with the query: its groups and rows take \(heldBytes) bytes, and one query may hold \(heldBytesMax), a part of the setting `memory`"
            )
        }
    }

    /// What it holds between chunks, about.
    package var heldBytes: Int { steps.reduce(0) { $0 + $1.heldBytes } }

    package mutating func finish() -> InsightsResult {
        for index in steps.indices { pass(steps[index].finish(), from: index + 1) }
        return InsightsResult(rows: rows, statistics: statistics)
    }

    private mutating func pass(_ batch: RowBatch, from first: Int) {
        var batch = batch
        if first == 0, matchingSteps == 0 { statistics.recordsMatched += batch.rowCount }
        for index in first..<max(first, steps.count) {
            guard batch.rowCount > 0 else { return }
            batch = steps[index].take(batch)
            if first == 0, index + 1 == matchingSteps { statistics.recordsMatched += batch.rowCount }
        }
        append(batch)
    }

    private mutating func append(_ batch: RowBatch) {
        let names = isAggregated || columns.contains(SystemField.pointer) ? columns : columns + [SystemField.pointer]
        let values = names.map { batch[$0] }
        for row in 0..<batch.rowCount {
            let cells = zip(names, values).compactMap { name, column in
                column.value(row).string.map { InsightsResult.Cell(field: name, value: $0) }
            }
            rows.append(InsightsResult.Row(cells: cells))
        }
    }
}

/// Rows in order, each with those of the columns that have a value, in the order of display.
package struct InsightsResult: Sendable {
    package struct Cell: Sendable, Equatable {
        package let field: String
        package let value: String
    }

    package struct Row: Sendable, Equatable {
        package let cells: [Cell]
    }

    package let rows: [Row]
    package let statistics: InsightsExecution.Statistics
}
