import Columns
import Platform
import SignalModel
import WireFormats

/// The events of one group in order of time, from sources that are opened only when their time has come.
///
/// Sources are taken in order of their newest (or oldest) event. Rows are handed out as long as they come before everything that a
/// source not yet opened could hold, so a scan that stops early has read little, and memory holds only sources that overlap.
struct LogCursor: ScanCursor {
    struct Source: Sendable {
        let times: ClosedRange<Int64>
        let load: @Sendable () throws(StorageError) -> [TableBatch]

        init(times: ClosedRange<Int64>, load: @escaping @Sendable () throws(StorageError) -> [TableBatch]) {
            self.times = times
            self.load = load
        }
    }

    /// Rows of an opened source that pass, in the plan's order, with the projection's columns.
    private struct Opened {
        let times: [Int64]
        let numbers: [UInt64]
        let columns: [Column]
        var place = 0

        var isUsedUp: Bool { place == times.count }
    }

    private let plan: LogScan
    private let queries: ThreadPoolExecutor
    private var waiting: ArraySlice<Source>
    private var opened: [Opened] = []

    init(plan: LogScan, sources: [Source], queries: ThreadPoolExecutor) {
        self.plan = plan
        self.queries = queries
        let sorted = switch plan.order {
        case .oldestFirst: sources.sorted { $0.times.lowerBound < $1.times.lowerBound }
        case .newestFirst: sources.sorted { $0.times.upperBound > $1.times.upperBound }
        }
        waiting = sorted[...]
    }

    mutating func next(into chunk: inout ColumnChunk) async throws(StorageError) -> Bool {
        try plan.budget.spend()
        let copy = self
        (self, chunk) = try await withTaskExecutorPreference(queries) { () async throws(StorageError) in
            var advanced = copy
            let chunk = try advanced.advance()
            return (advanced, chunk)
        }
        return chunk.rowCount > 0
    }

    /// Runs on the query threads.
    private mutating func advance() throws(StorageError) -> ColumnChunk {
        var picks: [(source: Int, row: Int)] = []
        while picks.count < ColumnChunk.rowsMax {
            let best = firstOpened()
            if let next = waiting.first, best.map({ mayPrecede(next, time: opened[$0].times[opened[$0].place]) }) ?? true {
                waiting.removeFirst()
                if let source = try open(next) { opened.append(source) }
                continue
            }
            guard let best else { break }
            picks.append((best, opened[best].place))
            opened[best].place += 1
        }
        let chunk = gather(picks)
        opened.removeAll(where: \.isUsedUp)
        return chunk
    }

    /// The opened source whose next row comes first.
    private func firstOpened() -> Int? {
        var best: Int?
        for index in opened.indices where !opened[index].isUsedUp {
            guard let current = best else {
                best = index
                continue
            }
            let a = (opened[index].times[opened[index].place], opened[index].numbers[opened[index].place])
            let b = (opened[current].times[opened[current].place], opened[current].numbers[opened[current].place])
            if plan.order == .oldestFirst ? a < b : a > b { best = index }
        }
        return best
    }

    /// True when the source might hold a row that comes before, or together with, one of this time.
    private func mayPrecede(_ source: Source, time: Int64) -> Bool {
        plan.order == .oldestFirst ? source.times.lowerBound <= time : source.times.upperBound >= time
    }

    private func open(_ source: Source) throws(StorageError) -> Opened? {
        let batches = try source.load()
        for batch in batches { try plan.budget.spend(bytes: batch.byteCount) }
        var rows = try LogRows(batches)
        let selected = selection(rows)
        guard !selected.isEmpty else { return nil }
        let sorted = selected.sorted { (rows.times[$0], rows.numbers[$0]) < (rows.times[$1], rows.numbers[$1]) }
        rows = rows.gathered(plan.order == .oldestFirst ? sorted : sorted.reversed())
        return Opened(times: rows.times, numbers: rows.numbers, columns: columns(named: plan.projection, of: rows))
    }

    /// Cheap tests first: fields are looked for only in rows that passed them.
    private func selection(_ rows: LogRows) -> [Int] {
        let streams = plan.streams.map(Set.init)
        let inScope = (0..<rows.count).filter { row in
            plan.range.contains(Timestamp(nanoseconds: rows.times[row])) && streams?.contains(rows.streams[row]) ?? true
        }
        plan.budget.note(rows: inScope.count)
        if case .always(true) = plan.predicate { return inScope }
        let candidates = rows.gathered(inScope)
        let names = plan.predicate.columnNames.sorted()
        let values = columns(named: names, of: candidates)
        let passed = plan.predicate.selection(rowCount: candidates.count) { name in
            names.firstIndex(of: name).map { values[$0] } ?? .absent
        }
        return passed.rows.map { inScope[$0] }
    }

    private func columns(named names: [String], of rows: LogRows) -> [Column] {
        let fixed = Dictionary(uniqueKeysWithValues: LogColumn.allCases.map { ($0.name, $0) })
        let discovered = Array(Set(names.filter { fixed[$0] == nil })).sorted()
        let fields = discovered.isEmpty ? [] : LogFieldExtractor(names: discovered).columns(of: rows.messages)
        return names.map { name in
            if let column = fixed[name] { return rows.column(column) }
            return discovered.firstIndex(of: name).map { fields[$0] } ?? .absent
        }
    }

    private func gather(_ picks: [(source: Int, row: Int)]) -> ColumnChunk {
        ColumnChunk(rowCount: picks.count, columns: plan.projection.indices.map { index in gatherColumn(index, picks) })
    }

    private func gatherColumn(_ index: Int, _ picks: [(source: Int, row: Int)]) -> Column {
        switch plan.projection[index] {
        case LogColumn.time.name, LogColumn.ingestionTime.name:
            return Column(.int64(picks.map { opened[$0.source].columns[index].vector.int64s?[$0.row] ?? 0 }))
        case LogColumn.stream.name: return Column(.uint32(picks.map { opened[$0.source].columns[index].vector.uint32s?[$0.row] ?? 0 }))
        case LogColumn.eventNumber.name: return Column(.uint64(picks.map { opened[$0.source].columns[index].vector.uint64s?[$0.row] ?? 0 }))
        default:
            var values = BytesVector()
            var validity = Selection(none: picks.count)
            for (row, pick) in picks.enumerated() {
                let column = opened[pick.source].columns[index]
                validity[row] = column.isPresent(pick.row)
                if validity[row], let strings = column.vector.strings { values.append(strings[pick.row]) } else { values.append([]) }
            }
            return validity.isEmpty ? .absent : Column(.bytes(values), validity: validity.count == picks.count ? nil : validity)
        }
    }
}
