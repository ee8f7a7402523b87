import WireFormats

/// What became of an alarm's actions: which state was told last, and what holds back those of the present one.
package struct ActionRecord: Sendable, Equatable {
    /// The state whose actions ran last; nil before any, and after a change whose actions were switched off.
    package var told: AlarmState.Value?
    /// UTC nanoseconds at which each state's actions ran last.
    package var toldAt: [AlarmState.Value: Int64] = [:]
    /// The actions of the present state wait.
    package var hold: ActionHold?

    package init() {}

    mutating func tell(_ state: AlarmState.Value, at now: Int64) {
        told = state
        toldAt[state] = now
        hold = nil
    }
}

/// Why actions wait, and until when.
package struct ActionHold: Sendable, Equatable {
    package enum Cause: String, Sendable {
        /// A composite alarm waits for its suppressor to go into ALARM.
        case waitPeriod = "WaitPeriod"
        /// Its suppressor has left ALARM a short while ago.
        case extensionPeriod = "ExtensionPeriod"
        /// Its suppressor is in ALARM.
        case suppressor = "Alarm"
        /// A mute rule's window is open.
        case muted = "Muted"
        /// The same was told within the alarm's deduplication window.
        case duplicate = "Duplicate"
    }

    package var cause: Cause
    /// UTC nanoseconds.
    package var since: Int64
    /// UTC nanoseconds; nil: until the suppressor leaves ALARM.
    package var until: Int64?
    /// In words, for people.
    package var reason: String
    /// The state that was left when the one came whose actions wait.
    package var from: AlarmState.Value

    package var isSuppression: Bool { cause == .waitPeriod || cause == .extensionPeriod || cause == .suppressor }

    package init(cause: Cause, since: Int64, until: Int64?, reason: String, from: AlarmState.Value) {
        self.cause = cause
        self.since = since
        self.until = until
        self.reason = reason
        self.from = from
    }
}

// MARK: - Causes

extension ActionHold {
    /// - Parameters:
    ///   - rules: about the alarm.
    ///   - since: they wait already; else now.
    /// - Returns: nil while no window is open.
    static func muted(by rules: [MuteRule], since: Int64, from: AlarmState.Value, at now: Int64) -> ActionHold? {
        let open = rules.compactMap { rule in rule.muteEnd(at: now).map { (name: rule.name, end: $0) } }
        guard let end = open.map(\.end).max() else { return nil }
        let names = open.map(\.name).sorted().joined(separator: ", ")
        return ActionHold(cause: .muted, since: since, until: end, reason: "Actions are muted by \(names)", from: from)
    }

    /// Nil when the state was not told within the alarm's deduplication window.
    static func duplicate(
        of state: AlarmState.Value, _ record: ActionRecord, _ options: AlarmOptions, from: AlarmState.Value, at now: Int64
    ) -> ActionHold? {
        guard options.dedupSeconds > 0, let last = record.toldAt[state] else { return nil }
        let end = last + options.dedupSeconds * 1_000_000_000
        guard now < end else { return nil }
        let reason = "Actions are left out: \(state.rawValue) was told at \(AlarmTime.long(last)), within \(options.dedupSeconds) seconds"
        return ActionHold(cause: .duplicate, since: now, until: end, reason: reason, from: from)
    }
}

// MARK: - Documents

extension ActionRecord {
    /// Nil when there is nothing to tell.
    var document: WireValue? {
        guard told != nil || !toldAt.isEmpty || hold != nil else { return nil }
        let times = toldAt.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key.rawValue, WireValue.integer($0.value)) }
        return .members(("Told", (told?.rawValue).map(WireValue.text)), ("ToldAt", .map(times)), ("Hold", hold.map(\.document)))
    }

    init?(document: WireNode) {
        self.init()
        told = document["Told"]?.text.flatMap(AlarmState.Value.init)
        for member in document["ToldAt"]?.children ?? WireChildren.none {
            guard let state = AlarmState.Value(rawValue: member.key), let time = member.integer else { return nil }
            toldAt[state] = time
        }
        guard let node = document["Hold"] else { return }
        guard let hold = ActionHold(document: node) else { return nil }
        self.hold = hold
    }
}

extension ActionHold {
    fileprivate var document: WireValue {
        .members(
            ("Cause", .text(cause.rawValue)), ("Since", .integer(since)), ("Until", until.map(WireValue.integer)), ("Reason", .text(reason)),
            ("From", .text(from.rawValue)))
    }

    fileprivate init?(document: WireNode) {
        guard let cause = document["Cause"]?.text.flatMap(Cause.init), let since = document["Since"]?.integer,
            let reason = document["Reason"]?.text, let from = document["From"]?.text.flatMap(AlarmState.Value.init)
        else { return nil }
        self.init(cause: cause, since: since, until: document["Until"]?.integer, reason: reason, from: from)
    }
}
