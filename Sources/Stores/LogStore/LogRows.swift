import Columns
import SignalModel

/// The columns of log batches, put end to end.
struct LogRows {
    private(set) var times: [Int64] = []
    private(set) var ingestionTimes: [Int64] = []
    private(set) var streams: [UInt32] = []
    private(set) var numbers: [UInt64] = []
    private(set) var messages = BytesVector()

    var count: Int { times.count }

    init() {}

    /// - Throws: `.corrupt` when the columns are not those of the log table.
    init(_ batches: [TableBatch]) throws(StorageError) {
        for batch in batches { try append(batch) }
    }

    /// - Throws: as `init`.
    mutating func append(_ batch: TableBatch) throws(StorageError) {
        guard batch.columns.count == LogColumn.allCases.count,
            let times = batch.columns[LogColumn.time.rawValue].int64s,
            let ingestionTimes = batch.columns[LogColumn.ingestionTime.rawValue].int64s,
            let streams = batch.columns[LogColumn.stream.rawValue].uint32s,
            let numbers = batch.columns[LogColumn.eventNumber.rawValue].uint64s,
            let messages = batch.columns[LogColumn.message.rawValue].strings
        else { throw StorageError(code: .corrupt, message: "cannot read log events: columns are of the wrong type") }
        append(LogRows(times, ingestionTimes, streams, numbers, messages))
    }

    private init(_ times: [Int64], _ ingestionTimes: [Int64], _ streams: [UInt32], _ numbers: [UInt64], _ messages: BytesVector) {
        (self.times, self.ingestionTimes, self.streams, self.numbers, self.messages) = (times, ingestionTimes, streams, numbers, messages)
    }

    mutating func append(_ other: LogRows) {
        guard count > 0 else {
            // Of one batch nothing is copied.
            self = other
            return
        }
        times += other.times
        ingestionTimes += other.ingestionTimes
        streams += other.streams
        numbers += other.numbers
        messages.append(contentsOf: other.messages)
    }

    mutating func reserve(rows: Int, bytes: Int) {
        times.reserveCapacity(rows)
        ingestionTimes.reserveCapacity(rows)
        streams.reserveCapacity(rows)
        numbers.reserveCapacity(rows)
        messages.reserve(strings: rows, bytes: bytes)
    }

    mutating func append(_ row: Int, of other: LogRows) {
        times.append(other.times[row])
        ingestionTimes.append(other.ingestionTimes[row])
        streams.append(other.streams[row])
        numbers.append(other.numbers[row])
        let range = other.messages.range(at: row)
        other.messages.bytes.withUnsafeBytes { messages.append(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    func gathered(_ rows: [Int]) -> LogRows {
        var result = LogRows()
        result.times = rows.map { times[$0] }
        result.ingestionTimes = rows.map { ingestionTimes[$0] }
        result.streams = rows.map { streams[$0] }
        result.numbers = rows.map { numbers[$0] }
        result.messages = messages.gathered(rows)
        return result
    }

    func column(_ column: LogColumn) -> Column {
        switch column {
        case .time: Column(.int64(times))
        case .ingestionTime: Column(.int64(ingestionTimes))
        case .stream: Column(.uint32(streams))
        case .eventNumber: Column(.uint64(numbers))
        case .message: Column(.bytes(messages))
        }
    }
}
