/// A column of a chunk: its values, and which rows have one.
package struct Column: Sendable, Equatable {
    package var vector: Vector
    /// Nil when every row has a value. A row without one holds a zero or an empty string in `vector`, never to be read.
    package var validity: Selection?

    package init(_ vector: Vector, validity: Selection? = nil) {
        self.vector = vector
        self.validity = validity
    }

    package static let absent = Column(.absent)

    package func isPresent(_ row: Int) -> Bool {
        if case .absent = vector { return false }
        return validity?[row] ?? true
    }
}

/// Up to 8,192 rows on their way from a store to whoever asked, column by column in the order of the plan's projection.
package struct ColumnChunk: Sendable {
    package static let rowsMax = 8192

    /// Rows that belong together: those of one series, from `firstRow` to the next run's.
    package struct Run: Sendable, Equatable {
        /// Position in the plan's list of series.
        package var key: Int
        package var firstRow: Int
        /// Nanoseconds from its time on that a row stands for; 0: that instant.
        package var width: Int64

        package init(key: Int, firstRow: Int, width: Int64 = 0) {
            self.key = key
            self.firstRow = firstRow
            self.width = width
        }
    }

    package var rowCount: Int
    package var columns: [Column]
    /// Only in chunks of a scan by series; empty elsewhere.
    package var runs: [Run]

    package init(rowCount: Int = 0, columns: [Column] = [], runs: [Run] = []) {
        self.rowCount = rowCount
        self.columns = columns
        self.runs = runs
    }

    /// The rows of run `index`.
    package func rows(ofRun index: Int) -> Range<Int> {
        runs[index].firstRow..<(index + 1 < runs.count ? runs[index + 1].firstRow : rowCount)
    }

    /// Keeps only the selected rows. Runs are dropped: a filter belongs before rows are cut into runs.
    package func filtered(by selection: Selection) -> ColumnChunk {
        let rows = selection.rows
        if rows.count == rowCount { return self }
        let columns = columns.map { column in
            var validity: Selection?
            if let old = column.validity {
                var kept = Selection(none: rows.count)
                for (index, row) in rows.enumerated() where old[row] { kept[index] = true }
                validity = kept
            }
            return Column(column.vector.gathered(rows), validity: validity)
        }
        return ColumnChunk(rowCount: rows.count, columns: columns)
    }
}
