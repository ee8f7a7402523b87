import AWSProtocol
import MetricStreams
import SignalModel
import WireFormats

/// Removes a metric stream; one that is not there is no mistake.
/// Source: CloudWatch API reference, DeleteMetricStream.
struct DeleteMetricStream: APIOperation {
    static let name = "DeleteMetricStream"
    let streams: StreamBook

    func run(_ input: MetricStreamName, in context: RequestContext) async throws -> WireValue {
        try await streams.delete(input.name, of: context.tenant)
        return .structure([])     // its output is a shape without members, which is not the same as none
    }
}
