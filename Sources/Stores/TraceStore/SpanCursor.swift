import ColumnStore
import Columns
import Platform
import SignalModel

/// Hands out the rows of a scan: source by source in any order, or newest first, reading a source only when nothing newer is left in
/// those that were read. So who wants twenty rows pays for the newest blocks.
struct SpanCursor: ScanCursor {
    private let plan: SpanScan
    private let filter: SpanFilter
    private let wantedTraces: Set<TraceID>?
    private let queries: ThreadPoolExecutor
    /// The next to be read last.
    private var sources: [Source]
    private var found: [FoundRows] = []
    private var isReady = false

    /// What can be read next, and the span of its rows' starts.
    private enum Source {
        case block(TableSnapshot.Block)
        case batch(TableBatch)

        var times: ClosedRange<Int64> {
            switch self {
            case .block(let block): block.header.times
            case .batch(let batch): batch.times
            }
        }
    }

    /// Rows of one source that passed, the next to be handed out last.
    private struct FoundRows {
        let columns: [Vector]
        let starts: [Int64]
        let arrivals: [UInt64]
        /// For all of these.
        let memory: MemoryReservation?
        /// Rows of the columns.
        var order: [Int]

        var next: (start: Int64, arrival: UInt64)? { order.last.map { (starts[$0], arrivals[$0]) } }
    }

    init(plan: SpanScan, snapshot: TableSnapshot, queries: ThreadPoolExecutor) {
        self.plan = plan
        self.queries = queries
        filter = SpanFilter(plan.predicate)
        wantedTraces = plan.traces.map(Set.init)
        sources = snapshot.blocks.map(Source.block) + snapshot.batches.map(Source.batch)
    }

    mutating func next(into chunk: inout ColumnChunk) async throws(StorageError) -> Bool {
        try plan.budget.spend()
        let copy = self
        found = []      // the copy's alone now, so that it is not copied when it changes
        let result = try await withTaskExecutorPreference(queries) { () async throws(StorageError) in
            var advanced = copy
            let chunk = try advanced.advance()
            return (advanced, chunk)
        }
        self = result.0
        chunk = result.1 ?? ColumnChunk()
        return result.1 != nil
    }

    private mutating func advance() throws(StorageError) -> ColumnChunk? {
        if !isReady { try prepare() }
        switch plan.order {
        case .any:
            while true {
                if let chunk = anyChunk() { return chunk }
                guard let source = sources.popLast() else { return nil }
                try read(source)
            }
        case .newestFirst:
            while true {
                if let chunk = newestChunk() { return chunk }
                guard let source = sources.popLast() else { return nil }
                try read(source)
            }
        }
    }

    /// Leaves out, unread, what cannot have a row of the plan.
    private mutating func prepare() throws(StorageError) {
        isReady = true
        var blocks: [TableSnapshot.Block] = [], batches: [Source] = []
        for source in sources {
            switch source {
            case .block(let block):
                guard block.header.scope.tenant == plan.tenant, plan.range.overlaps(block.header.times) else { continue }
                blocks.append(block)
            case .batch(let batch):
                if batch.scope.tenant == plan.tenant, plan.range.overlaps(batch.times) { batches.append(source) }
            }
        }
        if let wantedTraces {
            blocks = try TableSnapshot.blocks(blocks, thatMayHold: .any(wantedTraces.map { .key(SpanKeys.key(of: $0)) }))
        }
        var passing: [TableSnapshot.Block] = []
        try TableSnapshot.forEachSummary(of: blocks) { block, summary throws(StorageError) in
            if block.header.form == SpanBlockWriter.form, !filter.mayPass(try SpanSummary(summary)) { return }
            passing.append(block)
        }
        blocks = passing
        // Newest first few blocks are read: asking the filters of all of them would cost more than it saves.
        if plan.order == .any || wantedTraces != nil, let condition = filter.keyCondition {
            blocks = try TableSnapshot.blocks(blocks, thatMayHold: condition)
        }
        sources = blocks.map(Source.block) + batches
        if plan.order == .newestFirst { sources.sort { $0.times.upperBound < $1.times.upperBound } } else { sources.reverse() }
    }

    // MARK: reading

    private var wantedColumns: Set<SpanColumn> {
        plan.order == .newestFirst ? Set(plan.projection).union([.start, .arrival]) : Set(plan.projection)
    }

    private mutating func read(_ source: Source) throws(StorageError) {
        let columns: [Vector]
        let count: Int
        switch source {
        case .block(let block):
            if block.header.form == SpanBlockWriter.form {
                (columns, count) = try rows(of: block)
            } else {
                let batch = try block.rows()
                try plan.budget.spend(bytes: batch.byteCount)
                (columns, count) = try rows(of: batch)
            }
        case .batch(let batch):
            try plan.budget.spend(bytes: batch.byteCount)
            (columns, count) = try rows(of: batch)
        }
        guard count > 0 else { return }
        var rows = FoundRows(
            columns: columns, starts: columns[SpanColumn.start.rawValue].int64s ?? [],
            arrivals: columns[SpanColumn.arrival.rawValue].uint64s ?? [],
            memory: try plan.budget.hold(columns.reduce(count * 8) { $0 + $1.heldBytes }), order: Array((0..<count).reversed()))
        if plan.order == .newestFirst {
            rows.order.sort { (rows.starts[$0], rows.arrivals[$0]) < (rows.starts[$1], rows.arrivals[$1]) }
        }
        found.append(rows)
    }

