import Columns
import SignalModel

/// Gathers the rows of one series into periods, chunk by chunk, as they come from the store.
struct BucketFold {
    private(set) var table: BucketTable
    private let grid: BucketGrid

    init(_ grid: BucketGrid) {
        self.grid = grid
        table = BucketTable(period: grid.period)
    }

    /// Rows that stand for a longer time than a period, or for one that periods cut, are left out: there is nothing as fine any more.
    /// - Parameters:
    ///   - rows: rows of this fold's series in `chunk`, oldest first.
    ///   - width: of what each of them stands for; 0: an instant.
    /// - Returns: how many more bytes are held.
    mutating func add(_ rows: Range<Int>, of chunk: MetricChunk, width: Int64) -> Int {
        guard width == 0 || grid.period % width == 0 else { return 0 }
        let origin = grid.range.start.nanoseconds
        var row = chunk.firstRow(in: rows, from: origin)
        let end = chunk.firstRow(in: row..<rows.upperBound, from: grid.range.end.nanoseconds)
        var bytes = 0
        while row < end {
            let start = origin + (chunk.times[row] - origin) / grid.period * grid.period
            let (next, overflow) = start.addingReportingOverflow(grid.period)
            var last = row + 1
            while last < end, overflow || chunk.times[last] < next { last += 1 }
            bytes += add(row..<last, of: chunk, toBucketAt: start)
            row = last
        }
        return bytes
    }

    private mutating func add(_ rows: Range<Int>, of chunk: MetricChunk, toBucketAt start: Int64) -> Int {
        guard rows.contains(where: { chunk.values[$0].isFinite }) else { return 0 }
        var bytes = 0
        let known = table.starts.count
        table.withBucket(at: start, keepingSamples: grid.keepsSamples) { bucket in
            if chunk.hasSets {
                for row in rows { bytes += chunk.add(row, to: &bucket) }
            } else {
                chunk.values.withUnsafeBufferPointer { bytes = bucket.add(UnsafeBufferPointer(rebasing: $0[rows])) }
            }
        }
        return bytes + (table.starts.count - known) * Self.bucketBytes
    }

    /// What a bucket takes without its samples, roughly.
    static let bucketBytes = MemoryLayout<PeriodBucket>.stride + 8
}

/// The columns of a chunk of a metric scan, by name.
struct MetricChunk {
    let times: [Int64]
    let values: [Double]
    private let counts: [Double]?
    private let minima: [Double]?
    private let maxima: [Double]?
    private let details: BytesVector?

    /// A chunk's columns are `MetricColumn`'s, in order; `series` is absent.
    /// - Throws: `.corrupt` when times or values are missing: the store broke its promise.
    init(_ chunk: ColumnChunk) throws(StorageError) {
        func vector(_ column: MetricColumn) -> Vector {
            column.rawValue < chunk.columns.count ? chunk.columns[column.rawValue].vector : .absent
        }
        guard let times = vector(.time).int64s, let values = vector(.value).doubles else {
            throw StorageError(code: .corrupt, message: "cannot read samples: the chunk has no times or values")
        }
        self.times = times
        self.values = values
        counts = vector(.count).doubles
        minima = vector(.minimum).doubles
        maxima = vector(.maximum).doubles
        details = vector(.detail).strings
    }

    /// False: every row is a plain value.
    var hasSets: Bool { counts != nil && minima != nil && maxima != nil }

    /// The first of the rows, which are oldest first, whose time is not before `time`.
    func firstRow(in rows: Range<Int>, from time: Int64) -> Int {
        var (low, high) = (rows.lowerBound, rows.upperBound)
        guard low < high, times[low] < time else { return low }
        while low < high {
            let middle = (low + high) / 2
            if times[middle] < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// - Returns: how many more bytes the bucket holds.
    func add(_ row: Int, to bucket: inout PeriodBucket) -> Int {
        guard values[row].isFinite, let counts, let minima, let maxima else { return 0 }
        if let details, case .sketch(let sketch) = MetricDetail(details[row]) {
            return bucket.add(sketch, sum: values[row], count: counts[row], minimum: minima[row], maximum: maxima[row])
        }
        return bucket.add(value: values[row], count: counts[row], minimum: minima[row], maximum: maxima[row])
    }
}
