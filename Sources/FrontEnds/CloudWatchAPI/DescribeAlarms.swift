import AWSProtocol
import Alarms
import SignalModel
import WireFormats

/// Alarms by name, page by page.
/// Source: CloudWatch API reference, DescribeAlarms.
struct DescribeAlarms: APIOperation {
    static let name = "DescribeAlarms"
    let alarms: AlarmBook

    enum AlarmType: String, CaseIterable { case CompositeAlarm, MetricAlarm }

    struct Input: APIInput {
        let names: [String]
        let prefix: String
        let types: [AlarmType]
        let state: AlarmState.Value?
        let actionPrefix: String?
        /// Of composite alarms, of which there are none yet.
        let asksForRelatives: Bool
        let recordsMax: Int
        let nextToken: String?

        init(from reader: inout InputReader) throws {
            names = reader.texts("AlarmNames", count: 0...100, length: 1...255)
            prefix = reader.text("AlarmNamePrefix", length: 1...255) ?? ""
            types = reader.enumerations("AlarmTypes")
            state = reader.enumeration("StateValue")
            actionPrefix = reader.text("ActionPrefix", length: 1...1024)
            asksForRelatives = reader.has("ChildrenOfAlarmName") || reader.has("ParentsOfAlarmName")
            recordsMax = Int(reader.integer("MaxRecords", in: 1...Int64(Limits.alarmsPageSize)) ?? 50)
            nextToken = reader.text("NextToken")
            try reader.check()
            guard names.isEmpty || prefix.isEmpty else { throw AWSError.exclusive("AlarmNames", "AlarmNamePrefix") }
        }

        var key: [String] { ["\(names.count)"] + names + [prefix, state?.rawValue ?? "", actionPrefix ?? ""] + types.map(\.rawValue) }

        func holds(_ alarm: Alarm) -> Bool {
            if !names.isEmpty, !names.contains(alarm.name) { return false }
            if let state, alarm.state.value != state { return false }
            guard let actionPrefix else { return true }
            let rule = alarm.rule
            return (rule.okActions + rule.alarmActions + rule.insufficientDataActions).contains { $0.hasPrefix(actionPrefix) }
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let request = [context.tenant.account, context.tenant.region] + input.key
        var last: String?
        if let text = input.nextToken {
            guard let token = PageToken(text, for: request), token.fields.count == 1 else {
                throw AWSError.invalidNextToken("The token is not one of this request.")
            }
            last = token.fields[0]
        }
        let wantsMetricAlarms = input.types.isEmpty || input.types.contains(.MetricAlarm)
        guard wantsMetricAlarms, !input.asksForRelatives else { return page([], nil) }
        // One more than the page holds tells whether there is another.
        var found = try await matching(input, after: last, count: input.recordsMax + 1, context)
        let hasMore = found.count > input.recordsMax
        if hasMore { found.removeLast() }
        return page(found, hasMore ? found.last.map { PageToken(fields: [$0.name]).text(for: request) } : nil)
    }

    private func matching(_ input: Input, after last: String?, count: Int, _ context: RequestContext) async throws -> [Alarm] {
        if !input.names.isEmpty { return try await named(input, after: last, context) }
        var found: [Alarm] = []
        var last = last
        while found.count < count {
            let batch = try await alarms.alarms(of: context.tenant, prefix: input.prefix, after: last, limit: 500)
            guard let end = batch.last else { break }
            found += batch.filter(input.holds)
            last = end.name
        }
        return Array(found.prefix(count))
    }

    private func named(_ input: Input, after last: String?, _ context: RequestContext) async throws -> [Alarm] {
        var found: [Alarm] = []
        for name in Set(input.names).sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            if let last, !last.utf8.lexicographicallyPrecedes(name.utf8) { continue }
            if let alarm = try await alarms.alarm(name, of: context.tenant), input.holds(alarm) { found.append(alarm) }
        }
        return found.prefix(input.recordsMax + 1).map { $0 }
    }

    private func page(_ alarms: [Alarm], _ token: String?) -> WireValue {
        .members(
            ("CompositeAlarms", .list([])), ("MetricAlarms", .list(alarms.map(\.wire))), ("NextToken", token.map(WireValue.text)))
    }
}
