import Bytes
import Columns
import SignalModel

/// The rows of one block, in its order, each with its own context.
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
    private(set) var services = BytesVector()
    private(set) var kinds: [UInt8] = []
    private(set) var statuses: [UInt8] = []
    private(set) var attributes = BytesVector()
    /// The different contexts, and which one each row has.
    private(set) var contexts = BytesVector()
    private(set) var contextCodes: [UInt64] = []

    var count: Int { spans.count }

    init(_ sources: [SpanSource], _ places: ArraySlice<SpanPlace>) {
        reserve(places.count)
        var index = TextIndex()
        var known: [UInt64: UInt64] = [:]
        for place in places {
            let source = sources[Int(place.source)]
            let row = Int(place.row)
            traceHigh.append(source.traceHigh[row])
            traceLow.append(source.traceLow[row])
            spans.append(source.spans[row])
            parents.append(source.parents[row])
            starts.append(source.starts[row])
            ends.append(source.ends[row])
            names.append(source.names[row])
            flags.append(source.flags[row])
            documents.append(source.documents[row])
            arrivals.append(source.arrivals[row])
            services.append(source.services[row])
            kinds.append(source.kinds[row])
            statuses.append(source.statuses[row])
            attributes.append(source.attributes[row])
            let standsIn = UInt64(place.source) << 32 | UInt64(source.contextRows[row])
            let code = known[standsIn] ?? UInt64(source.context(at: row).withUnsafeBytes { index.place(of: $0) })
            known[standsIn] = code
            contextCodes.append(code)
        }
        contexts = index.texts
    }

    private mutating func reserve(_ rows: Int) {
        for column in [\SpanRows.traceHigh, \.traceLow, \.spans, \.parents, \.arrivals, \.contextCodes] { self[keyPath: column].reserveCapacity(rows) }
        starts.reserveCapacity(rows)
        ends.reserveCapacity(rows)
        for column in [\SpanRows.flags, \.kinds, \.statuses] { self[keyPath: column].reserveCapacity(rows) }
        attributes.reserve(strings: rows, bytes: rows * 160)
    }

    /// The ids of some rows.
    func ids(of rows: [Int]) -> OwnIDs {
        OwnIDs(
            traceHigh: rows.map { traceHigh[$0] }, traceLow: rows.map { traceLow[$0] }, spans: rows.map { spans[$0] },
            parents: rows.map { parents[$0] })
    }
}
