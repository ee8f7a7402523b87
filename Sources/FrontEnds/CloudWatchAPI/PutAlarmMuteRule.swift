import AWSProtocol
import Alarms
import SignalModel

/// Creates a rule that keeps the actions of some alarms back at some times, or replaces it.
/// Source: CloudWatch API reference, PutAlarmMuteRule.
struct PutAlarmMuteRule: APIOperation {
    static let name = "PutAlarmMuteRule"
    let alarms: AlarmBook

    struct Input: APIInput {
        let name: String
        let description: String?
        let schedule: MuteSchedule
        let targets: [String]
        let start, expiry: Timestamp?
        let tags: [(key: String, value: String)]

        init(from reader: inout InputReader) throws {
            name = reader.requiredText("Name", length: 1...255)
            description = reader.text("Description", length: 0...1024)
            let rule: RuleInput = try reader.requiredStructure("Rule")
            let targets: TargetsInput? = try reader.structure("MuteTargets")
            self.targets = targets?.names ?? []
            start = reader.timestamp("StartDate")
            expiry = reader.timestamp("ExpireDate")
            tags = try reader.tags()
            try reader.check()
            if let start, let expiry, start >= expiry {
                throw AWSError.invalidParameterValue("The parameter StartDate must be less than the parameter ExpireDate.")
            }
            do {
                let text = rule.schedule
                schedule = try MuteSchedule(expression: text.expression, duration: text.duration, zone: text.zone)
            } catch {
                throw AWSError.validation(error.message)
            }
        }
    }

    private struct RuleInput: APIInput {
        let schedule: ScheduleInput
        init(from reader: inout InputReader) throws { schedule = try reader.requiredStructure("Schedule") }
    }

    private struct ScheduleInput: APIInput {
        let expression, duration: String
        let zone: String?

        init(from reader: inout InputReader) {
            expression = reader.requiredText("Expression", length: 1...256)
            duration = reader.requiredText("Duration", length: 1...50)
            zone = reader.text("Timezone", length: 1...50)
        }
    }

    private struct TargetsInput: APIInput {
        let names: [String]
        init(from reader: inout InputReader) { names = reader.requiredTexts("AlarmNames", count: 0...100, length: 1...255) }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> Empty {
        let rule = MuteRule(
            name: input.name, description: input.description, schedule: input.schedule, targets: input.targets,
            start: input.start?.nanoseconds, expiry: input.expiry?.nanoseconds, updated: context.now.nanoseconds)
        try await answeringRefusals { try await alarms.put(rule, tags: input.tags, of: context.tenant, at: context.now) }
        return Empty()
    }
}

/// The mute rule that an operation is about.
struct MuteRuleInput: APIInput {
    let name: String
    init(from reader: inout InputReader) { name = reader.requiredText("AlarmMuteRuleName", length: 1...255) }
}
