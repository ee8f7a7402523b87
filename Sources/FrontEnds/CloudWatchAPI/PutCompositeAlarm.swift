import AWSProtocol
import Alarms

/// Creates an alarm on the states of other alarms, or replaces all of it but its state.
/// Source: CloudWatch API reference, PutCompositeAlarm.
struct PutCompositeAlarm: APIOperation {
    static let name = "PutCompositeAlarm"
    let alarms: AlarmBook

    struct Input: APIInput {
        let rule: CompositeRule
        let tags: [(key: String, value: String)]

        init(from reader: inout InputReader) throws {
            let settings = try AlarmSettingsInput(from: &reader)
            let text = reader.requiredText("AlarmRule", length: 1...CompositeExpression.lengthMax)
            let suppression = try Self.suppression(&reader)
            try reader.check()
            try settings.check()
            tags = settings.tags
            do {
                rule = CompositeRule(settings: settings.settings, expression: try CompositeExpression(text), suppression: suppression)
            } catch {
                throw AWSError.validation("AlarmRule is not valid: \(error.message) (at position \(error.position))")
            }
        }

        private static func suppression(_ reader: inout InputReader) throws -> ActionsSuppression? {
            let suppressor = reader.text("ActionsSuppressor", length: 1...1600)
            let wait = reader.integer("ActionsSuppressorWaitPeriod", in: 0...Limits.suppressorSecondsMax)
            let extra = reader.integer("ActionsSuppressorExtensionPeriod", in: 0...Limits.suppressorSecondsMax)
            try reader.check()
            switch (suppressor, wait, extra) {
            case (nil, nil, nil): return nil
            case (let suppressor?, let wait?, let extra?):
                return ActionsSuppression(suppressor: suppressor, waitSeconds: wait, extensionSeconds: extra)
            case (nil, _, _):
                throw AWSError.validation("ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod need an ActionsSuppressor")
            default:
                throw AWSError.validation("ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod are required with an ActionsSuppressor")
            }
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> Empty {
        try await answeringRefusals {
            try await alarms.put(.composite(input.rule), tags: input.tags, of: context.tenant, at: context.now)
        }
        return Empty()
    }
}
