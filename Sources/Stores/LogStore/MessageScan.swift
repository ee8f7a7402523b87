import Columns
import SignalModel
import WireFormats

/// Looks at rows that have whole messages: those in memory, and those of old blocks. Fields are found by reading the messages.
struct MessageScan {
    private static let pieceBytes = 512 << 10

    private let plan: LogScan

    init(_ plan: LogScan) { self.plan = plan }

    /// - Returns: nil when no row passes.
    func opened(_ batches: [TableBatch]) throws(StorageError) -> LogSource.Opened? {
        // Piece by piece, so that only what passes is gathered.
        var rows = LogRows(), piece = LogRows(), bytes = 0
        for (place, batch) in batches.enumerated() {
            try plan.budget.spend(bytes: batch.byteCount)
            try piece.append(batch)
            bytes += batch.byteCount
            guard bytes >= Self.pieceBytes || place == batches.count - 1 else { continue }
            let selected = selection(piece)
            if !selected.isEmpty { rows.append(selected.count == piece.count ? piece : piece.gathered(selected)) }
            (piece, bytes) = (LogRows(), 0)
        }
        guard rows.count > 0 else { return nil }
        let sorted = (0..<rows.count).sorted { (rows.times[$0], rows.numbers[$0]) < (rows.times[$1], rows.numbers[$1]) }
        rows = rows.gathered(plan.order == .oldestFirst ? sorted : sorted.reversed())
        return LogSource.Opened(times: rows.times, numbers: rows.numbers, columns: columns(named: plan.projection, of: rows))
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
}
