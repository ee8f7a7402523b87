import Bytes
import Columns
package import ColumnStore
package import SignalModel

/// The table of log events; a block holds one group's, by time and order of ingestion, column by column (`LogBlockSection`).
/// Blocks of form 0, of older parts, hold whole messages (`WholeMessages`).
package struct LogLayout: TableLayout {
    package let table = TableID.logs
    /// A block is cut when its messages reach this, so that one read never holds much more.
    private static let blockBytesMax = 4 << 20
    /// A block of so many rows or bytes of messages is left as it is when parts are merged.
    private static let keptRowsMin = LogBlockSection.rowsMax / 2

    package let mergeManner = MergeManner.carrying
    /// A search for an id looks at the keys of every block of a group: with 16 bits one block in two thousand is opened for nothing.
    package let bitsPerKey = 16

    private let groups: LiveLogGroups
    private let statistics: LogStatistics
    private let arrivals: ArrivalNumbers

    package init(groups: LiveLogGroups, statistics: LogStatistics, arrivals: ArrivalNumbers) {
        self.groups = groups
        self.statistics = statistics
        self.arrivals = arrivals
    }

    package func encode(_ batches: [TableBatch]) throws(StorageError) -> [EncodedBlock] {
        var blocks: [EncodedBlock] = []
        try encode(try SortedRows(batches)) { blocks.append($0) }
        return blocks
    }

    private func encode(_ rows: SortedRows, emit: (EncodedBlock) throws(StorageError) -> Void) throws(StorageError) {
        var writer = LogBlockWriter()
        var start = 0
        while start < rows.count {
            var end = start
            var bytes = 0
            while end < rows.count, end - start < LogBlockSection.rowsMax {
                bytes += rows.messageBytes(at: end)
                if end > start, bytes > Self.blockBytesMax { break }
                end += 1
            }
            try emit(writer.block(rows.rows(start..<end)))
            start = end
        }
    }

    package func decode(_ sections: SectionReader, of header: BlockHeader) throws(StorageError) -> TableBatch {
        let columns: [Vector]
        if header.form == LogBlockSection.form {
            let block = try LogBlock(rowCount: header.rowCount) { wanted throws(StorageError) in try sections.sections(wanted) }
            columns = try block.allColumns()
        } else {
            columns = try WholeMessages.columns(try sections.section(0))
        }
        return TableBatch(
            table: table, partition: header.partition, scope: header.scope, times: header.times, rowCount: columns[0].count ?? 0,
            columns: columns)
    }

    /// Large blocks go on as they are; small ones that follow each other are put together, as many at a time as make one or two large ones.
    package func merge(
        _ runs: [[TableSnapshot.Block]], emit: (MergedBlock) throws(StorageError) -> Void
    ) throws(StorageError) {
        var small: [TableSnapshot.Block] = []
        var smallRows = 0
        var smallBytes = 0
        for block in runs.joined().sorted(by: { $0.header.times.lowerBound < $1.header.times.lowerBound }) {
            let bytes = try LogSummary(block.summary(), block.header).messageBytes
            let isCarried = isLarge(block, bytes)
            if isCarried || smallBytes + bytes > 2 * Self.blockBytesMax || smallRows + block.header.rowCount > 2 * LogBlockSection.rowsMax {
                try join(small, emit: emit)
                (small, smallRows, smallBytes) = ([], 0, 0)
            }
            guard !isCarried else {
                try emit(.carried(block))
                continue
            }
            small.append(block)
            smallRows += block.header.rowCount
            smallBytes += bytes
        }
        try join(small, emit: emit)
    }

    private func isLarge(_ block: TableSnapshot.Block, _ messageBytes: Int) -> Bool {
        block.header.form == LogBlockSection.form
            && (block.header.rowCount >= Self.keptRowsMin || messageBytes >= Self.blockBytesMax / 2)
    }

    private func join(
        _ blocks: [TableSnapshot.Block], emit: (MergedBlock) throws(StorageError) -> Void
    ) throws(StorageError) {
        guard !blocks.isEmpty else { return }
        if blocks.count == 1, blocks[0].header.form == LogBlockSection.form { return try emit(.carried(blocks[0])) }
        var batches: [TableBatch] = []
        for block in blocks { batches.append(try block.rows()) }
        try encode(try SortedRows(batches)) { block throws(StorageError) in try emit(.new(block)) }
    }

    package func didPublish(_ batch: TableBatch) {
        // A batch with other columns cannot have been prepared here, and the journal's checksum vouches for the rest.
        guard let rows = try? LogRows([batch]) else { return }
        note(rows.streamFigures(), group: batch.scope.group, largestNumber: rows.numbers.max() ?? 0)
    }

    package func didFind(_ block: TableSnapshot.Block) throws(StorageError) {
        let header = block.header
        let summary = try LogSummary(block.summary(), header)
        note(summary.streams, group: header.scope.group, largestNumber: summary.largestNumber)
    }

    private func note(_ streams: [(number: UInt32, figures: LogStatistics.Stream)], group: UInt32, largestNumber: UInt64) {
        arrivals.noteUsed(largestNumber)
        if groups.group(number: group) != nil { statistics.add(streams, toGroup: group) }
    }

    package func isDead(_ header: BlockHeader, now: Int64) -> Bool {
        guard let group = groups.group(number: header.scope.group) else { return true }
        guard let floor = group.retentionFloor(now: now) else { return false }
        return header.times.upperBound < floor
    }
}

extension LogGroup {
    /// Events before this instant (UTC nanoseconds) are gone; nil when they are kept for ever.
    func retentionFloor(now: Int64) -> Int64? { retentionDays.map { now - Int64($0) * 86_400_000_000_000 } }
}
