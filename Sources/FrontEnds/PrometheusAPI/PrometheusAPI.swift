package import Platform
package import SignalModel
import Synchronization
package import WireFormats

/// The HTTP API that Prometheus and its clients speak; remote write for now.
///
///     let prometheus = PrometheusAPI(writer: store, committer: engine, memory: ingest, random: random, region: "us-east-1", log: log)
///     if let answer = await prometheus.answer(head, body: bytes) { return answer }
package struct PrometheusAPI: Sendable {
    /// Of a body as it comes, compressed.
    package static let bodyBytesMax = Limits.messageBytesMax

    private let write: RemoteWrite

    /// - Parameter memory: what requests unpack to is reserved here.
    package init(
        writer: any MetricWriter, committer: any BatchCommitter, memory: MemoryBudget, random: RandomSource, region: String, log: Log
    ) {
        write = RemoteWrite(writer: writer, committer: committer, memory: memory, random: random, region: region, log: log)
    }

    /// - Returns: nil when the path is not one of Prometheus'.
    package func answer(_ head: HTTPRequestHead, body: [UInt8]) async -> HTTPResponse? {
        switch head.path {
        // Cortex and its descendants take the same at the second.
        case "/api/v1/write", "/api/v1/push": await write.answer(head, body: body)
        default: nil
        }
    }

    /// Name, help, value; for the server's own figures.
    package var figures: [(name: String, help: String, value: Int)] {
        let counters = write.counters
        return [
            ("groundwatch_remote_write_samples_total", "Samples stored.", counters.samples.load(ordering: .relaxed)),
            ("groundwatch_remote_write_refused_requests_total", "Requests refused.", counters.refusedRequests.load(ordering: .relaxed)),
            ("groundwatch_remote_write_skipped_exemplars_total", "Exemplars not kept.", counters.skippedExemplars.load(ordering: .relaxed)),
            ("groundwatch_remote_write_skipped_metadata_total", "Metadata not kept.", counters.skippedMetadata.load(ordering: .relaxed)),
        ]
    }
}
