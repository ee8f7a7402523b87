import WireFormats

/// Reads of a trace load, with what they must answer.
extension TraceLoad {
    static func batchRequest(_ ids: [String]) -> Request { .xray("/Traces", ["TraceIds": .texts(ids)]) }

    /// Every trace that is asked for, with the documents that were sent at least; more are inferred from their calls.
    static func check(_ response: Response, holds count: Int) throws {
        let traces = try response.json.root["Traces"]?.children ?? .none
        guard traces.count == count, traces.allSatisfy({ ($0["Segments"]?.childCount ?? 0) >= documentsPerTrace }) else {
            throw BenchmarkError(.answer, "cannot accept an answer about traces: there should be \(count) in it, whole: \(response.text)")
        }
    }
}
