import Bytes
import ColumnStore
import SignalModel

/// What a log block's header says without its rows.
///
/// In blocks of form 1 `LogSearchSummary` comes first. Then `[u64 largest event number][varint streams]` and for each stream, by number,
/// `[varint number - previous][zigzag first - block's first][zigzag last - block's first][zigzag last ingestion - block's first]
/// [varint rows][varint bytes]`.
struct LogSummary {
    /// Nil in blocks of form 0.
    let search: LogSearchSummary?
    let largestNumber: UInt64
    /// By ascending number.
    let streams: [(number: UInt32, figures: LogStatistics.Stream)]

    var messageBytes: Int { streams.reduce(0) { $0 + $1.figures.byteCount } }

    private let first: Int64

    init(_ rows: LogRows, search: LogSearchSummary) {
        self.search = search
        first = rows.times[0]
        largestNumber = rows.numbers.max() ?? 0
        streams = rows.streamFigures()
    }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        search?.append(to: &writer)
        writer.append(uint64: largestNumber)
        writer.append(varint: UInt64(streams.count))
        var last: UInt32 = 0
        for (number, figures) in streams {
            writer.append(varint: UInt64(number - last))
            last = number
            for time in [figures.firstEvent, figures.lastEvent, figures.lastIngestion] { writer.append(zigzag: time &- first) }
            writer.append(varint: UInt64(figures.rowCount))
            writer.append(varint: UInt64(figures.byteCount))
        }
        return writer.bytes
    }

    /// - Parameters:
    ///   - bytes: as they stand in the index.
    ///   - header: of the same block.
    init(_ bytes: ArraySlice<UInt8>, _ header: BlockHeader) throws(StorageError) {
        first = header.times.lowerBound
        (search, largestNumber, streams) = try Self.reading(bytes) { reader throws(BytesError) in
            let search = header.form == LogBlockSection.form ? try LogSearchSummary(&reader) : nil
            let largest = try reader.uint64()
            let streams = try Self.streams(&reader, first: header.times.lowerBound)
            try reader.expectEnd()
            return (search, largest, streams)
        }
    }

    /// Only what tells whether something can be in the block, and how many of the bytes say it.
    /// - Precondition: the block is of form 1.
    static func search(_ bytes: ArraySlice<UInt8>) throws(StorageError) -> (search: LogSearchSummary, byteCount: Int) {
        try reading(bytes) { reader throws(BytesError) in (try LogSearchSummary(&reader), reader.offset) }
    }

    private static func streams(
        _ reader: inout ByteReader, first: Int64
    ) throws(BytesError) -> [(number: UInt32, figures: LogStatistics.Stream)] {
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
        return streams
    }

    private static func reading<Result>(
        _ bytes: ArraySlice<UInt8>, _ body: (inout ByteReader) throws(BytesError) -> Result
    ) throws(StorageError) -> Result {
        do throws(BytesError) { return try ByteReader.reading(bytes, body) } catch {
            throw StorageError(code: .corrupt, message: "cannot read a log block's summary: \(error.message)")
        }
    }
}
