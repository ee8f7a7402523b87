import AWSProtocol
import MetricStreams
import SignalModel
import WireFormats

/// Stops metric streams; what comes meanwhile is not sent later.
/// Source: CloudWatch API reference, StopMetricStreams.
struct StopMetricStreams: APIOperation {
    static let name = "StopMetricStreams"
    let streams: StreamBook

    func run(_ input: MetricStreamNames, in context: RequestContext) async throws -> WireValue {
        try await streams.setState(.stopped, of: input.names, tenant: context.tenant, at: context.now)
        return .structure([])     // its output is a shape without members, which is not the same as none
    }
}
