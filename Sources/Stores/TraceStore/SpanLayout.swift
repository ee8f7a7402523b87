import Bytes
import Columns
package import ColumnStore
package import SignalModel

/// The table of spans, sorted by trace, so that a trace's spans stand together.
///
/// Payload of a block: `[varint rows]`, then column by column: traces as two u64 each, spans and parents as u64, starts as
/// `[zigzag start - previous start]`, ends as `[zigzag end - start]`, flags as u8, arrivals as `[zigzag arrival - previous]`, names and
/// documents as `[varint length]` each followed by all their bytes.
/// Summary: `[u64 newest arrival][varint traces]`, then their fingerprints (`SpanLayout.fingerprint`) as ascending u32.
package struct SpanLayout: TableLayout {
    package let table = TableID.spans
    private static let rowsPerBlock = 8192

    private let arrivals: ArrivalNumbers
    private let retentionNanoseconds: Int64

    package init(arrivals: ArrivalNumbers, retentionNanoseconds: Int64) {
        self.arrivals = arrivals
        self.retentionNanoseconds = retentionNanoseconds
    }

    /// Trace ids are random but for their first four bytes, which may hold a time: the low half alone spreads well.
    static func fingerprint(_ traceLow: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: traceLow ^ (traceLow >> 32)) }

    package func encode(_ batches: [TableBatch]) throws(StorageError) -> [EncodedBlock] {
        let rows = try SpanRows(batches)
        let order = (0..<rows.count).sorted { a, b in
            (rows.traceHigh[a], rows.traceLow[a], rows.arrivals[a], a) < (rows.traceHigh[b], rows.traceLow[b], rows.arrivals[b], b)
        }
        return stride(from: 0, to: order.count, by: Self.rowsPerBlock).map { start in
            Self.block(rows, Array(order[start..<min(start + Self.rowsPerBlock, order.count)]))
        }
    }

    private static func block(_ rows: SpanRows, _ order: [Int]) -> EncodedBlock {
        var payload = ByteWriter(capacity: order.count * 64)
        payload.append(varint: UInt64(order.count))
        for column in [rows.traceHigh, rows.traceLow, rows.spans, rows.parents] {
            for row in order { payload.append(uint64: column[row]) }
        }
        var lastStart: Int64 = 0
        for row in order {
            payload.append(zigzag: rows.starts[row] &- lastStart)
            lastStart = rows.starts[row]
        }
        for row in order { payload.append(zigzag: rows.ends[row] &- rows.starts[row]) }
        for row in order { payload.append(uint8: rows.flags[row]) }
        var lastArrival: UInt64 = 0
        for row in order {
            payload.append(zigzag: Int64(bitPattern: rows.arrivals[row] &- lastArrival))
            lastArrival = rows.arrivals[row]
        }
        for column in [rows.names, rows.documents] {
            for row in order { payload.append(varint: UInt64(column.range(at: row).count)) }
            for row in order { payload.append(bytes: column[row]) }
        }

        var summary = ByteWriter()
        summary.append(uint64: order.map { rows.arrivals[$0] }.max() ?? 0)
        let traces = Set(order.map { fingerprint(rows.traceLow[$0]) }).sorted()
        summary.append(varint: UInt64(traces.count))
        for trace in traces { summary.append(uint32: trace) }
        let starts = order.map { rows.starts[$0] }
        return EncodedBlock(
            rowCount: order.count, times: (starts.min() ?? 0)...(starts.max() ?? 0), summary: summary.bytes, payload: payload.bytes)
    }

    package func decode(_ sections: SectionReader, of header: BlockHeader) throws(StorageError) -> TableBatch {
        let payload = try sections.section(0)
        do throws(BytesError) {
            let columns = try ByteReader.reading(payload, Self.columns)
            return TableBatch(
                table: table, partition: header.partition, scope: header.scope, times: header.times, rowCount: columns[0].count ?? 0,
                columns: columns)
        } catch {
            throw StorageError(code: .corrupt, message: "cannot decode spans: \(error.message)")
        }
    }

    private static func columns(_ reader: inout ByteReader) throws(BytesError) -> [Vector] {
        let rows = try reader.count(ofAtLeast: 36)
        var ids: [[UInt64]] = []
        for _ in 0..<4 { ids.append(try values(rows) { () throws(BytesError) in try reader.uint64() }) }
        var start: Int64 = 0
        let starts = try values(rows) { () throws(BytesError) in
            start &+= try reader.zigzag()
            return start
        }
        var ends: [Int64] = []
        for row in 0..<rows { ends.append(starts[row] &+ (try reader.zigzag())) }
        let flags = try values(rows) { () throws(BytesError) in try reader.uint8() }
        var arrival: UInt64 = 0
        let arrivals = try values(rows) { () throws(BytesError) in
            arrival &+= UInt64(bitPattern: try reader.zigzag())
            return arrival
        }
        let names = try strings(&reader, rows)
        let documents = try strings(&reader, rows)
        try reader.expectEnd()
        return [
            .uint64(ids[0]), .uint64(ids[1]), .uint64(ids[2]), .uint64(ids[3]), .int64(starts), .int64(ends), .bytes(names), .uint8(flags),
            .bytes(documents), .uint64(arrivals),
        ]
    }

    private static func values<Value>(_ count: Int, _ next: () throws(BytesError) -> Value) throws(BytesError) -> [Value] {
        var result: [Value] = []
        result.reserveCapacity(count)
        for _ in 0..<count { result.append(try next()) }
        return result
    }

    private static func strings(_ reader: inout ByteReader, _ rows: Int) throws(BytesError) -> BytesVector {
        var lengths: [Int] = []
        for _ in 0..<rows { lengths.append(try reader.count()) }
        var result = BytesVector()
        for length in lengths { result.append(try reader.bytes(length)) }
        return result
    }

    package func didPublish(_ batch: TableBatch) {
        if let newest = batch.columns[SpanColumn.arrival.rawValue].uint64s?.max() { arrivals.noteUsed(newest) }
    }

    package func didFind(_ block: TableSnapshot.Block) throws(StorageError) {
        arrivals.noteUsed(try SpanSummary(block.header).newestArrival)
    }

    package func isDead(_ header: BlockHeader, now: Int64) -> Bool { header.times.upperBound < now - retentionNanoseconds }
}

/// What a span block's header says without its rows.
struct SpanSummary {
    let newestArrival: UInt64
    /// Ascending.
    let traces: [UInt32]

    init(_ header: BlockHeader) throws(StorageError) {
        do throws(BytesError) {
            (newestArrival, traces) = try ByteReader.reading(header.summary) { reader throws(BytesError) in
                let newest = try reader.uint64()
                var traces: [UInt32] = []
                for _ in 0..<(try reader.count(ofAtLeast: 4)) { traces.append(try reader.uint32()) }
                try reader.expectEnd()
                return (newest, traces)
            }
        } catch {
            throw StorageError(code: .corrupt, message: "cannot read a span block's summary: \(error.message)")
        }
    }

    func mayHold(anyOf wanted: Set<UInt32>) -> Bool { traces.contains { wanted.contains($0) } }
}
