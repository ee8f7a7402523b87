import Bytes
import ColumnStore
import Columns
import SignalModel

/// Reads a block that `SpanBlockWriter` wrote: first what rows are told apart by, the rest only for rows that are wanted.
struct SpanBlockReader {
    private let load: ([Int]) throws(StorageError) -> [[UInt8]]
    let rowCount: Int
    private var search: Search
    private var attributes: AttributeReader?
    /// Unpacked bytes so far, for the query's budget.
    private(set) var bytesRead = 0

    /// Section 0, unpacked.
    private struct Search {
        let services, names, contexts: BytesVector
        // Of each signature:
        let service, name, context: [Int]
        let shape: [UInt64]
        let kind, flags, status: [UInt8]
        // Of each row:
        let signatures: [Int]
        let starts, durations: [Int64]
    }

    /// - Parameter load: sections by number.
    init(rowCount: Int, load: @escaping ([Int]) throws(StorageError) -> [[UInt8]]) throws(StorageError) {
        self.load = load
        self.rowCount = rowCount
        let bytes = try load([SpanBlockWriter.Section.search.rawValue])[0]
        (search, bytesRead) = try Self.reading { () throws(BytesError) in try Self.search(bytes, rowCount) }
    }

    static func reading<Result>(_ body: () throws(BytesError) -> Result) throws(StorageError) -> Result {
        do throws(BytesError) { return try body() } catch { throw StorageError(code: .corrupt, message: error.message) }
    }

    private static func search(_ bytes: [UInt8], _ rows: Int) throws(BytesError) -> (Search, Int) {
        var section = try StreamReader(bytes)
        let head = try section.head()
        let places = try ByteReader.reading(head) { reader throws(BytesError) in try SearchPlaces(&reader, rows: rows) }
        let services = try section.texts(places.texts[0].place, count: places.texts[0].count)
        let names = try section.texts(places.texts[1].place, count: places.texts[1].count)
        let contexts = try section.texts(places.texts[2].place, count: places.texts[2].count)
        func members(_ place: Int, below limit: Int) throws(BytesError) -> [UInt64] {
            let values = try section.integers(places.members[place], count: places.signatures)
            guard values.allSatisfy({ $0 < UInt64(limit) }) else { throw StreamReader.malformed("a signature of what is not there") }
            return values
        }
        let service = try members(0, below: services.count).map { Int($0) }
        let name = try members(1, below: names.count).map { Int($0) }
        let context = try members(2, below: contexts.count).map { Int($0) }
        let shape = try members(3, below: rows + 1)
        let kind = try members(4, below: 256).map { UInt8($0) }
        let flags = try members(5, below: 256).map { UInt8($0) }
        let status = try members(6, below: 256).map { UInt8($0) }
        let signatures = try section.integers(places.signatureOfRow, count: rows)
        guard signatures.allSatisfy({ $0 < UInt64(places.signatures) }) else { throw StreamReader.malformed("a signature that is not there") }
        let starts = try section.integers(places.starts, count: rows).map { Int64(bitPattern: $0) }
        let durations = try section.signed(places.durations, count: rows)
        let search = Search(
            services: services, names: names, contexts: contexts, service: service, name: name, context: context, shape: shape, kind: kind,
            flags: flags, status: status, signatures: signatures.map { Int($0) }, starts: starts, durations: durations)
        return (search, section.bytesRead)
    }

    private struct SearchPlaces {
        let signatures: Int
        var texts: [(place: TextPlace, count: Int)] = []
        var members: [IntegerPlace] = []
        let signatureOfRow, starts, durations: IntegerPlace

        init(_ head: inout ByteReader, rows: Int) throws(BytesError) {
            let count = try head.varint()
            guard count <= UInt64(rows) else { throw StreamReader.malformed("\(count) signatures") }
            signatures = Int(count)
            var stream = 0
            for _ in 0..<3 {
                let count = try head.varint()
                guard count <= UInt64(rows) else { throw StreamReader.malformed("\(count) texts") }
                texts.append((try TextPlace(&head, stream: &stream, count: Int(count)), Int(count)))
            }
            for _ in 0..<7 { members.append(try IntegerPlace(&head, stream: &stream)) }
            signatureOfRow = try IntegerPlace(&head, stream: &stream)
            starts = try IntegerPlace(&head, stream: &stream)
            durations = try IntegerPlace(&head, stream: &stream)
            try head.expectEnd()
        }
    }

    // MARK: what predicates read

    var starts: [Int64] { search.starts }
    var durations: [Int64] { search.durations }
    var signatureCount: Int { search.service.count }
    var signatureOfRow: [Int] { search.signatures }

    /// A column of the signatures, a row each; nil for one that is not the same in all rows of a signature.
    func signatureColumn(_ column: SpanColumn) -> Vector? {
        switch column {
        case .service: .bytes(search.services.gathered(search.service))
        case .name: .bytes(search.names.gathered(search.name))
        case .kind: .uint8(search.kind)
        case .flags: .uint8(search.flags)
        case .status: .uint8(search.status)
        default: nil
        }
    }

