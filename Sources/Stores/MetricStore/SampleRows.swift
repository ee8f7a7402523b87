import Columns
import SignalModel

/// Samples gathered from batches and blocks, to be sorted.
struct SampleRows {
    private(set) var series: [UInt32] = []
    private(set) var times: [Int64] = []
    private(set) var values: [Double] = []
    /// Empty while every row is a plain value.
    private(set) var counts: [Double] = []
    private(set) var minima: [Double] = []
    private(set) var maxima: [Double] = []

    var count: Int { times.count }
    var isPlain: Bool { counts.isEmpty }

    /// Appends the rows that pass.
    /// - Throws: `.corrupt` when the columns are not those of the metric table.
    mutating func append(_ batch: TableBatch, where isWanted: (SeriesID, Int64) -> Bool = { _, _ in true }) throws(StorageError) {
        guard batch.columns.count == MetricColumn.allCases.count,
            let series = batch.columns[MetricColumn.series.rawValue].uint32s, let times = batch.columns[MetricColumn.time.rawValue].int64s,
            let values = batch.columns[MetricColumn.value.rawValue].doubles
        else { throw StorageError(code: .corrupt, message: "cannot read samples: columns are of the wrong type") }
        let counts = batch.columns[MetricColumn.count.rawValue].doubles
        let minima = batch.columns[MetricColumn.minimum.rawValue].doubles
        let maxima = batch.columns[MetricColumn.maximum.rawValue].doubles
        for row in 0..<batch.rowCount where isWanted(series[row], times[row]) {
            let value = values[row]
            append(
                series[row], times[row], value, count: counts?[row] ?? 1, minimum: minima?[row] ?? value, maximum: maxima?[row] ?? value)
        }
    }

    private mutating func append(_ number: UInt32, _ time: Int64, _ value: Double, count: Double, minimum: Double, maximum: Double) {
        // Compared as bit patterns, so that a stale marker's NaN is a plain value too.
        let isPlainRow = count == 1 && minimum.bitPattern == value.bitPattern && maximum.bitPattern == value.bitPattern
        if isPlain, !isPlainRow {
            counts = [Double](repeating: 1, count: values.count)
            minima = values
            maxima = values
        }
        series.append(number)
        times.append(time)
        values.append(value)
        guard !counts.isEmpty || !isPlainRow else { return }
        counts.append(count)
        minima.append(minimum)
        maxima.append(maximum)
    }

    /// Gives every row another series number.
    mutating func renumber(_ number: (SeriesID) -> UInt32) {
        for row in series.indices { series[row] = number(series[row]) }
    }

    /// Row numbers by series, time and order of appending.
    func sortedOrder() -> [Int] {
        (0..<count).sorted { a, b in
            series[a] != series[b] ? series[a] < series[b] : times[a] != times[b] ? times[a] < times[b] : a < b
        }
    }

    /// Columns of a chunk for `order`'s rows.
    func columns(_ order: ArraySlice<Int>) -> [Column] {
        func optional(_ values: [Double]) -> Column { isPlain ? .absent : Column(.double(order.map { values[$0] })) }
        return [
            .absent, Column(.int64(order.map { times[$0] })), Column(.double(order.map { values[$0] })), optional(counts), optional(minima),
            optional(maxima),
        ]
    }
}
