import Bytes
import Columns
package import ColumnStore
package import SignalModel

/// The table of samples, sorted by series, then time, then order of writing.
///
/// Payload of a block: `[u8 form]` (1: `count`, `minimum` and `maximum` follow the values, 0: they do not) `[varint rows]`, then runs
/// until the rows are used up: `[varint series - previous series][varint rows of the run]`, its times as `[zigzag time - previous time]`
/// (the first against 0), then all values as 8-byte doubles, then with form 1 all counts, minima and maxima.
/// Summary: `[varint series in the block]` then for each `[varint number - previous][zigzag newest time - block's smallest time]`.
package struct SampleLayout: TableLayout {
    package let table = TableID.samples
    private static let rowsPerBlock = 65_536

    private let index: SeriesIndex
    private let retentionNanoseconds: Int64

    /// - Parameter retentionNanoseconds: how long samples are kept, counted from now.
    package init(index: SeriesIndex, retentionNanoseconds: Int64) {
        self.index = index
        self.retentionNanoseconds = retentionNanoseconds
    }

    package func encode(_ batches: [TableBatch]) throws(StorageError) -> [EncodedBlock] {
        var rows = SampleRows()
        for batch in batches { try rows.append(batch) }
        let order = rows.sortedOrder()
        return stride(from: 0, to: order.count, by: Self.rowsPerBlock).map { start in
            Self.block(rows, order[start..<min(start + Self.rowsPerBlock, order.count)])
        }
    }

    private static func block(_ rows: SampleRows, _ order: ArraySlice<Int>) -> EncodedBlock {
        let times = order.lazy.map { rows.times[$0] }
        let range = (times.min() ?? 0)...(times.max() ?? 0)
        var payload = ByteWriter(capacity: order.count * 12)
        var summary = ByteWriter()
        payload.append(uint8: rows.isPlain ? 0 : 1)
        payload.append(varint: UInt64(order.count))

        let runs = order.chunked { rows.series[$0] == rows.series[$1] }
        summary.append(varint: UInt64(runs.count))
        var lastSeries: UInt32 = 0
        for run in runs {
            let series = rows.series[run[run.startIndex]]
            payload.append(varint: UInt64(series - lastSeries))
            payload.append(varint: UInt64(run.count))
            var lastTime: Int64 = 0
            for row in run {
                payload.append(zigzag: rows.times[row] &- lastTime)
                lastTime = rows.times[row]
            }
            summary.append(varint: UInt64(series - lastSeries))
            summary.append(zigzag: lastTime &- range.lowerBound)
            lastSeries = series
        }
        for column in rows.isPlain ? [rows.values] : [rows.values, rows.counts, rows.minima, rows.maxima] {
            for row in order { payload.append(double: column[row]) }
        }
        return EncodedBlock(rowCount: order.count, times: range, summary: summary.bytes, payload: payload.bytes)
    }

    package func decode(_ sections: SectionReader, of header: BlockHeader) throws(StorageError) -> TableBatch {
        let payload = try sections.section(0)
        do throws(BytesError) {
            let columns = try ByteReader.reading(payload, Self.columns)
            return TableBatch(
                table: table, partition: header.partition, scope: header.scope, times: header.times, rowCount: columns[0].count ?? 0,
                columns: columns)
        } catch {
            throw StorageError(code: .corrupt, message: "cannot decode samples: \(error.message)")
        }
    }

    private static func columns(_ reader: inout ByteReader) throws(BytesError) -> [Vector] {
        let form = try reader.uint8()
        let rows = try reader.count(ofAtLeast: 9)
        var series: [UInt32] = []
        var times: [Int64] = []
        series.reserveCapacity(rows)
        times.reserveCapacity(rows)
        var number: UInt64 = 0
        while times.count < rows {
            number &+= try reader.varint()
            let runRows = try reader.count(ofAtLeast: 9)
            guard runRows > 0, runRows <= rows - times.count else {
                throw BytesError(code: .malformed, message: "a run of \(runRows) rows does not fit")
            }
            var time: Int64 = 0
            for _ in 0..<runRows {
                time &+= try reader.zigzag()
                series.append(UInt32(truncatingIfNeeded: number))
                times.append(time)
            }
        }
        var doubles: [Vector] = []
        for _ in 0..<(form == 0 ? 1 : 4) { doubles.append(.double(try doubleColumn(&reader, rows))) }
        try reader.expectEnd()
        while doubles.count < 4 { doubles.append(.absent) }
        return [.uint32(series), .int64(times)] + doubles
    }

    private static func doubleColumn(_ reader: inout ByteReader, _ rows: Int) throws(BytesError) -> [Double] {
        let bytes = try reader.bytes(rows * 8)
        return [Double](unsafeUninitializedCapacity: rows) { buffer, count in
            for row in 0..<rows { buffer[row] = Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: row * 8, as: UInt64.self))) }
            count = rows
        }
    }

    package func didPublish(_ batch: TableBatch) {
        guard let series = batch.columns[MetricColumn.series.rawValue].uint32s, let times = batch.columns[MetricColumn.time.rawValue].int64s
        else { return }
        index.noteSamples(series, times)
    }

    package func didFind(_ header: BlockHeader, read: () throws(StorageError) -> TableBatch) throws(StorageError) {
        let lastTimes = try SampleSummary(header).lastTimes
        index.noteSamples(lastTimes.map(\.0), lastTimes.map(\.1))
    }

    package func isDead(_ header: BlockHeader, now: Int64) -> Bool { header.times.upperBound < now - retentionNanoseconds }
}

/// What a sample block's header says without its rows.
struct SampleSummary {
    /// By ascending series.
    let lastTimes: [(SeriesID, Int64)]

    init(_ header: BlockHeader) throws(StorageError) {
        do throws(BytesError) {
            lastTimes = try ByteReader.reading(header.summary) { reader throws(BytesError) in
                var result: [(SeriesID, Int64)] = []
                var number: UInt64 = 0
                for _ in 0..<(try reader.count(ofAtLeast: 2)) {
                    number &+= try reader.varint()
                    result.append((SeriesID(truncatingIfNeeded: number), try reader.zigzag() &+ header.times.lowerBound))
                }
                try reader.expectEnd()
                return result
            }
        } catch {
            throw StorageError(code: .corrupt, message: "cannot read a sample block's summary: \(error.message)")
        }
    }

    func holds(anyOf wanted: Set<SeriesID>) -> Bool { lastTimes.contains { wanted.contains($0.0) } }
}

extension ArraySlice {
    /// Cuts where two neighbours do not belong together.
    func chunked(by belongTogether: (Element, Element) -> Bool) -> [ArraySlice<Element>] {
        var result: [ArraySlice<Element>] = []
        var start = startIndex
        for index in indices.dropFirst() where !belongTogether(self[index - 1], self[index]) {
            result.append(self[start..<index])
            start = index
        }
        if start < endIndex { result.append(self[start...]) }
        return result
    }
}
