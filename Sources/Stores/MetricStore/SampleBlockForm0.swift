import Bytes
import Columns
import ColumnStore
import SignalModel

/// Blocks of samples as they were written first; read for ever, written no more.
///
/// One section: `[u8 1 when counts, minima and maxima follow the values, else 0][varint rows]`, then runs until the rows are used up:
/// `[varint series - previous series][varint rows of the run]`, its times as `[zigzag time - previous time]` (the first against 0), then
/// all values as 8-byte doubles, then all counts, minima and maxima if they are there.
enum SampleBlockForm0 {
    static let form: UInt8 = 0

    static func decode(_ payload: [UInt8], of header: BlockHeader) throws(StorageError) -> TableBatch {
        let columns = try decoding("samples", payload[...], columns)
        return TableBatch(
            table: .samples, partition: header.partition, scope: header.scope, times: header.times, rowCount: columns[0].count ?? 0,
            columns: columns)
    }

    private static func columns(_ reader: inout ByteReader) throws(BytesError) -> [Vector] {
        let hasSets = try reader.uint8() != 0
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
        for _ in 0..<(hasSets ? 4 : 1) { doubles.append(.double(try column(&reader, rows))) }
        try reader.expectEnd()
        while doubles.count < 4 { doubles.append(.absent) }
        return [.uint32(series), .int64(times)] + doubles + [.absent]
    }

    private static func column(_ reader: inout ByteReader, _ rows: Int) throws(BytesError) -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(rows)
        for _ in 0..<rows { values.append(try reader.double()) }
        return values
    }
}
