import Columns
package import MetricMath
package import SignalModel

/// Samples in arrays, for drills over data that is in a file instead of the store.
package struct DrillSamples: MetricReader {
    private struct Row {
        let time: Int64
        let value, count: Double
    }

    private var labels: [LabelSet] = []
    private var rows: [[Row]] = []

    package init() {}

    /// - Parameter count: so many samples of this value.
    package mutating func add(_ value: Double, count: Double = 1, to metric: MetricIdentity, unit: String?, at time: Int64) {
        let set = metric.labels(unit: unit ?? MetricUnit.none)
        let place: Int
        if let known = labels.firstIndex(of: set) {
            place = known
        } else {
            place = labels.count
            labels.append(set)
            rows.append([])
        }
        rows[place].append(Row(time: time, value: value, count: count))
    }

    package func series(
        matching matchers: [LabelMatcher], of: Tenant, in range: TimeRange, limit: Int
    ) async throws(StorageError) -> [SeriesEntry] {
        labels.indices.compactMap { place in
            guard matchers.allSatisfy({ $0.holds(labels[place]) }), let last = rows[place].map(\.time).max(),
                rows[place].contains(where: { range.contains(Timestamp(nanoseconds: $0.time)) })
            else { return nil }
            return SeriesEntry(id: SeriesID(place), labels: labels[place], kind: .accumulating, lastTime: Timestamp(nanoseconds: last))
        }
    }

    package func scan(_ plan: MetricScan) async throws(StorageError) -> any ScanCursor {
        var chunks: [ColumnChunk] = []
        for (key, id) in plan.series.enumerated() {
            let found = rows[Int(id)].filter { plan.range.contains(Timestamp(nanoseconds: $0.time)) }.sorted { $0.time < $1.time }
            for start in stride(from: 0, to: found.count, by: ColumnChunk.rowsMax) {
                let part = found[start..<min(start + ColumnChunk.rowsMax, found.count)]
                let values = Column(.double(part.map(\.value)))
                chunks.append(ColumnChunk(
                    rowCount: part.count, columns: [.absent, Column(.int64(part.map(\.time))), values, Column(.double(part.map(\.count))), values, values],
                    runs: [ColumnChunk.Run(key: key, firstRow: 0)]))
            }
        }
        return Cursor(chunks: chunks[...])
    }

    private struct Cursor: ScanCursor {
        var chunks: ArraySlice<ColumnChunk>

        mutating func next(into chunk: inout ColumnChunk) async throws(StorageError) -> Bool {
            guard let first = chunks.popFirst() else {
                chunk = ColumnChunk()
                return false
            }
            chunk = first
            return true
        }
    }
}
