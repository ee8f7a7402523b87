package import SignalModel
package import WireFormats

/// An alarm as the catalog keeps it: what it judges, and the state it is in.
package struct Alarm: Sendable, Equatable {
    package let tenant: Tenant
    package var definition: AlarmDefinition
    /// UTC nanoseconds: the definition was last put.
    package var configured: Int64
    package var state: AlarmState

    package init(tenant: Tenant, definition: AlarmDefinition, configured: Int64, state: AlarmState) {
        self.tenant = tenant
        self.definition = definition
        self.configured = configured
        self.state = state
    }

    package init(tenant: Tenant, rule: AlarmRule, configured: Int64, state: AlarmState) {
        self.init(tenant: tenant, definition: .data(rule), configured: configured, state: state)
    }

    package var settings: AlarmSettings { definition.settings }
    package var name: String { settings.name }
    package var kind: AlarmKind { definition.kind }
    package var arn: String { AlarmARN(tenant: tenant, name: name).description }

    /// Nil for a composite alarm.
    package var rule: AlarmRule? {
        if case .data(let rule) = definition { rule } else { nil }
    }

    /// Nil for every other kind.
    package var composite: CompositeRule? {
        if case .composite(let rule) = definition { rule } else { nil }
    }
}

/// What an alarm judges.
package enum AlarmDefinition: Sendable, Equatable {
    /// Datapoints: of metrics, expressions, or logs.
    case data(AlarmRule)
    /// The states of other alarms.
    case composite(CompositeRule)

    package var settings: AlarmSettings {
        get {
            switch self {
            case .data(let rule): rule.settings
            case .composite(let rule): rule.settings
            }
        }
        set {
            switch self {
            case .data(var rule):
                rule.settings = newValue
                self = .data(rule)
            case .composite(var rule):
                rule.settings = newValue
                self = .composite(rule)
            }
        }
    }

    package var kind: AlarmKind {
        switch self {
        case .data(let rule): if case .log = rule.subject { .LogAlarm } else { .MetricAlarm }
        case .composite: .CompositeAlarm
        }
    }

    /// What tells one definition from another, as history writes it.
    var members: [(String, WireValue)] {
        switch self {
        case .data(let rule): rule.settings.members + rule.conditionMembers
        case .composite(let rule): rule.settings.members + rule.members
        }
    }

    init?(document: WireNode) {
        if document["AlarmRule"] != nil {
            guard let rule = CompositeRule(document: document) else { return nil }
            self = .composite(rule)
        } else if let rule = AlarmRule(document: document) {
            self = .data(rule)
        } else {
            return nil
        }
    }
}

/// As the API spells them.
package enum AlarmKind: String, Sendable, CaseIterable { case CompositeAlarm, MetricAlarm, LogAlarm }

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

/// Names an alarm among all tenants'.
struct AlarmKey: Hashable, Sendable {
    let tenant: Tenant
    let name: String
}

extension Alarm {
    var key: AlarmKey { AlarmKey(tenant: tenant, name: name) }
}

// MARK: - Documents

extension Alarm {
    /// As DescribeAlarms shows it; in the order of the API, which is another one for each kind.
    package var wire: WireValue {
        var members = settings.members
        members.insert(("AlarmArn", .text(arn)), at: 1)
        let configured = members.firstIndex { $0.0 == "ActionsEnabled" } ?? members.endIndex
        members.insert(("AlarmConfigurationUpdatedTimestamp", .timestamp(self.configured)), at: configured)
        members += [("StateValue", .text(state.value.rawValue)), ("StateReason", .text(state.reason))]
        if let data = state.reasonData { members.append(("StateReasonData", .text(data))) }
        members.append(("StateUpdatedTimestamp", .timestamp(state.updated)))
        switch definition {
        case .data(let rule): members += rule.conditionMembers + [("StateTransitionedTimestamp", .timestamp(state.transitioned))]
        case .composite(let rule):
            members.append(("AlarmRule", .text(rule.expression.text)))
            members.append(("StateTransitionedTimestamp", .timestamp(state.transitioned)))
            if let hold = state.actions.hold, hold.isSuppression {
                members += [("ActionsSuppressedBy", .text(hold.cause.rawValue)), ("ActionsSuppressedReason", .text(hold.reason))]
            }
            members += rule.suppression?.members ?? []
        }
        return .structure(members)
    }

    /// As DescribeAlarms shows the children of a composite alarm.
    package var wireOfChild: WireValue {
        [
            "AlarmName": .text(name), "AlarmArn": .text(arn), "StateValue": .text(state.value.rawValue),
            "StateUpdatedTimestamp": .timestamp(state.updated),
        ]
    }

    /// As DescribeAlarms shows the parents of an alarm.
    package var wireOfParent: WireValue { ["AlarmName": .text(name), "AlarmArn": .text(arn)] }

    /// The definition's document; the state has its own, so that a transition writes little.
    var ruleDocument: WireValue {
        .structure(definition.members + [("AlarmConfigurationUpdatedTimestamp", .integer(configured))])
    }

    init?(tenant: Tenant, ruleDocument: WireNode, stateDocument: WireNode) {
        guard let definition = AlarmDefinition(document: ruleDocument), let state = AlarmState(document: stateDocument),
            let configured = ruleDocument["AlarmConfigurationUpdatedTimestamp"]?.integer
        else { return nil }
        self.init(tenant: tenant, definition: definition, configured: configured, state: state)
    }
}
