import AWSProtocol
import Catalog
import MetricMath
import MetricStreams
import SignalModel
import WireFormats

/// Creates a metric stream, which runs at once, or replaces all of one but its state.
/// Source: CloudWatch API reference, PutMetricStream.
struct PutMetricStream: APIOperation {
    static let name = "PutMetricStream"
    let streams: StreamBook
    let endpoint: StreamEndpoint

    struct Input: APIInput {
        let stream: MetricStream
        let tags: [Tag]

        init(from reader: inout InputReader) throws {
            let name = reader.requiredText("Name", length: 1...255)
            let firehose = reader.requiredText("FirehoseArn", length: 1...1024)
            let role = reader.requiredText("RoleArn", length: 1...1024)
            let format: MetricStream.OutputFormat = reader.requiredEnumeration("OutputFormat")
            let include = try reader.structures("IncludeFilters", FilterInput.self, count: 0...1000).map(\.filter)
            let exclude = try reader.structures("ExcludeFilters", FilterInput.self, count: 0...1000).map(\.filter)
            let statistics = try reader.structures("StatisticsConfigurations", StatisticsInput.self, count: 0...100).map(\.configuration)
            let linked = reader.bool("IncludeLinkedAccountsMetrics") ?? false
            tags = try reader.tags().map { Tag(key: $0.key, value: $0.value) }
            try reader.check()
            guard name.utf8.allSatisfy({ ($0 | 0x20) &- 97 < 26 || $0 &- 48 < 10 || $0 == 45 || $0 == 46 || $0 == 95 }) else {
                throw AWSError.invalidParameterValue("The value \(name) for parameter Name is invalid.")
            }
            guard include.isEmpty || exclude.isEmpty else { throw AWSError.exclusive("IncludeFilters", "ExcludeFilters") }
            for statistic in statistics.flatMap(\.statistics) where format != .json && OpenTelemetryOutput.quantile(of: statistic) == nil {
                throw AWSError.invalidParameterValue(
                    "The value \(statistic) for parameter AdditionalStatistics is invalid: with OutputFormat \(format.rawValue) only percentiles can be streamed.")
            }
            guard role.hasPrefix("arn:") else { throw AWSError.invalidParameterValue("The value \(role) for parameter RoleArn is invalid.") }
            var stream = MetricStream(name: name, firehoseARN: firehose, roleARN: role, at: reader.context.now)
            (stream.include, stream.exclude, stream.statistics, stream.includesLinkedAccounts) = (include, exclude, statistics, linked)
            stream.format = format
            self.stream = stream
        }
    }

    private struct FilterInput: APIInput {
        let filter: MetricStream.Filter

        init(from reader: inout InputReader) throws {
            let namespace = reader.text("Namespace", length: 1...Limits.nameLengthMax, pattern: NamespacePattern.pattern)
            let names = reader.texts("MetricNames", count: 0...999, length: 1...Limits.nameLengthMax)
            try reader.check()
            guard let namespace else { throw AWSError.missingParameter(reader.parameter("Namespace")) }
            filter = MetricStream.Filter(namespace: namespace, metricNames: names)
        }
    }

    private struct StatisticsInput: APIInput {
        let configuration: MetricStream.StatisticsConfiguration

        init(from reader: inout InputReader) throws {
            let metrics = try reader.requiredStructures("IncludeMetrics", MetricName.self, count: 1...100).map(\.metric)
            let statistics = reader.requiredTexts("AdditionalStatistics", count: 1...20)
            try reader.check()
            for (index, text) in statistics.enumerated() where (try? Statistic(text))?.needsSamples != true {
                throw AWSError.invalidValue(text, "\(reader.parameter("AdditionalStatistics")).member.\(index + 1)")
            }
            configuration = MetricStream.StatisticsConfiguration(metrics: metrics, statistics: statistics)
        }
    }

    private struct MetricName: APIInput {
        let metric: MetricStream.StatisticsConfiguration.Metric

        init(from reader: inout InputReader) {
            let namespace = reader.requiredText("Namespace", length: 1...Limits.nameLengthMax, pattern: NamespacePattern.pattern)
            metric = .init(namespace: namespace, name: reader.requiredText("MetricName", length: 1...Limits.nameLengthMax))
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        guard endpoint.url(of: input.stream.firehoseARN) != nil else {
            throw AWSError.invalidParameterValue(
                "The value \(input.stream.firehoseARN) for parameter FirehoseArn is invalid: it must be an http or https address, "
                    + "or the ARN of a delivery stream where the server is told an address for these.")
        }
        guard try await streams.put(input.stream, tags: input.tags, of: context.tenant) else {
            throw AWSError.limitExceeded("The maximum of metric streams has been reached.")
        }
        return .members(("Arn", .text(MetricStream.arn(of: input.stream.name, context.tenant))))
    }
}
