import AWSProtocol
import MetricStreams
import SignalModel
import WireFormats

/// All about a metric stream.
/// Source: CloudWatch API reference, GetMetricStream.
struct GetMetricStream: APIOperation {
    static let name = "GetMetricStream"
    let streams: StreamBook

    func run(_ input: MetricStreamName, in context: RequestContext) async throws -> WireValue {
        guard let stream = try await streams.stream(input.name, of: context.tenant) else {
            throw AWSError(
                "ResourceNotFoundException", queryCode: "ResourceNotFoundException", status: 404, "The metric stream \(input.name) does not exist.")
        }
        let statistics = stream.statistics.map { configuration in
            WireValue.members(
                ("IncludeMetrics", .list(configuration.metrics.map { .members(("Namespace", .text($0.namespace)), ("MetricName", .text($0.name))) })),
                ("AdditionalStatistics", .texts(configuration.statistics)))
        }
        return .members(
            ("Arn", .text(MetricStream.arn(of: stream.name, context.tenant))), ("Name", .text(stream.name)),
            ("IncludeFilters", stream.include.isEmpty ? nil : .list(stream.include.map(\.wire))),
            ("ExcludeFilters", stream.exclude.isEmpty ? nil : .list(stream.exclude.map(\.wire))), ("FirehoseArn", .text(stream.firehoseARN)),
            ("RoleArn", .text(stream.roleARN)), ("State", .text(stream.state.rawValue)), ("CreationDate", .timestamp(stream.created.nanoseconds)),
            ("LastUpdateDate", .timestamp(stream.updated.nanoseconds)), ("OutputFormat", .text(stream.format.rawValue)),
            ("StatisticsConfigurations", statistics.isEmpty ? nil : .list(statistics)),
            ("IncludeLinkedAccountsMetrics", .bool(stream.includesLinkedAccounts)))
    }
}

/// The stream that an operation is about.
struct MetricStreamName: APIInput {
    let name: String

    init(from reader: inout InputReader) { name = reader.requiredText("Name", length: 1...255) }
}

extension MetricStream.Filter {
    fileprivate var wire: WireValue {
        .members(("Namespace", .text(namespace)), ("MetricNames", metricNames.isEmpty ? nil : .texts(metricNames)))
    }
}
