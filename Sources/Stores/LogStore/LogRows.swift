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

    private mutating func append(_ batch: TableBatch) throws(StorageError) {
        guard batch.columns.count == LogColumn.allCases.count,
            let times = batch.columns[LogColumn.time.rawValue].int64s,
            let ingestionTimes = batch.columns[LogColumn.ingestionTime.rawValue].int64s,
            let streams = batch.columns[LogColumn.stream.rawValue].uint32s,
            let numbers = batch.columns[LogColumn.eventNumber.rawValue].uint64s,
            let messages = batch.columns[LogColumn.message.rawValue].strings
        else { throw StorageError(code: .corrupt, message: "cannot read log events: columns are of the wrong type") }
        self.times += times
        self.ingestionTimes += ingestionTimes
        self.streams += streams
        self.numbers += numbers
        self.messages.append(contentsOf: messages)
    }

    /// Row numbers by time and order of ingestion.
    func sortedOrder() -> [Int] { (0..<count).sorted { (times[$0], numbers[$0]) < (times[$1], numbers[$1]) } }

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
