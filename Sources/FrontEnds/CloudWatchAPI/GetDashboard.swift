import AWSProtocol
import Dashboards
import SignalModel
import WireFormats

/// A dashboard's body, byte for byte as it was put.
/// Source: CloudWatch API reference, GetDashboard.
struct GetDashboard: APIOperation {
    static let name = "GetDashboard"
    let dashboards: DashboardBook

    struct Input: APIInput {
        let name: String

        init(from reader: inout InputReader) throws {
            name = reader.requiredText("DashboardName")
            try reader.check()
            try DashboardName.check(name)
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let account = context.tenant.account
        guard let body = try await dashboards.body(of: input.name, account: account) else { throw AWSError.noSuchDashboard([input.name]) }
        return .members(
            ("DashboardArn", .text(DashboardBook.arn(of: input.name, account: account))),
            ("DashboardBody", .text(String(decoding: body, as: UTF8.self))), ("DashboardName", .text(input.name)))
    }
}
