import Columns
import SignalModel

/// One batch's columns, unwrapped once.
struct SpanSource {
    let count: Int
    let traceHigh, traceLow, spans, parents: [UInt64]
    let starts, ends: [Int64]
    let names: BytesVector
    let flags: [UInt8]
    let documents: BytesVector
    let arrivals: [UInt64]
    let services: BytesVector
    let kinds, statuses: [UInt8]
    let attributes, contexts: BytesVector
    /// Of each row, where in `contexts` its own stands.
    let contextRows: [UInt32]

    /// - Throws: `.corrupt` when the columns are not those of the span table.
    init(_ batch: TableBatch) throws(StorageError) {
        let columns = Self.completed(batch.columns)
        func numbers(_ column: SpanColumn) throws(StorageError) -> [UInt64] {
            guard columns.indices.contains(column.rawValue), let values = columns[column.rawValue].uint64s else { throw Self.wrongType(column) }
            return values
        }
        func times(_ column: SpanColumn) throws(StorageError) -> [Int64] {
            guard let values = columns[column.rawValue].int64s else { throw Self.wrongType(column) }
            return values
        }
        func bytes(_ column: SpanColumn) throws(StorageError) -> [UInt8] {
            guard columns.indices.contains(column.rawValue), let values = columns[column.rawValue].uint8s else { throw Self.wrongType(column) }
            return values
        }
        func texts(_ column: SpanColumn) throws(StorageError) -> BytesVector {
            guard columns.indices.contains(column.rawValue), let values = columns[column.rawValue].strings else { throw Self.wrongType(column) }
            return values
        }
        guard columns.count == SpanColumn.allCases.count else { throw Self.wrongType(.context) }
        count = batch.rowCount
        traceHigh = try numbers(.traceHigh)
        traceLow = try numbers(.traceLow)
        spans = try numbers(.span)
        parents = try numbers(.parent)
        starts = try times(.start)
        ends = try times(.end)
        names = try texts(.name)
        flags = try bytes(.flags)
        documents = try texts(.document)
        arrivals = try numbers(.arrival)
        services = try texts(.service)
        kinds = try bytes(.kind)
        statuses = try bytes(.status)
        attributes = try texts(.attributes)
        contexts = try texts(.context)
        contextRows = Self.rows(of: contexts)
    }

    init(_ rows: SpanRows) {
        count = rows.count
        (traceHigh, traceLow, spans, parents) = (rows.traceHigh, rows.traceLow, rows.spans, rows.parents)
        (starts, ends, flags, arrivals, kinds, statuses) = (rows.starts, rows.ends, rows.flags, rows.arrivals, rows.kinds, rows.statuses)
        (names, documents, services, attributes) = (rows.names, rows.documents, rows.services, rows.attributes)
        contexts = rows.contexts
        contextRows = rows.contextCodes.map { UInt32($0) }
    }

    private static func wrongType(_ column: SpanColumn) -> StorageError {
        StorageError(code: .corrupt, message: "cannot read spans: column \(column.name) is of the wrong type")
    }

    private static func rows(of contexts: BytesVector) -> [UInt32] {
        var last: UInt32 = 0
        return (0..<contexts.count).map { row in
            if !contexts.range(at: row).isEmpty { last = UInt32(row) }
            return last
        }
    }

    /// With the columns that the first version of the table did not have.
    static func completed(_ columns: [Vector]) -> [Vector] {
        let first = SpanColumn.service.rawValue
        guard columns.count == first, let flags = columns[SpanColumn.flags.rawValue].uint8s,
            let names = columns[SpanColumn.name.rawValue].strings
        else { return columns }
        var services = BytesVector(), nothing = BytesVector(), contexts = BytesVector()
        for (row, flag) in flags.enumerated() {
            services.append(SpanFlags(rawValue: flag).contains(.inner) ? [] : names[row])
            nothing.append([])
            contexts.append(SpanField.noContext)
        }
        let kinds = flags.map { (SpanFlags(rawValue: $0).contains(.inner) ? SpanKind.inner : .server).rawValue }
        return columns + [.bytes(services), .uint8(kinds), .uint8(flags.map { _ in 0 }), .bytes(nothing), .bytes(contexts)]
    }

    func context(at row: Int) -> ArraySlice<UInt8> { contexts[Int(contextRows[row])] }

    /// Bytes that a row takes beside its numbers, about.
    func textBytes(at row: Int) -> Int {
        attributes.range(at: row).count + documents.range(at: row).count + names.range(at: row).count
    }
}

/// A row of one of several sources.
struct SpanPlace {
    let source: UInt32
    let row: UInt32
}

/// Rows of several sources in the order of blocks: by the first start of their trace among them, then by trace, start and arrival. So a
/// trace stands together, blocks lie one after the other in time, and a search for the newest spans opens the last of them only.
struct SpanOrder {
    let places: [SpanPlace]
    /// Of each row in `places`: when its trace begins.
    let traceStarts: [Int64]

    private struct Key {
        let traceStart: Int64
        let high, low: UInt64
        let start: Int64
        let arrival: UInt64
        let place: SpanPlace
    }

    init(_ sources: [SpanSource]) {
        var first: [TraceID: Int64] = [:]
        first.reserveCapacity(sources.reduce(0) { $0 + $1.count } / 4)
        for source in sources {
            for row in 0..<source.count {
                let trace = TraceID(high: source.traceHigh[row], low: source.traceLow[row])
                let start = source.starts[row]
                if let known = first[trace], known <= start { continue }
                first[trace] = start
            }
        }
        var keys: [Key] = []
        keys.reserveCapacity(sources.reduce(0) { $0 + $1.count })
        for (number, source) in sources.enumerated() {
            for row in 0..<source.count {
                let (high, low) = (source.traceHigh[row], source.traceLow[row])
                keys.append(
                    Key(
                        traceStart: first[TraceID(high: high, low: low)] ?? source.starts[row], high: high, low: low,
                        start: source.starts[row], arrival: source.arrivals[row], place: SpanPlace(source: UInt32(number), row: UInt32(row))))
            }
        }
        keys.sort { a, b in
            if a.traceStart != b.traceStart { return a.traceStart < b.traceStart }
            if a.high != b.high { return a.high < b.high }
            if a.low != b.low { return a.low < b.low }
            if a.start != b.start { return a.start < b.start }
            return a.arrival < b.arrival
        }
        places = keys.map(\.place)
        traceStarts = keys.map(\.traceStart)
    }
}
