import Bytes
import Columns
package import ColumnStore
package import SignalModel

/// The table of spans, as blocks of columns: `SpanBlockWriter` says how they are written, `SpanOrder` in which order.
package struct SpanLayout: TableLayout {
    package let table = TableID.spans
    static let rowsPerBlock = 8192
    /// Texts of a block's rows; documents may be long.
    private static let textBytesPerBlock = 8 << 20
    /// Rows that a merge holds while their traces may still go on in blocks to come; the oldest are written then all the same.
    private static let mergedRowsMax = 12 * rowsPerBlock

    private let arrivals: ArrivalNumbers
    private let retentionNanoseconds: Int64

    package init(arrivals: ArrivalNumbers, retentionNanoseconds: Int64) {
        self.arrivals = arrivals
        self.retentionNanoseconds = retentionNanoseconds
    }

    // MARK: writing

    package func encode(_ batches: [TableBatch]) throws(StorageError) -> [EncodedBlock] {
        var blocks: [EncodedBlock] = []
        try Self.write(try Self.sources(batches)) { block throws(StorageError) in blocks.append(block) }
        return blocks
    }

    private static func sources(_ batches: [TableBatch]) throws(StorageError) -> [SpanSource] {
        var sources: [SpanSource] = []
        for batch in batches { sources.append(try SpanSource(batch)) }
        return sources
    }

    private static func write(_ sources: [SpanSource], emit: (EncodedBlock) throws(StorageError) -> Void) throws(StorageError) {
        var places = SpanOrder(sources).places[...]
        while !places.isEmpty {
            let count = blockRows(sources, places)
            try emit(try SpanBlockWriter(SpanRows(sources, places.prefix(count))).block())
            places = places.dropFirst(count)
        }
    }

    /// How many of the first rows make a block: up to a trace's end where that leaves half of what fits.
    private static func blockRows(_ sources: [SpanSource], _ places: ArraySlice<SpanPlace>) -> Int {
        var bytes = 0
        var count = 0
        for place in places.prefix(rowsPerBlock) {
            bytes += sources[Int(place.source)].textBytes(at: Int(place.row))
            if bytes > textBytesPerBlock, count > 0 { break }
            count += 1
        }
        guard count < places.count else { return count }
        func trace(_ index: Int) -> TraceID {
            let place = places[places.startIndex + index]
            let source = sources[Int(place.source)]
            return TraceID(high: source.traceHigh[Int(place.row)], low: source.traceLow[Int(place.row)])
        }
        var end = count
        while end > count / 2, trace(end) == trace(end - 1) { end -= 1 }
        return end > count / 2 ? end : count
    }

    // MARK: merging

    package let mergeManner = MergeManner.carrying
    /// A look for a trace asks the keys of every block there is: with 16 bits one block in two thousand is opened for nothing.
    package let bitsPerKey = 16

    /// Blocks that no other part's blocks overlap in time go on as they are: no trace of theirs has rows elsewhere. The others are put together
    /// block by block in the order of their earliest starts; a trace's rows are written once no block to come begins before it does.
    package func merge(
        _ runs: [[TableSnapshot.Block]], emit: (MergedBlock) throws(StorageError) -> Void
    ) throws(StorageError) {
        let overlaps = BlockOverlaps(runs.map { $0.map(\.header.times) })
        var overlapping: [TableSnapshot.Block] = []
        for (run, blocks) in runs.enumerated() {
            for block in blocks {
                if Self.isLarge(block), !overlaps.isOverlapped(block.header.times, ofRun: run) {
                    try emit(.carried(block))
                } else {
                    overlapping.append(block)
                }
            }
        }
        try join(overlapping) { block throws(StorageError) in try emit(.new(block)) }
    }

    private static func isLarge(_ block: TableSnapshot.Block) -> Bool {
        block.header.form == SpanBlockWriter.form && block.header.rowCount >= rowsPerBlock / 4
    }

    private func join(
        _ blocks: [TableSnapshot.Block], emit: (EncodedBlock) throws(StorageError) -> Void
    ) throws(StorageError) {
        var blocks = blocks.sorted { $0.header.times.lowerBound < $1.header.times.lowerBound }[...]
        var pool: [SpanSource] = []
        while let block = blocks.popFirst() {
            pool.append(try SpanSource(try block.rows()))
            guard let next = blocks.first else { break }
            let rows = pool.reduce(0) { $0 + $1.count }
            guard rows >= 4 * Self.rowsPerBlock else { continue }
            pool = try Self.writeFinished(pool, before: next.header.times.lowerBound, isFull: rows >= Self.mergedRowsMax, emit: emit)
        }
        try Self.write(pool, emit: emit)
    }

    /// - Returns: what was not written.
    private static func writeFinished(
        _ pool: [SpanSource], before frontier: Int64, isFull: Bool, emit: (EncodedBlock) throws(StorageError) -> Void
    ) throws(StorageError) -> [SpanSource] {
        let order = SpanOrder(pool)
        var finished = order.traceStarts.firstIndex { $0 >= frontier } ?? order.places.count
        if isFull { finished = max(finished, order.places.count / 2) }
        var start = 0
        while finished - start >= rowsPerBlock {
            let count = blockRows(pool, order.places[start...])
            try emit(try SpanBlockWriter(SpanRows(pool, order.places[start..<start + count])).block())
            start += count
        }
        guard start > 0 else { return pool }
        guard start < order.places.count else { return [] }
        return [SpanSource(SpanRows(pool, order.places[start...]))]
    }

    // MARK: reading

    package func decode(_ sections: SectionReader, of header: BlockHeader) throws(StorageError) -> TableBatch {
        let columns: [Vector]
        switch header.form {
        case 0: columns = SpanSource.completed(try FirstSpanBlock.columns(try sections.section(0)))
        case SpanBlockWriter.form:
            var block = try SpanBlockReader(rowCount: header.rowCount) { wanted throws(StorageError) in try sections.sections(wanted) }
            columns = try block.columns(Set(SpanColumn.allCases), rows: Array(0..<header.rowCount))
        default: throw StorageError(code: .corrupt, message: "cannot read spans: there is no form \(header.form)")
        }
        return TableBatch(
            table: table, partition: header.partition, scope: header.scope, times: header.times, rowCount: columns[0].count ?? 0,
            columns: columns)
    }

    package func didPublish(_ batch: TableBatch) {
        if let newest = batch.columns[SpanColumn.arrival.rawValue].uint64s?.max() { arrivals.noteUsed(newest) }
    }

    package func didFind(_ block: TableSnapshot.Block) throws(StorageError) {
        arrivals.noteUsed(try SpanSummary.newestArrival(block.summary()))
    }

    package func isDead(_ header: BlockHeader, now: Int64) -> Bool { header.times.upperBound < now - retentionNanoseconds }
}
