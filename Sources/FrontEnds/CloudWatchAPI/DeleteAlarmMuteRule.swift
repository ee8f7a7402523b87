import AWSProtocol
import Alarms

/// Removes a mute rule; alarms that no other rule mutes are let go at once. A name that is not there is no mistake.
/// Source: CloudWatch API reference, DeleteAlarmMuteRule.
struct DeleteAlarmMuteRule: APIOperation {
    static let name = "DeleteAlarmMuteRule"
    let alarms: AlarmBook

    func run(_ input: MuteRuleInput, in context: RequestContext) async throws -> Empty {
        try await alarms.deleteMuteRule(input.name, of: context.tenant, at: context.now)
        return Empty()
    }
}