    private func rows(of block: TableSnapshot.Block) throws(StorageError) -> (columns: [Vector], count: Int) {
        var reader = try SpanBlockReader(rowCount: block.header.rowCount) { wanted throws(StorageError) in try block.sections(wanted) }
        plan.budget.note(rows: block.header.rowCount)
        var rows = try wantedTraces.map { traces throws(StorageError) in try reader.rows(of: traces) } ?? Array(0..<block.header.rowCount)
        if !plan.range.contains(block.header.times) {
            let starts = reader.starts
            rows = rows.filter { plan.range.contains(Timestamp(nanoseconds: starts[$0])) }
        }
        rows = try filter.passing(rows, of: &reader)
        let columns = rows.isEmpty ? [] : try reader.columns(wantedColumns, rows: rows)
        try plan.budget.spend(bytes: reader.bytesRead)
        return (columns, rows.count)
    }

    private func rows(of batch: TableBatch) throws(StorageError) -> (columns: [Vector], count: Int) {
        plan.budget.note(rows: batch.rowCount)
        var columns = SpanSource.completed(batch.columns)
        guard columns.count == SpanColumn.allCases.count, let starts = columns[SpanColumn.start.rawValue].int64s,
            let high = columns[SpanColumn.traceHigh.rawValue].uint64s, let low = columns[SpanColumn.traceLow.rawValue].uint64s,
            let contexts = columns[SpanColumn.context.rawValue].strings
        else { throw StorageError(code: .corrupt, message: "cannot read spans: columns are of the wrong type") }
        var rows: [Int] = []
        for row in 0..<batch.rowCount where plan.range.contains(Timestamp(nanoseconds: starts[row])) {
            if wantedTraces?.contains(TraceID(high: high[row], low: low[row])) ?? true { rows.append(row) }
        }
        guard !rows.isEmpty else { return ([], 0) }
        columns[SpanColumn.context.rawValue] = .bytes(contexts.filledDown())
        rows = try filter.passing(rows, of: columns)
        let wanted = wantedColumns
        for column in SpanColumn.allCases {
            columns[column.rawValue] = wanted.contains(column) ? columns[column.rawValue].gathered(rows) : .absent
        }
        return (columns, rows.count)
    }

    // MARK: handing out

    private mutating func anyChunk() -> ColumnChunk? {
        guard var rows = found.popLast() else { return nil }
        let taken = Array(rows.order.suffix(ColumnChunk.rowsMax).reversed())
        rows.order.removeLast(taken.count)
        if !rows.order.isEmpty { found.append(rows) }
        return ColumnChunk(
            rowCount: taken.count, columns: plan.projection.map { Column(rows.columns[$0.rawValue].gathered(taken)) })
    }

    /// The newest rows that are newer than everything unread.
    private mutating func newestChunk() -> ColumnChunk? {
        let unread = sources.last?.times.upperBound
        var taken: [(source: Int, row: Int)] = []
        while taken.count < ColumnChunk.rowsMax {
            var newest: (source: Int, key: (start: Int64, arrival: UInt64))?
            for (number, rows) in found.enumerated() {
                if let next = rows.next, newest.map({ next > $0.key }) ?? true { newest = (number, next) }
            }
            guard let newest, unread.map({ newest.key.start > $0 }) ?? true else { break }
            taken.append((newest.source, found[newest.source].order.removeLast()))
        }
        guard !taken.isEmpty else { return nil }
        let columns = plan.projection.map { column in
            Column(Self.gathered(taken, found.map { $0.columns[column.rawValue] }))
        }
        found.removeAll { $0.order.isEmpty }
        return ColumnChunk(rowCount: taken.count, columns: columns)
    }

    private static func gathered(_ rows: [(source: Int, row: Int)], _ vectors: [Vector]) -> Vector {
        switch vectors.first {
        case .int64: .int64(rows.map { row in if case .int64(let values) = vectors[row.source] { values[row.row] } else { 0 } })
        case .uint64: .uint64(rows.map { row in if case .uint64(let values) = vectors[row.source] { values[row.row] } else { 0 } })
        case .uint8: .uint8(rows.map { row in if case .uint8(let values) = vectors[row.source] { values[row.row] } else { 0 } })
        case .bytes:
            .bytes(rows.reduce(into: BytesVector()) { result, row in
                if case .bytes(let values) = vectors[row.source] { result.append(values[row.row]) }
            })
        default: .absent
        }
    }
}

extension TimeRange {
    fileprivate func contains(_ times: ClosedRange<Int64>) -> Bool {
        start.nanoseconds <= times.lowerBound && times.upperBound < end.nanoseconds
    }
}
