import Columns
import Platform
import SignalModel
import WireFormats

/// Reads whole traces from the store, for every operation that answers them.
struct TraceQueries: Sendable {
    let reader: any TraceReader
    let clock: any TimeSource
    /// AWS answers at most this much of one trace and says that it was cut.
    static let traceBytesMax = 500 << 10

    func budget() -> QueryBudget { QueryBudget(clock: clock, seconds: 30, bytesMax: 1 << 30) }

    /// The traces of these ids that are there, in the order asked for.
    func traces(_ ids: [TraceID], of tenant: Tenant, budget: QueryBudget) async throws -> [Trace] {
        guard !ids.isEmpty else { return [] }
        let projection: [SpanColumn] = [.traceHigh, .traceLow, .span, .parent, .start, .end, .flags, .arrival, .document]
        var cursor = try await reader.scan(SpanScan(tenant: tenant, traces: ids, projection: projection, budget: budget))
        var documents: [TraceID: [Trace.Segment]] = [:]
        var chunk = ColumnChunk()
        while try await cursor.next(into: &chunk) {
            for (trace, segment) in Self.segments(in: chunk) { documents[trace, default: []].append(segment) }
        }
        return ids.compactMap { id in
            documents[id].map { Trace(id: id, documents: $0) { $0.flags.contains(.inner) } }
        }
    }

    private static func segments(in chunk: ColumnChunk) -> [(TraceID, Trace.Segment)] {
        guard let high = chunk.columns[0].vector.uint64s, let low = chunk.columns[1].vector.uint64s, let spans = chunk.columns[2].vector.uint64s,
            let parents = chunk.columns[3].vector.uint64s, let starts = chunk.columns[4].vector.int64s,
            let ends = chunk.columns[5].vector.int64s, let flags = chunk.columns[6].vector.uint8s,
            let arrivals = chunk.columns[7].vector.uint64s, let documents = chunk.columns[8].vector.strings
        else { return [] }
        return (0..<chunk.rowCount).compactMap { row in
            let flag = SpanFlags(rawValue: flags[row])
            // Documents are checked before they are stored, so one that does not parse is not ours to show.
            guard flag.contains(.document), let document = try? WireDocument(json: Array(documents[row])) else { return nil }
            let segment = Trace.Segment(
                id: spans[row], parent: parents[row], start: Timestamp(nanoseconds: starts[row]), end: Timestamp(nanoseconds: ends[row]),
                flags: flag, arrival: arrivals[row], text: Array(documents[row]), root: document.root)
            return (TraceID(high: high[row], low: low[row]), segment)
        }
    }

    /// The traces that have a span starting in the range, newest first by their earliest such span.
    func ids(startingIn range: TimeRange, of tenant: Tenant, budget: QueryBudget) async throws -> [(id: TraceID, start: Int64)] {
        var cursor = try await reader.scan(SpanScan(tenant: tenant, range: range, projection: [.traceHigh, .traceLow, .start], budget: budget))
        var starts: [TraceID: Int64] = [:]
        var chunk = ColumnChunk()
        while try await cursor.next(into: &chunk) {
            guard let high = chunk.columns[0].vector.uint64s, let low = chunk.columns[1].vector.uint64s,
                let times = chunk.columns[2].vector.int64s
            else { continue }
            for row in 0..<chunk.rowCount {
                let id = TraceID(high: high[row], low: low[row])
                starts[id] = min(starts[id] ?? .max, times[row])
            }
        }
        return starts.map { (id: $0.key, start: $0.value) }.sorted { a, b in
            a.start != b.start ? a.start > b.start : (a.id.high, a.id.low) > (b.id.high, b.id.low)
        }
    }
}
