package import Platform
package import SignalModel
import Synchronization
package import WireFormats

/// OpenTelemetry's OTLP over HTTP: traces for now; metrics and logs are refused in its own words.
///
///     let otlp = OTLPAPI(writer: store, committer: engine, memory: ingest, clock: time, random: random, region: "us-east-1")
///     if let answer = await otlp.answer(head, body: bytes) { return answer }
package struct OTLPAPI: Sendable {
    private let traces: TraceExport

    /// - Parameter memory: what requests unpack to is reserved here.
    package init(
        writer: any TraceWriter, committer: any BatchCommitter, memory: MemoryBudget, clock: any TimeSource, random: RandomSource,
        region: String
    ) {
        traces = TraceExport(
            writer: writer, committer: committer, memory: memory, clock: clock, random: random, region: region)
    }

    /// - Returns: nil when the path is not one of OTLP's.
    package func answer(_ head: HTTPRequestHead, body: [UInt8]) async -> HTTPResponse? {
        switch head.path {
        case "/v1/traces": return await traces.answer(head, body: body)
        case "/v1/metrics", "/v1/logs":
            let encoding = OTLPEncoding(contentType: head.headers["Content-Type"]) ?? .json
            return OTLPError(404, .unimplemented, "cannot take \(head.path.dropFirst(4)): this server takes traces only").response(in: encoding)
        default: return nil
        }
    }

    /// Name, help, value; for the server's own figures.
    package var figures: [(name: String, help: String, value: Int)] {
        let counters = traces.counters
        return [
            ("groundwatch_otlp_spans_total", "Spans stored.", counters.spans.load(ordering: .relaxed)),
            ("groundwatch_otlp_rejected_spans_total", "Spans refused in requests of which others were stored.", counters.rejectedSpans.load(ordering: .relaxed)),
            ("groundwatch_otlp_refused_requests_total", "Requests refused.", counters.refusedRequests.load(ordering: .relaxed)),
        ]
    }
}
