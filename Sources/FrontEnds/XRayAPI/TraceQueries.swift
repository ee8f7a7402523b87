import Columns
import Platform
import SignalModel
import WireFormats

/// Reads whole traces from the store, for every operation that answers them.
struct TraceQueries: Sendable {
    let reader: any TraceReader
    let clock: any TimeSource
    var memory: MemoryBudget?
    /// AWS answers at most this much of one trace and says that it was cut.
    static let traceBytesMax = 500 << 10

    func budget() -> QueryBudget { QueryBudget(clock: clock, seconds: 30, bytesMax: 1 << 30, memory: memory) }

    /// The traces of these ids that are there, in the order asked for.
    func traces(_ ids: [TraceID], of tenant: Tenant, budget: QueryBudget) async throws -> [Trace] {
        guard !ids.isEmpty else { return [] }
        let projection = SpanColumn.allCases
        var cursor = try await reader.scan(SpanScan(tenant: tenant, traces: ids, projection: projection, budget: budget))
        var documents: [TraceID: [Trace.Segment]] = [:]
        var chunk = ColumnChunk()
        while try await cursor.next(into: &chunk) {
            for (trace, segment) in try Self.segments(in: chunk) {
                try budget.keep(segment.heldBytes)
                documents[trace, default: []].append(segment)
            }
        }
        return ids.compactMap { id in
            documents[id].map { Trace(id: id, documents: $0) { $0.flags.contains(.inner) } }
        }
    }

    private static func segments(in chunk: ColumnChunk) throws -> [(TraceID, Trace.Segment)] {
        guard let rows = TraceRows(chunk) else { throw StorageError(code: .corrupt, message: "cannot read spans: columns are of the wrong type") }
        return try (0..<chunk.rowCount).compactMap { row in
            try rows.segment(at: row).map { (rows.trace(at: row), $0) }
        }
    }
}
