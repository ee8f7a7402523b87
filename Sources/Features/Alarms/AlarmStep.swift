import Catalog
import SignalModel

/// One durable step in the life of alarms: changes of state, what they lead to in the composite alarms above, the history of all of it,
/// and a notice for each action. All in one transaction, so that a crash leaves everything or nothing.
///
///     try await catalog.write { transaction in
///         var step = AlarmStep(transaction, tenant: tenant, at: now, targetRefusal: refusal)
///         try step.change(alarm, to: state)
///         try step.settle()                       // composite alarms and suppressors follow
///     }
struct AlarmStep {
    let transaction: CatalogTransaction
    let tenant: Tenant
    let now: Timestamp
    private let targetRefusal: TargetRefusal
    /// Alarms whose state value has changed and whose dependents have not been looked at.
    private var changed: [String: Change] = [:]

    struct Change {
        let old, new: AlarmState.Value
    }

    init(_ transaction: CatalogTransaction, tenant: Tenant, at now: Timestamp, targetRefusal: @escaping TargetRefusal) {
        self.transaction = transaction
        self.tenant = tenant
        self.now = now
        self.targetRefusal = targetRefusal
    }

    /// Writes a state, and when its value is another one also history and actions.
    /// - Parameter alarm: as it is stored.
    /// - Returns: the state as it is stored now.
    @discardableResult
    mutating func change(_ alarm: Alarm, to new: AlarmState) throws -> AlarmState {
        var state = new
        state.actions = alarm.state.actions
        if new.value != alarm.state.value {
            try AlarmStorage.append(.state(of: alarm, to: new, at: now), of: tenant, to: transaction)
            try act(alarm, on: &state)
            changed[alarm.name] = Change(old: changed[alarm.name]?.old ?? alarm.state.value, new: new.value)
        }
        try AlarmStorage.put(state, of: alarm, in: transaction)
        return state
    }

    /// Lets everything that depends on the changed alarms follow, until nothing changes any more.
    mutating func settle() throws {
        // One round brings all composite alarms up to date. More are only for suppressors among them, so that the bound is never met;
        // it keeps a ring, were one stored, from holding the catalog for ever.
        var rounds = 0
        while !changed.isEmpty, rounds < 100 {
            rounds += 1
            let cause = changed
            changed = [:]
            for name in try CompositeOrder(above: cause.keys.sorted(), tenant, transaction).names {
                guard let parent = try readable(name), let rule = parent.composite else { continue }
                // What changed before this step or, lower in the order, within it.
                let children = rule.children(of: tenant).names.filter { cause[$0] != nil || changed[$0] != nil }
                if !children.isEmpty { try judge(parent, rule, because: children) }
            }
            for (name, change) in cause { try tellSuppressed(by: name, change) }
        }
    }

    /// A document that is no alarm's must not keep other alarms from changing.
    private func readable(_ name: String) throws -> Alarm? {
        do {
            return try AlarmStorage.alarm(name, of: tenant, in: transaction)
        } catch let error as AlarmError where error.code == .corrupt {
            return nil
        }
    }

    // MARK: Composite alarms

    private mutating func judge(_ parent: Alarm, _ rule: CompositeRule, because children: [String]) throws {
        let value = try Self.value(of: rule, tenant, transaction)
        guard value != parent.state.value else { return }
        let reason = try CompositeReason(children: children.map { name in
            guard let state = try AlarmStorage.state(name, of: tenant, in: transaction) else {
                throw AlarmError(code: .corrupt, message: "cannot judge \(parent.name): its child \(name) is gone")
            }
            return (AlarmARN(tenant: tenant, name: name).description, state)
        })
        try change(parent, to: AlarmState(
            value: value, reason: reason.text, reasonData: reason.data, updated: now.nanoseconds, transitioned: now.nanoseconds))
    }

    static func value(of rule: CompositeRule, _ tenant: Tenant, _ snapshot: CatalogSnapshot) throws -> AlarmState.Value {
        var states: [String: AlarmState.Value] = [:]
        for reference in rule.expression.references {
            guard let name = CompositeRule.name(of: reference, tenant) else { continue }
            states[reference] = try AlarmStorage.state(name, of: tenant, in: snapshot)?.value
        }
        return rule.expression.value { states[$0] } ? .alarm : .ok
    }

    private mutating func tellSuppressed(by name: String, _ change: Change) throws {
        guard (change.old == .alarm) != (change.new == .alarm) else { return }
        for parentName in try AlarmStorage.linked(to: name, in: AlarmStorage.parents, tenant, transaction) {
            guard let parent = try readable(parentName), let suppression = parent.composite?.suppression,
                CompositeRule.name(of: suppression.suppressor, tenant) == name, let hold = parent.state.actions.hold,
                let decision = suppression.afterSuppressorChange(isInAlarm: change.new == .alarm, hold, at: now.nanoseconds)
            else { continue }
            try follow(decision, parent)
        }
    }

    private func follow(_ decision: ActionsSuppression.Decision, _ alarm: Alarm) throws {
        var state = alarm.state
        switch decision {
        case .hold(let hold): try put(hold, alarm, on: &state)
        case .run: try gate(alarm, on: &state, from: state.actions.hold?.from ?? state.value, isRepeatable: true)
        }
        try AlarmStorage.put(state, of: alarm, in: transaction)
    }

