import Bytes
import Columns
package import ColumnStore
package import SignalModel

/// The table of log events; a block holds one group's, by time and order of ingestion.
///
/// Payload of a block: `[varint rows]`, then column by column: times as `[zigzag time - previous]`, ingestion times as
/// `[zigzag ingestion - time]`, streams as varints, event numbers as `[zigzag number - previous]`, message lengths as varints and all
/// messages. Summary: `[u64 largest event number][varint streams]`, then for each stream, by number, `[varint number - previous]
/// [zigzag first - block's first][zigzag last - block's first][zigzag last ingestion - block's first][varint rows][varint bytes]`.
package struct LogLayout: TableLayout {
    package let table = TableID.logs
    private static let rowsPerBlock = 8192
    /// A block is cut when its messages reach this, so that one read never holds much more.
    private static let blockBytesMax = 4 << 20

    private let groups: LiveLogGroups
    private let statistics: LogStatistics
    private let arrivals: ArrivalNumbers

    package init(groups: LiveLogGroups, statistics: LogStatistics, arrivals: ArrivalNumbers) {
        self.groups = groups
        self.statistics = statistics
        self.arrivals = arrivals
    }

    package func encode(_ batches: [TableBatch]) throws(StorageError) -> [EncodedBlock] {
        let rows = try LogRows(batches)
        var blocks: [EncodedBlock] = []
        var pending: [Int] = []
        var pendingBytes = 0
        for row in rows.sortedOrder() {
            let bytes = rows.messages.range(at: row).count
            if pending.count == Self.rowsPerBlock || (!pending.isEmpty && pendingBytes + bytes > Self.blockBytesMax) {
                blocks.append(Self.block(rows.gathered(pending)))
                pending.removeAll(keepingCapacity: true)
                pendingBytes = 0
            }
            pending.append(row)
            pendingBytes += bytes
        }
        if !pending.isEmpty { blocks.append(Self.block(rows.gathered(pending))) }
        return blocks
    }

    /// - Parameter rows: sorted, not empty.
    private static func block(_ rows: LogRows) -> EncodedBlock {
        var payload = ByteWriter(capacity: rows.messages.bytes.count + rows.count * 12)
        payload.append(varint: UInt64(rows.count))
        var lastTime: Int64 = 0
        for time in rows.times {
            payload.append(zigzag: time &- lastTime)
            lastTime = time
        }
        for (time, ingestion) in zip(rows.times, rows.ingestionTimes) { payload.append(zigzag: ingestion &- time) }
        for stream in rows.streams { payload.append(varint: UInt64(stream)) }
        var lastNumber: UInt64 = 0
        for number in rows.numbers {
            payload.append(zigzag: Int64(bitPattern: number &- lastNumber))
            lastNumber = number
        }
        for row in 0..<rows.count { payload.append(varint: UInt64(rows.messages.range(at: row).count)) }
        payload.append(bytes: rows.messages.bytes)

        let first = rows.times[0]
        var summary = ByteWriter()
        summary.append(uint64: rows.numbers.max() ?? 0)
        let streams = rows.streamFigures()
        summary.append(varint: UInt64(streams.count))
        var lastStream: UInt32 = 0
        for (number, figures) in streams {
            summary.append(varint: UInt64(number - lastStream))
            lastStream = number
            for time in [figures.firstEvent, figures.lastEvent, figures.lastIngestion] { summary.append(zigzag: time &- first) }
            summary.append(varint: UInt64(figures.rowCount))
            summary.append(varint: UInt64(figures.byteCount))
        }
        return EncodedBlock(
            rowCount: rows.count, times: first...rows.times[rows.count - 1], summary: summary.bytes, payload: payload.bytes)
    }

    package func decode(_ sections: SectionReader, of header: BlockHeader) throws(StorageError) -> TableBatch {
        let payload = try sections.section(0)
        do throws(BytesError) {
            let columns = try ByteReader.reading(payload, Self.columns)
            return TableBatch(
                table: table, partition: header.partition, scope: header.scope, times: header.times, rowCount: columns[0].count ?? 0,
                columns: columns)
        } catch {
            throw StorageError(code: .corrupt, message: "cannot decode log events: \(error.message)")
        }
    }

    private static func columns(_ reader: inout ByteReader) throws(BytesError) -> [Vector] {
        let rows = try reader.count(ofAtLeast: 5)
        var times: [Int64] = []
        var last: Int64 = 0
        for _ in 0..<rows {
            last &+= try reader.zigzag()
            times.append(last)
        }
        var ingestionTimes: [Int64] = []
        for row in 0..<rows { ingestionTimes.append(times[row] &+ (try reader.zigzag())) }
        var streams: [UInt32] = []
        for _ in 0..<rows { streams.append(UInt32(truncatingIfNeeded: try reader.varint())) }
        var numbers: [UInt64] = []
        var number: UInt64 = 0
        for _ in 0..<rows {
            number &+= UInt64(bitPattern: try reader.zigzag())
            numbers.append(number)
        }
        var lengths: [Int] = []
        for _ in 0..<rows { lengths.append(try reader.count()) }
        var messages = BytesVector()
        messages.reserve(strings: rows, bytes: reader.remaining)
        for length in lengths { messages.append(try reader.bytes(length)) }
        try reader.expectEnd()
        return [.int64(times), .int64(ingestionTimes), .uint32(streams), .uint64(numbers), .bytes(messages)]
    }

    package func didPublish(_ batch: TableBatch) {
        // A batch with other columns cannot have been prepared here, and the journal's checksum vouches for the rest.
        guard let rows = try? LogRows([batch]) else { return }
        note(rows.streamFigures(), group: batch.scope.group, largestNumber: rows.numbers.max() ?? 0)
    }

    package func didFind(_ header: BlockHeader, read: () throws(StorageError) -> TableBatch) throws(StorageError) {
        let summary = try LogSummary(header)
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

/// What a log block's header says without its rows.
struct LogSummary {
    let largestNumber: UInt64
    /// By ascending number.
    let streams: [(number: UInt32, figures: LogStatistics.Stream)]

    init(_ header: BlockHeader) throws(StorageError) {
        do throws(BytesError) {
            (largestNumber, streams) = try ByteReader.reading(header.summary) { reader throws(BytesError) in
                let largest = try reader.uint64()
                let first = header.times.lowerBound
                var streams: [(number: UInt32, figures: LogStatistics.Stream)] = []
                var number: UInt64 = 0
                for _ in 0..<(try reader.count(ofAtLeast: 6)) {
                    number &+= try reader.varint()
                    var figures = LogStatistics.Stream()
                    figures.firstEvent = first &+ (try reader.zigzag())
                    figures.lastEvent = first &+ (try reader.zigzag())
                    figures.lastIngestion = first &+ (try reader.zigzag())
                    figures.rowCount = Int(truncatingIfNeeded: try reader.varint())
                    figures.byteCount = Int(truncatingIfNeeded: try reader.varint())
                    streams.append((UInt32(truncatingIfNeeded: number), figures))
                }
                try reader.expectEnd()
                return (largest, streams)
            }
        } catch {
            throw StorageError(code: .corrupt, message: "cannot read a log block's summary: \(error.message)")
        }
    }
}
