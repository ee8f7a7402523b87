import AWSProtocol
import Alarms
import SignalModel
import WireFormats

/// A mute rule, and whether it mutes now.
/// Source: CloudWatch API reference, GetAlarmMuteRule.
struct GetAlarmMuteRule: APIOperation {
    static let name = "GetAlarmMuteRule"
    let alarms: AlarmBook

    func run(_ input: MuteRuleInput, in context: RequestContext) async throws -> WireValue {
        guard let rule = try await alarms.muteRule(input.name, of: context.tenant) else {
            throw AWSError.noSuchResource(MuteRule.arn(input.name, of: context.tenant))
        }
        return rule.wire(of: context.tenant, at: context.now.nanoseconds)
    }
}
