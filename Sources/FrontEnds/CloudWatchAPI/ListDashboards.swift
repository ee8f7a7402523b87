import AWSProtocol
import Dashboards
import SignalModel
import WireFormats

/// The account's dashboards by name, a page at a time.
/// Source: CloudWatch API reference, ListDashboards.
struct ListDashboards: APIOperation {
    static let name = "ListDashboards"
    let dashboards: DashboardBook

    struct Input: APIInput {
        let prefix: String
        let nextToken: String?

        init(from reader: inout InputReader) throws {
            prefix = reader.text("DashboardNamePrefix") ?? ""
            nextToken = reader.text("NextToken")
            try reader.check()
            // A prefix may hold a dot, though no name does.
            if !prefix.isEmpty { try DashboardName.check(String(prefix.map { $0 == "." ? "-" : $0 })) }
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let account = context.tenant.account, request = [account, input.prefix]
        var last: String?
        if let text = input.nextToken {
            guard let token = PageToken(text, for: request), token.fields.count == 1 else {
                throw AWSError.invalidParameterValue("Invalid nextToken")
            }
            last = token.fields[0]
        }
        // One more than the page holds tells whether there is another.
        let size = Limits.dashboardsPageSize
        let found = try await dashboards.entries(prefix: input.prefix, after: last, limit: size + 1, account: account)
        let shown = found.prefix(size)
        let token = found.count > size ? shown.last.map { WireValue.text(PageToken(fields: [$0.name]).text(for: request)) } : nil
        return .members(("DashboardEntries", .list(shown.map { $0.wire(account: account) })), ("NextToken", token))
    }
}

extension DashboardBook.Entry {
    fileprivate func wire(account: String) -> WireValue {
        .members(
            ("DashboardName", .text(name)), ("DashboardArn", .text(DashboardBook.arn(of: name, account: account))),
            ("LastModified", .timestamp(modified.nanoseconds)), ("Size", .integer(Int64(size))))
    }
}
