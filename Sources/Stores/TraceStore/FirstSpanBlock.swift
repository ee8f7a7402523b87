import Bytes
import Columns
import SignalModel

/// Blocks of form 0, which the first version wrote: they are read, and written anew when they are merged.
///
/// One section: `[varint rows]`, then column by column: traces as two u64 each, spans and parents as u64, starts as
/// `[zigzag start - previous start]`, ends as `[zigzag end - start]`, flags as u8, arrivals as `[zigzag arrival - previous]`, names and
/// documents as `[varint length]` each followed by all their bytes. Summary: `[u64 newest arrival]` and more that nobody reads.
enum FirstSpanBlock {
    /// The first ten columns.
    static func columns(_ payload: [UInt8]) throws(StorageError) -> [Vector] {
        try SpanBlockReader.reading { () throws(BytesError) in
            try ByteReader.reading(payload) { reader throws(BytesError) in try columns(&reader) }
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
}
