import AWSProtocol
import Bytes
import SignalModel
import WireFormats

/// Lists queries, newest first.
/// Source: CloudWatch Logs API reference, DescribeQueries. Fixtures: `aws/logs/DescribeQueries/`.
struct DescribeQueries: APIOperation {
    static let name = "DescribeQueries"
    let queries: QueryRegistry

    struct Input: APIInput {
        let group: String?
        let status: QueryRegistry.Status?
        let language: StartQuery.Language?
        let token: String?
        let limit: Int

        init(from reader: inout InputReader) {
            group = reader.text("logGroupName", length: 1...Limits.nameLengthMax, pattern: LogNames.group)
            status = reader.enumeration("status")
            language = reader.enumeration("queryLanguage")
            token = reader.text("nextToken", length: 1...8192)
            limit = Int(reader.integer("maxResults", in: 1...Int64(Limits.describedQueriesMax)) ?? Int64(Limits.describedQueriesMax))
        }

        var scope: [String] { ["DescribeQueries", group ?? "", status?.rawValue ?? ""] }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let all = queries.entries(of: context.tenant).filter { entry in
            input.group.map { name in entry.request.groups.contains { $0.name == name } } ?? true
                && input.status.map { $0 == entry.status } ?? true && input.language ?? .CWLI == .CWLI
        }
        var rest = all[...]
        if let text = input.token {
            guard let token = PageToken(text, for: input.scope), let last = token.fields.first else { throw AWSError.invalidPageToken() }
            rest = (all.firstIndex { $0.id.description == last }).map { all[($0 + 1)...] } ?? []
        }
        let page = rest.prefix(input.limit)
        let next = page.count < rest.count ? page.last.map { PageToken(fields: [$0.id.description]).text(for: input.scope) } : nil
        return .members(("queries", .list(page.map(Self.shown))), ("nextToken", next.map(WireValue.text)))
    }

    private static func shown(_ entry: QueryRegistry.Entry) -> WireValue {
        let request = entry.request
        let source = request.groups.map { "\"\($0.name)\"" }.joined(separator: ",")
        let text = "SOURCE \(source) START=\(request.range.start.milliseconds) END=\(request.range.end.milliseconds - 1) | \(request.text)"
        return .members(
            ("queryLanguage", "CWLI"), ("queryId", .text(entry.id.description)), ("queryString", .text(text)),
            ("status", .text(entry.status.rawValue)), ("createTime", .integer(request.created.milliseconds)),
            ("logGroupName", request.groups.first.map { .text($0.name) }))
    }
}
