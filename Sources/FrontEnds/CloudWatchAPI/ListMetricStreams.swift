import AWSProtocol
import MetricStreams
import SignalModel
import WireFormats

/// Metric streams by name, page by page.
/// Source: CloudWatch API reference, ListMetricStreams.
struct ListMetricStreams: APIOperation {
    static let name = "ListMetricStreams"
    let streams: StreamBook

    struct Input: APIInput {
        let resultsMax: Int
        let nextToken: String?

        init(from reader: inout InputReader) {
            resultsMax = Int(reader.integer("MaxResults", in: 1...500) ?? 500)
            nextToken = reader.text("NextToken")
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let request = [context.tenant.account, context.tenant.region, "metric-streams"]
        let last = try input.nextToken.map { try PageToken.lastName($0, for: request) }
        let found = try await streams.streams(of: context.tenant, after: last, limit: input.resultsMax + 1)
        let shown = found.prefix(input.resultsMax)
        let token = found.count > shown.count ? shown.last.map { WireValue.text(PageToken(fields: [$0.name]).text(for: request)) } : nil
        return .members(("NextToken", token), ("Entries", .list(shown.map { $0.entry(of: context.tenant) })))
    }
}

extension MetricStream {
    fileprivate func entry(of tenant: Tenant) -> WireValue {
        .members(
            ("Arn", .text(Self.arn(of: name, tenant))), ("CreationDate", .timestamp(created.nanoseconds)),
            ("LastUpdateDate", .timestamp(updated.nanoseconds)), ("Name", .text(name)), ("FirehoseArn", .text(firehoseARN)),
            ("State", .text(state.rawValue)), ("OutputFormat", .text(format.rawValue)))
    }
}
