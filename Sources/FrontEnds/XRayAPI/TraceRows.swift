import Columns
import SignalModel
import WireFormats

/// Rows of the span table, as segments: X-Ray's own documents as they were sent, OpenTelemetry's spans as X-Ray would have them.
struct TraceRows {
    private let columns: [Vector]

    /// - Parameter chunk: with every column of the table, in order; nil when it has not.
    init?(_ chunk: ColumnChunk) {
        guard chunk.columns.count == SpanColumn.allCases.count else { return nil }
        columns = chunk.columns.map(\.vector)
        for column in SpanColumn.allCases {
            switch column {
            case .traceHigh, .traceLow, .span, .parent, .arrival: guard columns[column.rawValue].uint64s != nil else { return nil }
            case .start, .end: guard columns[column.rawValue].int64s != nil else { return nil }
            case .flags, .kind, .status: guard columns[column.rawValue].uint8s != nil else { return nil }
            case .name, .document, .service, .attributes, .context: guard columns[column.rawValue].strings != nil else { return nil }
            }
        }
    }

    func trace(at row: Int) -> TraceID { TraceID(high: number(.traceHigh, row), low: number(.traceLow, row)) }

    /// Nil for a row that has no document of its own: a subsegment that stands in its segment's.
    func segment(at row: Int) throws -> Trace.Segment? {
        var flags = SpanFlags(rawValue: byte(.flags, row))
        let text: [UInt8]
        if flags.contains(.document) {
            text = Array(bytes(.document, row))
        } else if flags.contains(.otlp) {
            var document = SpanDocument(try span(at: row))
            if !document.isSegment { flags.insert(.inner) }
            text = document.text()
        } else {
            return nil
        }
        return Trace.Segment(
            id: number(.span, row), parent: number(.parent, row), start: Timestamp(nanoseconds: time(.start, row)),
            end: Timestamp(nanoseconds: time(.end, row)), flags: flags, arrival: number(.arrival, row), text: text,
            root: try WireDocument(json: text).root)
    }

    private func span(at row: Int) throws -> StoredSpan {
        var values = SpanRow()
        values.trace = trace(at: row)
        values.span = number(.span, row)
        values.parent = number(.parent, row)
        values.start = time(.start, row)
        values.end = time(.end, row)
        values.flags = SpanFlags(rawValue: byte(.flags, row))
        values.kind = SpanKind(rawValue: byte(.kind, row)) ?? .unspecified
        values.status = SpanStatus(rawValue: byte(.status, row)) ?? .unset
        return try StoredSpan(
            row: values, service: String(decoding: bytes(.service, row), as: UTF8.self), name: String(decoding: bytes(.name, row), as: UTF8.self),
            attributes: bytes(.attributes, row), details: bytes(.document, row), context: bytes(.context, row))
    }

    private func number(_ column: SpanColumn, _ row: Int) -> UInt64 {
        if case .uint64(let values) = columns[column.rawValue] { values[row] } else { 0 }
    }

    private func time(_ column: SpanColumn, _ row: Int) -> Int64 {
        if case .int64(let values) = columns[column.rawValue] { values[row] } else { 0 }
    }

    private func byte(_ column: SpanColumn, _ row: Int) -> UInt8 {
        if case .uint8(let values) = columns[column.rawValue] { values[row] } else { 0 }
    }

    private func bytes(_ column: SpanColumn, _ row: Int) -> ArraySlice<UInt8> {
        if case .bytes(let values) = columns[column.rawValue] { values[row] } else { [] }
    }
}
