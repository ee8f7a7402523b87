import Columns
import SignalModel

/// Samples gathered from batches and blocks, to be sorted: the columns of the metric table without their wrapping.
struct SampleRows {
    private(set) var series: [SeriesID] = []
    private(set) var times: [Int64] = []
    private(set) var values: [Double] = []
    /// Empty while every row is a plain value.
    private(set) var counts: [Double] = []
    private(set) var minima: [Double] = []
    private(set) var maxima: [Double] = []
    /// Empty while no row has any.
    private(set) var details = BytesVector()

    var count: Int { times.count }
    var isPlain: Bool { counts.isEmpty }
    var hasDetails: Bool { details.count > 0 }

    /// Appends all rows, column by column.
    /// - Throws: `.corrupt` when the columns are not those of the metric table.
    mutating func append(_ batch: TableBatch) throws(StorageError) {
        let columns = try SampleBatchColumns(batch)
        let before = count
        series += columns.series
        times += columns.times
        values += columns.values
        if let sets = columns.sets {
            makeSets(rows: before)
            counts += sets.counts
            minima += sets.minima
            maxima += sets.maxima
        } else if !counts.isEmpty {
            counts += repeatElement(1, count: columns.times.count)
            minima += columns.values
            maxima += columns.values
        }
        if let more = columns.details {
            makeDetails(rows: before)
            details.append(contentsOf: more)
        } else if hasDetails {
            for _ in 0..<columns.times.count { details.append([]) }
        }
    }

    /// Appends one row of a batch, under another series number.
    mutating func append(_ row: Int, of columns: SampleBatchColumns, as number: SeriesID) {
        let before = count
        series.append(number)
        times.append(columns.times[row])
        values.append(columns.values[row])
        if let sets = columns.sets {
            makeSets(rows: before)
            counts.append(sets.counts[row])
            minima.append(sets.minima[row])
            maxima.append(sets.maxima[row])
        } else if !counts.isEmpty {
            counts.append(1)
            minima.append(columns.values[row])
            maxima.append(columns.values[row])
        }
        if let more = columns.details {
            makeDetails(rows: before)
            details.append(more[row])
        } else if hasDetails {
            details.append([])
        }
    }

    private mutating func makeSets(rows: Int) {
        guard counts.isEmpty else { return }
        counts = [Double](repeating: 1, count: rows)
        minima = Array(values[..<rows])
        maxima = minima
    }

    private mutating func makeDetails(rows: Int) {
        guard !hasDetails else { return }
        for _ in 0..<rows { details.append([]) }
    }

    /// Row numbers series by series in the order of `rank`, oldest first in each; rows of one time in the order of appending.
    /// - Parameter rank: sorts the distinct numbers that it is given.
    /// - Complexity: O(n) where each series' rows came in order of time.
    func order(by rank: (inout [SeriesID]) -> Void) -> SampleOrder {
        guard let highest = series.max() else { return SampleOrder(rows: [], starts: []) }
        var counts = [UInt32](repeating: 0, count: Int(highest) + 1)
        for number in series { counts[Int(number)] &+= 1 }
        var distinct: [SeriesID] = []
        for number in counts.indices where counts[number] > 0 { distinct.append(SeriesID(number)) }
        rank(&distinct)
        var starts: [Int] = []
        starts.reserveCapacity(distinct.count + 1)
        var next = 0
        for number in distinct {
            starts.append(next)
            let count = Int(counts[Int(number)])
            counts[Int(number)] = UInt32(next)
            next += count
        }
        starts.append(next)
        var rows = [UInt32](repeating: 0, count: count)
        for (row, number) in series.enumerated() {
            rows[Int(counts[Int(number)])] = UInt32(row)
            counts[Int(number)] &+= 1
        }
        for place in distinct.indices { sortByTime(&rows[starts[place]..<starts[place + 1]]) }
        return SampleOrder(rows: rows, starts: starts)
    }

    private func sortByTime(_ rows: inout ArraySlice<UInt32>) {
        var isSorted = true
        for place in rows.indices.dropFirst() where times[Int(rows[place])] < times[Int(rows[place - 1])] {
            isSorted = false
            break
        }
        guard !isSorted else { return }
        rows.sort { times[Int($0)] != times[Int($1)] ? times[Int($0)] < times[Int($1)] : $0 < $1 }
    }
}

/// Rows in the order of a table: `starts[i]..<starts[i + 1]` are places in `rows` of the `i`-th series.
struct SampleOrder {
    var rows: [UInt32]
    var starts: [Int]

    var seriesCount: Int { max(0, starts.count - 1) }
}

/// A batch's columns by name, checked.
struct SampleBatchColumns {
    let series: [SeriesID]
    let times: [Int64]
    let values: [Double]
    /// Nil: every row is a plain value.
    let sets: (counts: [Double], minima: [Double], maxima: [Double])?
    /// Nil: no row has any.
    let details: BytesVector?

    /// - Throws: `.corrupt` when the columns are not those of the metric table. Batches before there were details have one column less.
    init(_ batch: TableBatch) throws(StorageError) {
        let columns = batch.columns
        func doubles(_ column: MetricColumn) -> [Double]? { columns[column.rawValue].doubles }
        guard columns.count == MetricColumn.allCases.count || columns.count == MetricColumn.detail.rawValue,
            let series = columns[MetricColumn.series.rawValue].uint32s, let times = columns[MetricColumn.time.rawValue].int64s,
            let values = doubles(.value)
        else { throw StorageError(code: .corrupt, message: "cannot read samples: columns are of the wrong type") }
        self.series = series
        self.times = times
        self.values = values
        if let counts = doubles(.count), let minima = doubles(.minimum), let maxima = doubles(.maximum) {
            sets = (counts, minima, maxima)
        } else {
            sets = nil
        }
        details = columns.count > MetricColumn.detail.rawValue ? columns[MetricColumn.detail.rawValue].strings : nil
    }
}
