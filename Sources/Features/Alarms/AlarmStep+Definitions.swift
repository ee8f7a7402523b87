import Catalog
import SignalModel

// How alarms come, change and go.

extension AlarmStep {
    /// - Parameter old: as it is stored; nil for a new alarm.
    mutating func put(_ definition: AlarmDefinition, over old: Alarm?, tags: [(key: String, value: String)]) throws {
        let state = old?.state ?? .initial(at: now.nanoseconds)
        let alarm = Alarm(tenant: tenant, definition: definition, configured: now.nanoseconds, state: state)
        if let rule = alarm.composite { try check(rule) }
        try AlarmStorage.putRule(of: alarm, in: transaction)
        if old == nil {
            try AlarmStorage.put(state, of: alarm, in: transaction)
            try AlarmTags.put(tags, of: alarm.name, tenant, in: transaction)
        }
        // Groups of another query are not this one's.
        if old != nil, alarm.kind == .MetricAlarm { try transaction.remove(alarm.name, in: AlarmStorage.logResults, tenant: tenant) }
        try relink(alarm, old)
        try AlarmStorage.append(.configuration(old == nil ? .Create : .Update, of: alarm, at: now), of: tenant, to: transaction)
        if let old, old.composite?.suppression != alarm.composite?.suppression { try renewSuppression(of: alarm) }
        if let rule = alarm.composite { try judgeAnew(alarm, rule, isNew: old == nil) }
    }

    mutating func delete(_ names: [String]) throws {
        let alarms = try Set(names).sorted().compactMap { try AlarmStorage.alarm($0, of: tenant, in: transaction) }
        guard alarms.count(where: { $0.kind == .CompositeAlarm }) <= 1 else {
            throw AlarmError(code: .combination, message: "Only one composite alarm can be deleted in one request.")
        }
        guard alarms.count <= 1 || !alarms.contains(where: { $0.kind == .LogAlarm }) else {
            throw AlarmError(code: .combination, message: "Log alarms cannot be batch deleted.")
        }
        for alarm in alarms {
            let parents = try AlarmStorage.linked(to: alarm.name, in: AlarmStorage.parents, tenant, transaction)
            guard parents.allSatisfy(names.contains) else {
                throw AlarmError(
                    code: .inUse, message: "Cannot delete \(alarm.name) as there are composite alarm(s) depending on it.")
            }
        }
        for alarm in alarms {
            for collection in [AlarmStorage.rules, AlarmStorage.states, AlarmStorage.tags, AlarmStorage.waiting, AlarmStorage.logResults] {
                try transaction.remove(alarm.name, in: collection, tenant: tenant)
            }
            try relink(nil, alarm)
            try AlarmStorage.append(.configuration(.Delete, of: alarm, at: now), of: tenant, to: transaction)
        }
    }

    // MARK: Composite alarms

    private static let parentsMax = 150

    private func check(_ rule: CompositeRule) throws {
        let children = rule.children(of: tenant)
        guard !children.names.contains(rule.name) else {
            throw AlarmError(code: .rule, message: "Could not save the composite alarm as its alarm rule refers to the alarm itself")
        }
        let unknown = try children.names.filter { try transaction.document($0, in: AlarmStorage.rules, tenant: tenant) == nil } + children.foreign
        guard unknown.isEmpty else {
            let list = unknown.joined(separator: ", ")
            throw AlarmError(code: .rule, message: "Could not save the composite alarm as alarms [\(list)] in the alarm rule do not exist")
        }
        try checkSuppressor(of: rule)
        if let ring = try ring(through: rule.name, from: children.names) {
            throw AlarmError(
                code: .rule, message: "Could not save the composite alarm as its alarm rule would make a cycle: \(ring.joined(separator: " -> "))")
        }
        for child in children.names {
            let parents = try AlarmStorage.linked(to: child, in: AlarmStorage.parents, tenant, transaction)
            guard parents.count < Self.parentsMax || parents.contains(rule.name) else {
                throw AlarmError(code: .limit, message: "The alarm \(child) is in the rules of \(Self.parentsMax) composite alarms already.")
            }
        }
    }

    private func checkSuppressor(of rule: CompositeRule) throws {
        guard let suppressor = rule.suppression?.suppressor else { return }
        let name = CompositeRule.name(of: suppressor, tenant)
        guard name != rule.name else {
            throw AlarmError(code: .rule, message: "ActionsSuppressor must not be the composite alarm itself")
        }
        guard let name, try transaction.document(name, in: AlarmStorage.rules, tenant: tenant) != nil else {
            throw AlarmError(code: .rule, message: "Could not save the composite alarm as the actions suppressor \(suppressor) does not exist")
        }
    }

    /// A way through the stored rules from `name`'s children back to it; nil when there is none.
    private func ring(through name: String, from children: [String]) throws -> [String]? {
        var seen: Set<String> = []
        var open = children.map { [name, $0] }
        while let path = open.popLast(), let last = path.last {
            if last == name { return path }
            guard seen.insert(last).inserted, let rule = try AlarmStorage.alarm(last, of: tenant, in: transaction)?.composite else { continue }
            open += rule.children(of: tenant).names.map { path + [$0] }
        }
        return nil
    }

    /// Children lead to parents, and suppressors to whom they suppress.
    private func relink(_ new: Alarm?, _ old: Alarm?) throws {
        let before = old.map(origins) ?? [], after = new.map(origins) ?? []
        guard let name = (new ?? old)?.name else { return }
        for origin in before.subtracting(after) { try AlarmStorage.unlink(origin, name, in: AlarmStorage.parents, tenant, transaction) }
        for origin in after.subtracting(before) { try AlarmStorage.link(origin, name, in: AlarmStorage.parents, tenant, transaction) }
    }

    private func origins(_ alarm: Alarm) -> Set<String> {
        guard let rule = alarm.composite else { return [] }
        let suppressor = rule.suppression.flatMap { CompositeRule.name(of: $0.suppressor, tenant) }
        return Set(rule.children(of: tenant).names + (suppressor.map { [$0] } ?? []))
    }

    private mutating func judgeAnew(_ alarm: Alarm, _ rule: CompositeRule, isNew: Bool) throws {
        let value = try Self.value(of: rule, tenant, transaction)
        guard value != alarm.state.value, let stored = try AlarmStorage.alarm(alarm.name, of: tenant, in: transaction) else { return }
        let reason = "\(alarm.arn) was \(isNew ? "created" : "updated") and its alarm rule evaluates to \(value.rawValue)"
        try change(stored, to: AlarmState(value: value, reason: reason, updated: now.nanoseconds, transitioned: now.nanoseconds))
    }
}