    // MARK: Actions

    /// What becomes of the actions of the state that the alarm has come into.
    private func act(_ alarm: Alarm, on state: inout AlarmState) throws {
        guard alarm.settings.actionsEnabled else {
            state.actions.hold = nil
            state.actions.told = nil
            return
        }
        let from = alarm.state.value
        if let suppression = alarm.composite?.suppression {
            let suppressor = try CompositeRule.name(of: suppression.suppressor, tenant).flatMap {
                try AlarmStorage.state($0, of: tenant, in: transaction)
            }
            let decision = suppression.afterTransition(
                from: from, isSuppressorInAlarm: suppressor?.value == .alarm, at: now.nanoseconds)
            if case .hold(let hold) = decision { return try put(hold, alarm, on: &state) }
        }
        try gate(alarm, on: &state, from: from, isRepeatable: false)
    }

    /// Runs the actions of `state`, unless a mute rule or the deduplication window holds them.
    /// - Parameters:
    ///   - isRepeatable: run them also when this state was the last that was told.
    ///   - afterMute: they were muted, and are no more.
    private func gate(
        _ alarm: Alarm, on state: inout AlarmState, from: AlarmState.Value, isRepeatable: Bool, afterMute: Bool = false
    ) throws {
        guard isRepeatable || state.actions.told != state.value else {
            state.actions.hold = nil        // there and back while nobody was told: there is nothing to tell
            return
        }
        let tags = try AlarmTags.tags(of: alarm.name, tenant, in: transaction)
        let options = AlarmOptions(tags: tags, description: alarm.settings.description)
        let duplicate = ActionHold.duplicate(of: state.value, state.actions, options, from: from, at: now.nanoseconds)
        if let hold = try mute(alarm, in: state, from: from) ?? duplicate {
            return try put(hold, alarm, on: &state)
        }
        try run(alarm, in: state, from: from, options, afterMute: afterMute)
        state.actions.tell(state.value, at: now.nanoseconds)
    }

    private func mute(_ alarm: Alarm, in state: AlarmState, from: AlarmState.Value) throws -> ActionHold? {
        guard !alarm.settings.actions(for: state.value).isEmpty else { return nil }
        return ActionHold.muted(
            by: try MuteStorage.rules(muting: alarm.name, tenant, transaction), since: state.actions.hold?.since ?? now.nanoseconds, from: from,
            at: now.nanoseconds)
    }

    /// Holds the actions, and tells so when they were not held for the same cause before.
    private func put(_ hold: ActionHold, _ alarm: Alarm, on state: inout AlarmState) throws {
        if state.actions.hold?.cause != hold.cause || state.value != alarm.state.value {
            try AlarmStorage.append(.held(hold, of: alarm, in: state.value, at: now), of: tenant, to: transaction)
        }
        state.actions.hold = hold
    }

    private func run(_ alarm: Alarm, in state: AlarmState, from: AlarmState.Value, _ options: AlarmOptions, afterMute: Bool) throws {
        let arns = alarm.settings.actions(for: state.value)
        guard !arns.isEmpty else { return }
        let message = AlarmMessage(alarm: alarm, new: state, from: from, options: options, isAfterMuteWindow: afterMute)
        for arn in arns {
            let refusal = try Self.refuseAllButTopics(arn) ?? targetRefusal(transaction, tenant, arn)
            if refusal == nil {
                let notice = NewNotice(tenant: tenant, target: arn, kind: Notice.publication, subject: alarm.arn, payload: message.payload)
                try transaction.enqueue(notice, at: now)
            }
            try AlarmStorage.append(.action(arn, of: alarm, message, refusal: refusal, at: now), of: tenant, to: transaction)
        }
    }

    /// Topics are notified through the outbox; no other kind of action is served yet.
    private static func refuseAllButTopics(_ arn: String) -> String? {
        arn.hasPrefix("arn:aws:sns:") ? nil : "no action of this kind is served"
    }

    // MARK: What waited

    /// Lets actions go whose hold has come to its end, or, when mute rules have changed, whom none of them holds any more.
    func release(_ alarm: Alarm, rulesHaveChanged: Bool = false) throws {
        guard let hold = alarm.state.actions.hold else { return }
        let isDue = hold.until.map { $0 <= now.nanoseconds } ?? false
        guard isDue || (rulesHaveChanged && hold.cause == .muted) else { return }
        var state = alarm.state
        if alarm.settings.actionsEnabled {
            try gate(alarm, on: &state, from: hold.from, isRepeatable: hold.isSuppression, afterMute: hold.cause == .muted)
        } else {
            state.actions.hold = nil
            state.actions.told = nil
        }
        try AlarmStorage.put(state, of: alarm, in: transaction)
    }

    /// A composite alarm whose suppressor or periods were changed: timers that run are void.
    func renewSuppression(of alarm: Alarm) throws {
        guard let hold = alarm.state.actions.hold, hold.isSuppression else { return }
        guard let suppression = alarm.composite?.suppression, let name = CompositeRule.name(of: suppression.suppressor, tenant),
            try AlarmStorage.state(name, of: tenant, in: transaction)?.value == .alarm
        else { return try follow(.run, alarm) }
        try follow(suppression.afterTransition(from: hold.from, isSuppressorInAlarm: true, at: now.nanoseconds), alarm)
    }
}
