import AWSProtocol
import SignalModel
import WireFormats

/// Whole traces by id: the segments that were sent, by start time, then those inferred from their calls.
/// Source: X-Ray API reference, BatchGetTraces.
struct BatchGetTraces: APIOperation {
    static let name = "BatchGetTraces"
    static let readsMuch = true
    let queries: TraceQueries

    struct Input: APIInput {
        let ids: [String]
        init(from reader: inout InputReader) throws {
            ids = reader.requiredTexts("TraceIds", count: 1...5)
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        var ids: [TraceID] = []
        var notations: [TraceID: String] = [:]
        for text in input.ids {
            guard let id = TraceID(text) else { throw AWSError.invalidRequest("Invalid trace id: \(text.prefix(64))") }
            if notations[id] == nil { ids.append(id) }
            notations[id] = text
        }
        let traces = try await queries.traces(ids, of: context.tenant, budget: queries.budget())
        let found = Set(traces.map(\.id))
        return [
            "Traces": .list(traces.map { wire($0, as: notations[$0.id] ?? $0.id.xrayText) }),
            "UnprocessedTraceIds": .texts(ids.filter { !found.contains($0) }.map { notations[$0] ?? $0.xrayText }),
        ]
    }

    private func wire(_ trace: Trace, as id: String) -> WireValue {
        var documents = (trace.segments + trace.orphans).map { (id: spanHexText($0.id), document: $0.text) }
        documents += InferredSegments.of(trace)
        var bytes = 0
        let kept = documents.prefix { document in
            bytes += document.document.count
            return bytes <= TraceQueries.traceBytesMax
        }
        return [
            "Id": .text(id), "Duration": .double(trace.duration), "LimitExceeded": .bool(kept.count < documents.count),
            "Segments": .list(kept.map { document in
                ["Id": .text(document.id), "Document": .text(String(decoding: document.document, as: UTF8.self))]
            }),
        ]
    }
}