    /// The context of each signature, for attributes of the resource.
    func context(ofSignature signature: Int) -> ArraySlice<UInt8> { search.contexts[search.context[signature]] }

    mutating func attribute(_ key: [UInt8], rows: [Int]) throws(StorageError) -> Column {
        var reader = try attributeReader()
        let before = reader.section.bytesRead
        let column = try Self.reading { () throws(BytesError) in try reader.column(key, rows: rows) }
        bytesRead += reader.section.bytesRead - before
        attributes = reader
        return column
    }

    private mutating func attributeReader() throws(StorageError) -> AttributeReader {
        if let attributes {
            self.attributes = nil       // the caller's alone, so that it is not copied when it changes
            return attributes
        }
        let bytes = try load([SpanBlockWriter.Section.attributes.rawValue])[0]
        let shapes = search.signatures.map { search.shape[$0] }
        let reader = try Self.reading { () throws(BytesError) in try AttributeReader(bytes, shapeCodes: shapes) }
        return reader
    }

    // MARK: rows

    /// Traces as they lie: of each the id and its rows.
    fileprivate struct IDs {
        var traces: [(id: TraceID, rows: Range<Int>)] = []
        var spans: [UInt64] = []
        var parents: [UInt64] = []
        var arrivals: [UInt64] = []
        var traceOfRow: [Int] = []
    }

    private var loadedIDs: IDs?

    /// The rows of these traces.
    mutating func rows(of traces: Set<TraceID>) throws(StorageError) -> [Int] {
        try ids().traces.filter { traces.contains($0.id) }.flatMap { Array($0.rows) }
    }

    /// The wanted columns of the wanted rows; others are absent.
    /// - Parameter rows: ascending.
    mutating func columns(_ wanted: Set<SpanColumn>, rows: [Int]) throws(StorageError) -> [Vector] {
        var result = [Vector](repeating: .absent, count: SpanColumn.allCases.count)
        let needsIDs = !wanted.isDisjoint(with: [.traceHigh, .traceLow, .span, .parent, .arrival, .document])
        let ids = needsIDs ? try ids() : IDs()
        for column in wanted {
            switch column {
            case .start: result[column.rawValue] = .int64(rows.map { search.starts[$0] })
            case .end: result[column.rawValue] = .int64(rows.map { search.starts[$0] &+ search.durations[$0] })
            case .traceHigh: result[column.rawValue] = .uint64(rows.map { ids.traces[ids.traceOfRow[$0]].id.high })
            case .traceLow: result[column.rawValue] = .uint64(rows.map { ids.traces[ids.traceOfRow[$0]].id.low })
            case .span: result[column.rawValue] = .uint64(rows.map { ids.spans[$0] })
            case .parent: result[column.rawValue] = .uint64(rows.map { ids.parents[$0] })
            case .arrival: result[column.rawValue] = .uint64(rows.map { ids.arrivals[$0] })
            case .service, .name, .kind, .flags, .status:
                result[column.rawValue] = signatureColumn(column)!.gathered(rows.map { search.signatures[$0] })
            case .context: result[column.rawValue] = .bytes(search.contexts.gathered(rows.map { search.context[search.signatures[$0]] }))
            case .attributes: result[column.rawValue] = .bytes(try fields(of: rows))
            case .document: result[column.rawValue] = .bytes(try documents(of: rows, ids))
            }
        }
        return result
    }

    private mutating func fields(of rows: [Int]) throws(StorageError) -> BytesVector {
        var reader = try attributeReader()
        let before = reader.section.bytesRead
        let fields = try Self.reading { () throws(BytesError) in try reader.fields(of: rows) }
        bytesRead += reader.section.bytesRead - before
        attributes = reader
        return fields
    }

    private mutating func ids() throws(StorageError) -> IDs {
        if let loadedIDs { return loadedIDs }
        let bytes = try load([SpanBlockWriter.Section.ids.rawValue])[0]
        let (ids, read) = try Self.reading { () throws(BytesError) in try Self.ids(bytes, rowCount) }
        bytesRead += read
        loadedIDs = ids
        return ids
    }

