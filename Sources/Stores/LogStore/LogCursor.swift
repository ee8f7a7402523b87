import Columns
import ColumnStore
import Platform
import SignalModel

/// The events of one group in order of time, from sources that are opened only when their time has come.
///
/// Sources are taken in order of their newest (or oldest) event. Rows are handed out as long as they come before everything that a
/// source not yet opened could hold, so a scan that stops early has read little, and memory holds only sources that overlap.
struct LogCursor: ScanCursor {
    /// A chunk of so many rows goes out rather than be put together from several sources.
    private static let rowsMin = 1024
    /// Batches in memory are looked at together up to this size.
    private static let unsealedBytes = 4 << 20

    private let plan: LogScan
    private let queries: ThreadPoolExecutor
    /// Until the first chunk is asked for.
    private var snapshot: TableSnapshot?
    private var waiting: ArraySlice<LogSource> = []
    private var opened: [LogSource.Opened] = []
    /// For the chunk that was handed out last.
    private var memory: MemoryReservation?

    init(plan: LogScan, snapshot: TableSnapshot, queries: ThreadPoolExecutor) {
        self.plan = plan
        self.queries = queries
        self.snapshot = snapshot
    }

    mutating func next(into chunk: inout ColumnChunk) async throws(StorageError) -> Bool {
        try plan.budget.spend()
        memory = nil  // the caller has done with the last chunk
        let copy = self
        (self, chunk) = try await withTaskExecutorPreference(queries) { () async throws(StorageError) in
            var advanced = copy
            let chunk = try advanced.advance()
            return (advanced, chunk)
        }
        return chunk.rowCount > 0
    }

    // MARK: Sources

    /// Leaves out, unread, what cannot have a row of the plan; asks key filters, which reads the disk.
    private mutating func prepare(_ snapshot: TableSnapshot) throws(StorageError) {
        let blocks = snapshot.blocks.filter { isWanted($0.header.scope, $0.header.times) }
        let sources = try LogPruning(plan).blocks(blocks).map { LogSource(times: $0.header.times, .block($0)) }
            + unsealed(snapshot.batches.filter { isWanted($0.scope, $0.times) })
        let sorted = switch plan.order {
        case .oldestFirst: sources.sorted { $0.times.lowerBound < $1.times.lowerBound }
        case .newestFirst: sources.sorted { $0.times.upperBound > $1.times.upperBound }
        }
        waiting = LogSource.markedAlone(sorted)[...]
    }

    private func isWanted(_ scope: BlockScope, _ times: ClosedRange<Int64>) -> Bool {
        scope.group == plan.group.number && scope.tenant == plan.tenant && plan.range.overlaps(times)
    }

    /// Batches in memory that lie together in time are looked at together, some megabytes at once: what passes of them is held.
    private func unsealed(_ batches: [TableBatch]) -> [LogSource] {
        var sources: [LogSource] = []
        var group: [TableBatch] = []
        var bytes = 0
        for batch in batches.sorted(by: { $0.times.lowerBound < $1.times.lowerBound }) {
            group.append(batch)
            bytes += batch.byteCount
            guard bytes >= Self.unsealedBytes else { continue }
            sources.append(LogSource(group))
            (group, bytes) = ([], 0)
        }
        return group.isEmpty ? sources : sources + [LogSource(group)]
    }

    // MARK: Rows

    /// Rows of one opened source that follow each other.
    private struct Piece {
        let source: Int
        let rows: Range<Int>
    }

    /// Runs on the query threads.
    private mutating func advance() throws(StorageError) -> ColumnChunk {
        if let snapshot {
            self.snapshot = nil
            try prepare(snapshot)
        }
        var pieces: [Piece] = []
        var count = 0
        let wanted = min(plan.rowsWanted ?? ColumnChunk.rowsMax, ColumnChunk.rowsMax)
        while count < wanted {
            let best = firstOpened()
            if let next = waiting.first, best.map({ mayPrecede(next, time: opened[$0].times[opened[$0].place]) }) ?? true {
                if count >= Self.rowsMin { break }
                waiting.removeFirst()
                if let source = try next.open(plan) { opened.append(source) }
                continue
            }
            guard let best, count < Self.rowsMin || pieces.last?.source == best else { break }
            let rows = opened[best].place..<end(ofRun: best, rowsMax: ColumnChunk.rowsMax - count)
            pieces.append(Piece(source: best, rows: rows))
            opened[best].place = rows.upperBound
            count += rows.count
        }
        let chunk = gather(pieces, rowCount: count)
        opened.removeAll(where: \.isUsedUp)
        memory = try plan.budget.hold(chunk.columns.reduce(0) { $0 + $1.vector.heldBytes })
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
            if precedes(opened[index].next, opened[current].next) { best = index }
        }
        return best
    }

    private func precedes(_ a: LogSource.Opened.Place, _ b: LogSource.Opened.Place) -> Bool {
        plan.order == .oldestFirst ? (a.time, a.number) < (b.time, b.number) : (a.time, a.number) > (b.time, b.number)
    }

    /// True when the source might hold a row that comes before, or together with, one of this time.
    private func mayPrecede(_ source: LogSource, time: Int64) -> Bool {
        plan.order == .oldestFirst ? source.times.lowerBound <= time : source.times.upperBound >= time
    }

    /// How far the rows of a source can be taken before another source's turn comes.
    private func end(ofRun source: Int, rowsMax: Int) -> Int {
        let rows = opened[source]
        let last = min(rows.times.count, rows.place + rowsMax)
        var rival: LogSource.Opened.Place?
        for index in opened.indices where index != source && !opened[index].isUsedUp {
            if rival.map({ precedes(opened[index].next, $0) }) ?? true { rival = opened[index].next }
        }
        let next = waiting.first
        guard rival != nil || next.map({ mayPrecede($0, time: rows.times[last - 1]) }) ?? false else { return last }
        var end = rows.place + 1
        while end < last {
            if let rival, precedes(rival, rows.place(at: end)) { break }
            if let next, mayPrecede(next, time: rows.times[end]) { break }
            end += 1
        }
        return end
    }

    private func gather(_ pieces: [Piece], rowCount: Int) -> ColumnChunk {
        if pieces.count == 1, pieces[0].rows == 0..<opened[pieces[0].source].times.count {
            return ColumnChunk(rowCount: rowCount, columns: opened[pieces[0].source].columns)
        }
        return ColumnChunk(
            rowCount: rowCount,
            columns: plan.projection.indices.map { index in
                Column.joined(pieces.map { (opened[$0.source].columns[index], $0.rows) }, rowCount: rowCount)
            })
    }
}
