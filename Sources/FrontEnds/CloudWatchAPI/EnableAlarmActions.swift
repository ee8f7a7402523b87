import AWSProtocol
import Alarms

/// Lets alarms run their actions again.
/// Source: CloudWatch API reference, EnableAlarmActions.
struct EnableAlarmActions: APIOperation {
    static let name = "EnableAlarmActions"
    let alarms: AlarmBook

    func run(_ input: AlarmNamesInput, in context: RequestContext) async throws -> Empty {
        try await alarms.setActionsEnabled(true, of: input.names, tenant: context.tenant, at: context.now)
        return Empty()
    }
}
