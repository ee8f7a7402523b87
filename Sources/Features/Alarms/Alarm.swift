package import SignalModel
package import WireFormats

/// An alarm as the catalog keeps it: its rule, and the state it is in.
package struct Alarm: Sendable, Equatable {
    package let tenant: Tenant
    package var rule: AlarmRule
    /// UTC nanoseconds: the rule was last put.
    package var configured: Int64
    package var state: AlarmState

    package init(tenant: Tenant, rule: AlarmRule, configured: Int64, state: AlarmState) {
        self.tenant = tenant
        self.rule = rule
        self.configured = configured
        self.state = state
    }

    package var name: String { rule.name }
    package var arn: String { AlarmARN(tenant: tenant, name: name).description }

    /// As DescribeAlarms shows it.
    package var wire: WireValue {
        var members = rule.configurationMembers
        members.insert(("AlarmArn", .text(arn)), at: 1)
        let configured = members.firstIndex { $0.0 == "ActionsEnabled" } ?? members.endIndex
        members.insert(("AlarmConfigurationUpdatedTimestamp", .timestamp(self.configured)), at: configured)
        members += [("StateValue", .text(state.value.rawValue)), ("StateReason", .text(state.reason))]
        if let data = state.reasonData { members.append(("StateReasonData", .text(data))) }
        members.append(("StateUpdatedTimestamp", .timestamp(state.updated)))
        members += rule.conditionMembers
        members.append(("StateTransitionedTimestamp", .timestamp(state.transitioned)))
        return .structure(members)
    }
}

/// `arn:aws:cloudwatch:{region}:{account}:alarm:{name}`; names may hold colons.
package struct AlarmARN: Sendable, Equatable, CustomStringConvertible {
    package let tenant: Tenant
    package let name: String

    package init(tenant: Tenant, name: String) {
        self.tenant = tenant
        self.name = name
    }

    /// Nil for anything that is not the ARN of an alarm.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 6, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 7, parts[0] == "arn", parts[1] == "aws", parts[2] == "cloudwatch", parts[5] == "alarm", !parts[6].isEmpty else {
            return nil
        }
        self.init(tenant: Tenant(account: parts[4], region: parts[3]), name: parts[6])
    }

    package var description: String { "arn:aws:cloudwatch:\(tenant.region):\(tenant.account):alarm:\(name)" }
}

// MARK: - Documents

extension AlarmState {
    var document: WireValue {
        .members(
            ("StateValue", .text(value.rawValue)), ("StateReason", .text(reason)), ("StateReasonData", reasonData.map(WireValue.text)),
            ("StateUpdatedTimestamp", .integer(updated)), ("StateTransitionedTimestamp", .integer(transitioned)))
    }

    init?(document: WireNode) {
        guard let value = document["StateValue"]?.text.flatMap(Value.init), let reason = document["StateReason"]?.text,
            let updated = document["StateUpdatedTimestamp"]?.integer, let transitioned = document["StateTransitionedTimestamp"]?.integer
        else { return nil }
        self.init(value: value, reason: reason, reasonData: document["StateReasonData"]?.text, updated: updated, transitioned: transitioned)
    }
}

extension Alarm {
    /// The rule's document; the state has its own, so that a transition writes little.
    var ruleDocument: WireValue {
        .structure(rule.configurationMembers + rule.conditionMembers + [("AlarmConfigurationUpdatedTimestamp", .integer(configured))])
    }

    init?(tenant: Tenant, ruleDocument: WireNode, stateDocument: WireNode) {
        guard let rule = AlarmRule(document: ruleDocument), let state = AlarmState(document: stateDocument),
            let configured = ruleDocument["AlarmConfigurationUpdatedTimestamp"]?.integer
        else { return nil }
        self.init(tenant: tenant, rule: rule, configured: configured, state: state)
    }
}
