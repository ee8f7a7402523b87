import AWSProtocol
import Platform
import SignalModel
import WireFormats

/// Stores samples: all of the request's, or none.
/// Source: CloudWatch API reference, PutMetricData.
struct PutMetricData: APIOperation {
    static let name = "PutMetricData"
    let metrics: MetricAccess

    struct Input: APIInput {
        let namespace: String
        let batch: MetricBatch

        init(from reader: inout InputReader) throws {
            let namespace = reader.text("Namespace", length: 1...Limits.nameLengthMax, pattern: NamespacePattern.pattern)
            try reader.check()
            guard let namespace else { throw AWSError.missingParameter("Namespace") }
            self.namespace = namespace
            guard reader.has("MetricData") || reader.has("EntityMetricData") else { throw AWSError.missingParameter("MetricData") }
            var datums = DatumDecoder(namespace: namespace, context: reader.context)
            try datums.decode(list: reader.elements("MetricData"), at: "MetricData")
            for (index, entity) in (reader.elements("EntityMetricData") ?? .none).enumerated() {
                // What the entity is, is not kept; its samples are samples like all others.
                let path = "EntityMetricData.member.\(index + 1).MetricData"
                guard let list = entity["MetricData"], !list.isNull else { continue }
                guard list.kind == .list else { throw AWSError.serialization("cannot read '\(path)': expected a list") }
                try datums.decode(list: list.children, at: path)
            }
            try reader.check()
            batch = datums.batch
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> Empty {
        if input.namespace.hasPrefix("AWS/"), !metrics.configuration.acceptsServiceNamespaces {
            throw AWSError.invalidParameterValue("The value AWS/ for parameter Namespace is invalid.")
        }
        guard input.batch.rowCount > 0 else { return Empty() }
        let batches = try metrics.writer.prepare(input.batch)
        _ = try await metrics.committer.commit(batches, id: BatchID(high: metrics.random.next(), low: metrics.random.next()))
        return Empty()
    }
}

enum NamespacePattern {
    static let pattern = TextPattern("[^:].*") { !$0.hasPrefix(":") }
}
