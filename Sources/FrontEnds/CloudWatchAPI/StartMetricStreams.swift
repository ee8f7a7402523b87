import AWSProtocol
import MetricStreams
import SignalModel
import WireFormats

/// Lets metric streams run again, from the present on.
/// Source: CloudWatch API reference, StartMetricStreams.
struct StartMetricStreams: APIOperation {
    static let name = "StartMetricStreams"
    let streams: StreamBook

    func run(_ input: MetricStreamNames, in context: RequestContext) async throws -> WireValue {
        try await streams.setState(.running, of: input.names, tenant: context.tenant, at: context.now)
        return .structure([])     // its output is a shape without members, which is not the same as none
    }
}

/// The streams that an operation is about. Names that are not there are no mistake.
struct MetricStreamNames: APIInput {
    let names: [String]

    init(from reader: inout InputReader) { names = reader.requiredTexts("Names", count: 0...500, length: 1...255) }
}
