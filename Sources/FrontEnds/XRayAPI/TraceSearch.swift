import Columns
import SignalModel

/// Finds traces page by page, those with the newest spans first, and reads no more of the store than a page needs.
///
///     let page = try await TraceSearch(reader: reader, tenant: tenant, range: range, budget: budget).page(after: position, count: 100)
///
/// A trace comes once, at the place of its newest span that passes.
struct TraceSearch {
    /// Where a trace stands among the others: its newest span's start, then its id.
    struct Position: Comparable {
        let start: Int64
        let trace: TraceID

        /// Newer ones come first.
        static func < (a: Position, b: Position) -> Bool {
            a.start != b.start ? a.start > b.start : (a.trace.high, a.trace.low) > (b.trace.high, b.trace.low)
        }
    }

    struct Page {
        var traces: [Position] = []
        var isLast = true
    }

    let reader: any TraceReader
    let tenant: Tenant
    /// Of spans' starts.
    let range: TimeRange
    var predicate: Predicate = .always(true)
    let budget: QueryBudget

    func page(after last: Position?, count: Int) async throws -> Page {
        var rows = PositionReader(cursor: try await reader.scan(scan(until: last)))
        var page = Page()
        var seen: Set<TraceID> = []
        var candidates: [Position] = []
        while true {
            let next = try await rows.next()
            // At the last page's end instant the traces that it had come again; their older spans are not news either.
            if let next, seen.insert(next.trace).inserted, last.map({ $0 < next }) ?? true { candidates.append(next) }
            guard next == nil || candidates.count > count - page.traces.count else { continue }
            page.traces += try await new(candidates, since: last)
            candidates = []
            if page.traces.count > count {
                page.traces.removeSubrange(count...)
                page.isLast = false
            }
            if next == nil || !page.isLast { return page }
        }
    }

    /// The rows from the last page's end on; those of the same instant again, since their traces may not all have come.
    private func scan(until last: Position?) -> SpanScan {
        var range = range
        if let last, last.start < range.end.nanoseconds - 1 { range.end = Timestamp(nanoseconds: last.start + 1) }
        return SpanScan(
            tenant: tenant, range: range, predicate: predicate, projection: [.traceHigh, .traceLow, .start], order: .newestFirst, budget: budget)
    }

    /// Without the traces that an earlier page had: those with a newer span.
    private func new(_ candidates: [Position], since last: Position?) async throws -> [Position] {
        guard let last, !candidates.isEmpty, last.start < range.end.nanoseconds - 1 else { return candidates }
        let newer = TimeRange(start: Timestamp(nanoseconds: last.start + 1), end: range.end)
        var cursor = try await reader.scan(
            SpanScan(
                tenant: tenant, traces: candidates.map(\.trace), range: newer, predicate: predicate, projection: [.traceHigh, .traceLow],
                budget: budget))
        var shown: Set<TraceID> = []
        var chunk = ColumnChunk()
        while try await cursor.next(into: &chunk) {
            guard let high = chunk.columns[0].vector.uint64s, let low = chunk.columns[1].vector.uint64s else { continue }
            for row in 0..<chunk.rowCount { shown.insert(TraceID(high: high[row], low: low[row])) }
        }
        return candidates.filter { !shown.contains($0.trace) }
    }
}

/// The rows of a scan, newest first, as positions in ascending order.
private struct PositionReader {
    private var cursor: any ScanCursor
    private var chunk = ColumnChunk()
    private var row = 0
    /// Rows of one instant, sorted, the next one last.
    private var instant: [TraceSearch.Position] = []
    private var ahead: TraceSearch.Position?

    init(cursor: any ScanCursor) { self.cursor = cursor }

    mutating func next() async throws -> TraceSearch.Position? {
        if let next = instant.popLast() { return next }
        var start: Int64?
        if ahead == nil { ahead = try await read() }
        while let one = ahead, start == nil || one.start == start {
            start = one.start
            instant.append(one)
            ahead = try await read()
        }
        instant.sort(by: >)
        return instant.popLast()
    }

    private mutating func read() async throws -> TraceSearch.Position? {
        while row == chunk.rowCount {
            row = 0
            guard try await cursor.next(into: &chunk) else { return nil }       // the chunk is empty then, and stays so
        }
        guard let high = chunk.columns[0].vector.uint64s, let low = chunk.columns[1].vector.uint64s, let starts = chunk.columns[2].vector.int64s
        else { throw StorageError(code: .corrupt, message: "cannot read spans: columns are of the wrong type") }
        defer { row += 1 }
        return TraceSearch.Position(start: starts[row], trace: TraceID(high: high[row], low: low[row]))
    }
}
