import AWSProtocol
import Alarms

/// Keeps alarms from running their actions; they change state as before.
/// Source: CloudWatch API reference, DisableAlarmActions.
struct DisableAlarmActions: APIOperation {
    static let name = "DisableAlarmActions"
    let alarms: AlarmBook

    func run(_ input: AlarmNamesInput, in context: RequestContext) async throws -> Empty {
        try await alarms.setActionsEnabled(false, of: input.names, tenant: context.tenant, at: context.now)
        return Empty()
    }
}
