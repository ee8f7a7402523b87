package import AWSProtocol
package import Alarms
package import SignalModel
package import WireFormats

/// An alarm out of a JSON document in the words of PutMetricAlarm, PutCompositeAlarm or PutLogAlarm, checked as those check it.
package struct AlarmDefinitionInput: APIInput {
    package let definition: AlarmDefinition
    package let options: AlarmOptions

    package init(from reader: inout InputReader) throws {
        let tags: [(key: String, value: String)]
        if reader.has("AlarmRule") {
            let input = try PutCompositeAlarm.Input(from: &reader)
            (definition, tags) = (.composite(input.rule), input.tags)
        } else if reader.has("ScheduledQueryConfiguration") {
            let input = try PutLogAlarm.Input(from: &reader)
            (definition, tags) = (.data(input.rule), input.tags)
        } else {
            let input = try PutMetricAlarm.Input(from: &reader)
            (definition, tags) = (.data(input.rule), input.tags)
        }
        options = AlarmOptions(tags: tags)
    }

    /// - Throws: `AWSError` with the message that the API would give.
    package static func read(_ node: WireNode, of tenant: Tenant, at now: Timestamp) throws -> AlarmDefinitionInput {
        let context = RequestContext(tenant: tenant, requestID: "", now: now, operation: "", wireProtocol: .json10)
        var reader = InputReader(node, context: context, validationShape: "ValidationError")
        let input = try AlarmDefinitionInput(from: &reader)
        try reader.check()
        return input
    }
}