    private static func ids(_ bytes: [UInt8], _ rows: Int) throws(BytesError) -> (IDs, Int) {
        var section = try StreamReader(bytes)
        let head = try section.head()
        var stream = 0
        let places = try ByteReader.reading(head) { reader throws(BytesError) in
            let traces = try reader.varint()
            let runs = (try IntegerPlace(&reader, stream: &stream), try IntegerPlace(&reader, stream: &stream), try IntegerPlace(&reader, stream: &stream))
            let spans = stream
            stream += 1
            let parents = try IntegerPlace(&reader, stream: &stream)
            let arrivals = try IntegerPlace(&reader, stream: &stream)
            let foreign = try reader.varint()
            let foreignParents = try IntegerPlace(&reader, stream: &stream)
            try reader.expectEnd()
            return (traces, runs, spans, parents, arrivals, foreign, foreignParents)
        }
        guard places.0 <= UInt64(rows), places.5 <= UInt64(rows) else { throw StreamReader.malformed("more traces than rows") }
        let traces = Int(places.0)
        var ids = IDs()
        try ids.takeRuns(
            lengths: try section.integers(places.1.0, count: traces), high: try section.integers(places.1.1, count: traces),
            low: try section.integers(places.1.2, count: traces), rows: rows)
        let spans = try section.stream(places.2)
        guard spans.count == rows * 8 else { throw StreamReader.malformed("\(spans.count) bytes of span ids") }
        ids.spans = spans.withUnsafeBytes { raw in (0..<rows).map { UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)) } }
        ids.arrivals = try section.integers(places.4, count: rows)
        try ids.takeParents(
            codes: try section.integers(places.3, count: rows), foreign: try section.integers(places.6, count: Int(places.5)))
        return (ids, section.bytesRead)
    }

    private mutating func documents(of rows: [Int], _ ids: IDs) throws(StorageError) -> BytesVector {
        let bytes = try load([SpanBlockWriter.Section.documents.rawValue])[0]
        let (documents, read) = try Self.reading { () throws(BytesError) in try Self.documents(bytes, search, ids, rows, of: rowCount) }
        bytesRead += read
        return documents
    }

    /// Of these rows, which ascend; empty where a row has none.
    private static func documents(
        _ bytes: [UInt8], _ search: Search, _ ids: IDs, _ wanted: [Int], of rows: Int
    ) throws(BytesError) -> (BytesVector, Int) {
        var section = try StreamReader(bytes)
        let head = try section.head()
        let bits = try section.stream(0)
        guard bits.count == (rows + 7) / 8 else { throw StreamReader.malformed("\(bits.count) bytes of bits") }
        // Of each row: 0 for none, n for the n-th whole document, -n for the n-th rest of a span, both from 1.
        var places = [Int](repeating: 0, count: rows)
        var own = OwnIDs()
        var (wholeCount, restCount) = (0, 0)
        for row in 0..<rows where bits[row >> 3] & 1 << UInt8(row & 7) != 0 {
            if SpanFlags(rawValue: search.flags[search.signatures[row]]).contains(.document) {
                wholeCount += 1
                places[row] = wholeCount
                let trace = ids.traces[ids.traceOfRow[row]].id
                own.traceHigh.append(trace.high)
                own.traceLow.append(trace.low)
                own.spans.append(ids.spans[row])
                own.parents.append(ids.parents[row])
            } else {
                restCount += 1
                places[row] = -restCount
            }
        }
        let found = try ByteReader.reading(head) { reader throws(BytesError) in
            var stream = 1
            guard try reader.varint() == UInt64(wholeCount) else { throw StreamReader.malformed("documents are missing") }
            let whole = try TextPlace(&reader, stream: &stream, count: wholeCount)
            guard try reader.varint() == UInt64(restCount) else { throw StreamReader.malformed("documents are missing") }
            let rest = try TextPlace(&reader, stream: &stream, count: restCount)
            try reader.expectEnd()
            return (whole, rest)
        }
        let wholeRows = wanted.compactMap { places[$0] > 0 ? places[$0] - 1 : nil }
        let restRows = wanted.compactMap { places[$0] < 0 ? -places[$0] - 1 : nil }
        let whole = wholeRows.isEmpty ? BytesVector() : try section.texts(found.0, count: wholeCount, own: own, rows: wholeRows)
        let rest = restRows.isEmpty ? BytesVector() : try section.texts(found.1, count: restCount, rows: restRows)
        var result = BytesVector()
        var (nextWhole, nextRest) = (0, 0)
        for row in wanted {
            if places[row] > 0 {
                result.append(whole[nextWhole])
                nextWhole += 1
            } else if places[row] < 0 {
                result.append(rest[nextRest])
                nextRest += 1
            } else {
                result.append([])
            }
        }
        return (result, section.bytesRead)
    }
}

extension SpanBlockReader.IDs {
    fileprivate mutating func takeRuns(lengths: [UInt64], high: [UInt64], low: [UInt64], rows: Int) throws(BytesError) {
        traceOfRow.reserveCapacity(rows)
        var start = 0
        for trace in lengths.indices {
            guard lengths[trace] <= UInt64(rows - start) else { throw StreamReader.malformed("traces of more rows than there are") }
            let end = start + Int(lengths[trace])
            traces.append((TraceID(high: high[trace], low: low[trace]), start..<end))
            for _ in start..<end { traceOfRow.append(trace) }
            start = end
        }
        guard start == rows else { throw StreamReader.malformed("traces of fewer rows than there are") }
    }

    fileprivate mutating func takeParents(codes: [UInt64], foreign: [UInt64]) throws(BytesError) {
        var next = 0
        parents.reserveCapacity(codes.count)
        for (row, code) in codes.enumerated() {
            switch code {
            case 0: parents.append(0)
            case 1:
                guard next < foreign.count else { throw StreamReader.malformed("a parent is missing") }
                parents.append(foreign[next])
                next += 1
            default:
                let trace = traces[traceOfRow[row]].rows
                guard code - 2 < UInt64(trace.count) else { throw StreamReader.malformed("a parent outside its trace") }
                parents.append(spans[trace.lowerBound + Int(code - 2)])
            }
        }
    }
}
