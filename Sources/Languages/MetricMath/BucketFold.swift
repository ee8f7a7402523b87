import Columns
import SignalModel

/// Gathers the rows of one series into periods, chunk by chunk, as they come from the store: oldest first.
struct BucketFold {
    private(set) var table: BucketTable
    private let grid: BucketGrid
    private let kind: SeriesKind
    /// Of a sampled series: the last row, which counts only when no later one has its time.
    private var held: (time: Int64, value: Double)?

    init(_ grid: BucketGrid, kind: SeriesKind) {
        self.grid = grid
        self.kind = kind
        table = BucketTable(period: grid.period)
    }

    /// - Parameter rows: rows of this fold's series in `chunk`, whose columns are those of `MetricColumn` after `series`.
    /// - Returns: how many more bytes are held.
    mutating func add(_ rows: Range<Int>, of chunk: MetricChunk) -> Int {
        switch kind {
        case .accumulating: accumulate(rows, of: chunk)
        case .sampled: sample(rows, of: chunk)
        }
    }

    mutating func finish() -> Int {
        guard let last = held else { return 0 }
        held = nil
        return add(last.time, value: last.value, count: 1, minimum: last.value, maximum: last.value)
    }

    private mutating func accumulate(_ rows: Range<Int>, of chunk: MetricChunk) -> Int {
        var bytes = 0
        for row in rows {
            let set = chunk.set(at: row)
            bytes += add(chunk.times[row], value: chunk.values[row], count: set.count, minimum: set.minimum, maximum: set.maximum)
        }
        return bytes
    }

    private mutating func sample(_ rows: Range<Int>, of chunk: MetricChunk) -> Int {
        var bytes = 0
        for row in rows {
            if let last = held, last.time != chunk.times[row] {
                bytes += add(last.time, value: last.value, count: 1, minimum: last.value, maximum: last.value)
            }
            held = (chunk.times[row], chunk.values[row])
        }
        return bytes
    }

    private mutating func add(_ time: Int64, value: Double, count: Double, minimum: Double, maximum: Double) -> Int {
        guard grid.range.contains(Timestamp(nanoseconds: time)), value.isFinite else { return 0 }
        let origin = grid.range.start.nanoseconds
        let start = origin + (time - origin) / grid.period * grid.period
        var bytes = 0
        let known = table.starts.count
        table.withBucket(at: start, keepingSamples: grid.keepsSamples) { bucket in
            bytes = bucket.add(value: value, count: count, minimum: minimum, maximum: maximum)
        }
        return bytes + (table.starts.count - known) * Self.bucketBytes
    }

    /// What a bucket takes without its samples, roughly.
    private static let bucketBytes = MemoryLayout<PeriodBucket>.stride + 8
}

/// The columns of a chunk of a metric scan, by name.
struct MetricChunk {
    let times: [Int64]
    let values: [Double]
    private let counts: [Double]?
    private let minima: [Double]?
    private let maxima: [Double]?

    /// A chunk's columns are `MetricColumn`'s, in order; `series` is absent.
    /// - Throws: `.corrupt` when times or values are missing: the store broke its promise.
    init(_ chunk: ColumnChunk) throws(StorageError) {
        func doubles(_ column: MetricColumn) -> [Double]? {
            column.rawValue < chunk.columns.count ? chunk.columns[column.rawValue].vector.doubles : nil
        }
        guard chunk.columns.count > MetricColumn.value.rawValue, let times = chunk.columns[MetricColumn.time.rawValue].vector.int64s,
            let values = doubles(.value)
        else { throw StorageError(code: .corrupt, message: "cannot read samples: the chunk has no times or values") }
        self.times = times
        self.values = values
        counts = doubles(.count)
        minima = doubles(.minimum)
        maxima = doubles(.maximum)
    }

    func set(at row: Int) -> (count: Double, minimum: Double, maximum: Double) {
        guard let counts, let minima, let maxima else { return (1, values[row], values[row]) }
        return (counts[row], minima[row], maxima[row])
    }
}
