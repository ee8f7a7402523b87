import Columns
import SignalModel

/// Several groups' events in one order of time and number.
struct MergedScan {
    private struct Source {
        var scan: GroupScan
        var rows: GroupScan.Rows
        var place = 0
    }

    private let order: LogScan.Order
    private var starting: [GroupScan]
    private var sources: [Source] = []
    private var rowsScanned = 0

    init(_ scans: [GroupScan], order: LogScan.Order) {
        self.order = order
        starting = scans
    }

    /// - Returns: up to 8,192 rows, and how many were looked at for them; nil at the end.
    mutating func next() async throws -> (chunk: ColumnChunk, rowsScanned: Int)? {
        if sources.isEmpty, starting.count == 1 {
            guard let rows = try await starting[0].next() else { return nil }
            return (rows.chunk, rows.rowsScanned)
        }
        while let scan = starting.popLast() { try await open(scan) }
        guard !sources.isEmpty else { return takeScanned().map { (ColumnChunk(), $0) } }
        var picks = sources.map { _ in [Int]() }
        var order: [Int] = []
        // Ends early where a source has to be read again: what follows could come from it.
        while order.count < ColumnChunk.rowsMax {
            let source = firstSource()
            picks[source].append(sources[source].place)
            order.append(source)
            sources[source].place += 1
            if sources[source].place == sources[source].rows.times.count { break }
        }
        let chunk = ColumnChunk.interleaved(zip(sources, picks).map { ($0.rows.chunk, $1) }, order: order)
        try await refill()
        return (chunk, takeScanned() ?? 0)
    }

    private mutating func open(_ scan: GroupScan) async throws {
        var scan = scan
        while let rows = try await scan.next() {
            rowsScanned += rows.rowsScanned
            if !rows.times.isEmpty { return sources.append(Source(scan: scan, rows: rows)) }
        }
    }

    private mutating func refill() async throws {
        let finished = sources.filter { $0.place == $0.rows.times.count }
        sources.removeAll { $0.place == $0.rows.times.count }
        for source in finished { try await open(source.scan) }
    }

    private func firstSource() -> Int {
        var best = 0
        for index in sources.indices.dropFirst() {
            let a = sources[index], b = sources[best]
            let first = (a.rows.times[a.place], a.rows.numbers[a.place]), second = (b.rows.times[b.place], b.rows.numbers[b.place])
            if order == .oldestFirst ? first < second : first > second { best = index }
        }
        return best
    }

    private mutating func takeScanned() -> Int? {
        defer { rowsScanned = 0 }
        return rowsScanned > 0 ? rowsScanned : nil
    }
}

extension ColumnChunk {
    /// Rows of several chunks with the same columns.
    /// - Parameters:
    ///   - parts: chunks and the rows to take of each, ascending.
    ///   - order: of the result's rows, the part that each comes from.
    static func interleaved(_ parts: [(chunk: ColumnChunk, rows: [Int])], order: [Int]) -> ColumnChunk {
        var next = [Int](repeating: 0, count: parts.count)
        for index in parts.indices.dropFirst() { next[index] = next[index - 1] + parts[index - 1].rows.count }
        let places = order.map { part in
            defer { next[part] += 1 }
            return next[part]
        }
        let columns = (parts.first?.chunk.columns ?? []).indices.map { index in
            let columns = parts.map { (column: $0.chunk.columns[index].gathered($0.rows), rows: 0..<$0.rows.count) }
            return Column.joined(columns, rowCount: order.count).gathered(places)
        }
        return ColumnChunk(rowCount: order.count, columns: columns)
    }
}
