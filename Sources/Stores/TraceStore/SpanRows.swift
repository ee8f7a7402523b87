import Columns
import SignalModel

/// The columns of span batches, put end to end.
struct SpanRows {
    private(set) var traceHigh: [UInt64] = []
    private(set) var traceLow: [UInt64] = []
    private(set) var spans: [UInt64] = []
    private(set) var parents: [UInt64] = []
    private(set) var starts: [Int64] = []
    private(set) var ends: [Int64] = []
    private(set) var names = BytesVector()
    private(set) var flags: [UInt8] = []
    private(set) var documents = BytesVector()
    private(set) var arrivals: [UInt64] = []

    var count: Int { spans.count }

    /// - Throws: `.corrupt` when the columns are not those of the span table.
    init(_ batches: [TableBatch]) throws(StorageError) {
        for batch in batches {
            let columns = batch.columns
            guard columns.count == SpanColumn.allCases.count,
                let traceHigh = columns[SpanColumn.traceHigh.rawValue].uint64s, let traceLow = columns[SpanColumn.traceLow.rawValue].uint64s,
                let spans = columns[SpanColumn.span.rawValue].uint64s, let parents = columns[SpanColumn.parent.rawValue].uint64s,
                let starts = columns[SpanColumn.start.rawValue].int64s, let ends = columns[SpanColumn.end.rawValue].int64s,
                let names = columns[SpanColumn.name.rawValue].strings, let flags = columns[SpanColumn.flags.rawValue].uint8s,
                let documents = columns[SpanColumn.document.rawValue].strings, let arrivals = columns[SpanColumn.arrival.rawValue].uint64s
            else { throw StorageError(code: .corrupt, message: "cannot read spans: columns are of the wrong type") }
            self.traceHigh += traceHigh
            self.traceLow += traceLow
            self.spans += spans
            self.parents += parents
            self.starts += starts
            self.ends += ends
            self.names.append(contentsOf: names)
            self.flags += flags
            self.documents.append(contentsOf: documents)
            self.arrivals += arrivals
        }
    }
}
