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
            let isStrict = reader.bool("StrictEntityValidation") ?? false
            for (index, entity) in (reader.elements("EntityMetricData") ?? .none).enumerated() {
                if isStrict { try EntityCheck.check(entity, at: "EntityMetricData.member.\(index + 1).Entity") }
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

/// What CloudWatch demands of the entity that metrics belong to, when the request asks for it to be held against that.
/// Source: CloudWatch API reference, Entity.
private enum EntityCheck {
    private static let keys: Set<String> = ["Type", "ResourceType", "Identifier", "Name", "Environment"]

    static func check(_ element: WireNode, at path: String) throws(AWSError) {
        guard let entity = element["Entity"], !entity.isNull else { throw .missingParameter(path) }
        let attributes = entity["KeyAttributes"]
        guard let count = attributes?.childCount, (2...4).contains(count) else {
            throw .invalidParameterValue("The parameter \(path).KeyAttributes must have 2 to 4 entries.")
        }
        for attribute in attributes?.children ?? .none {
            guard keys.contains(attribute.key) else { throw .invalidValue(attribute.key, "\(path).KeyAttributes") }
            guard let text = attribute.text, (1...2048).contains(text.utf16.count) else {
                throw .invalidParameterValue("The parameter \(path).KeyAttributes.\(attribute.key) must be 1 to 2048 characters long.")
            }
        }
        guard attributes?["Type"] != nil else { throw .missingParameter("\(path).KeyAttributes.Type") }
        guard (entity["Attributes"]?.childCount ?? 0) <= 10 else { throw .tooMany("\(path).Attributes", 10) }
    }
}

enum NamespacePattern {
    static let pattern = TextPattern("[^:].*") { !$0.hasPrefix(":") }
}
