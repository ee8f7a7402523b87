import AWSProtocol
import Dashboards
import SignalModel
import WireFormats

/// Removes dashboards: as many as are there, also when one is not and the answer says so.
/// Source: CloudWatch API reference, DeleteDashboards.
struct DeleteDashboards: APIOperation {
    static let name = "DeleteDashboards"
    let dashboards: DashboardBook

    struct Input: APIInput {
        let names: [String]

        init(from reader: inout InputReader) throws {
            names = reader.requiredTexts("DashboardNames", count: 0...100)
            try reader.check()
            guard !names.isEmpty else { throw AWSError.missingParameter("DashboardNames") }
            for name in names { try DashboardName.check(name) }
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let answer = try await dashboards.delete(input.names, account: context.tenant.account)
        if case .noSuch(let names) = answer { throw AWSError.noSuchDashboard(names) }
        return .structure([])     // its output is a shape without members, which is not the same as none
    }
}
