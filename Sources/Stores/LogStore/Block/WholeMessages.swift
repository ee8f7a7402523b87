import Bytes
import Columns
import SignalModel

/// Blocks of form 0, which parts of version 1 have: whole messages, and no columns for their fields. Only read any more.
///
/// `[varint rows]`, then column by column: times as `[zigzag time - previous]`, ingestion times as `[zigzag ingestion - time]`, streams as
/// varints, event numbers as `[zigzag number - previous]`, message lengths as varints and all messages.
enum WholeMessages {
    static func columns(_ payload: [UInt8]) throws(StorageError) -> [Vector] {
        do throws(BytesError) { return try ByteReader.reading(payload, columns) } catch {
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
}
