/// What an alarm's actions would have done in a drill: which states were told, and when a suppressor, a mute rule or the deduplication
/// window held them back. Decides only, by the same rules as `AlarmStep` does it for good.
struct DrillActions: Sendable {
    private let settings: AlarmSettings
    private let suppression: ActionsSuppression?
    private let options: AlarmOptions
    private let mutes: [MuteRule]
    private var record = ActionRecord()
    private(set) var told: [AlarmTimeline.Told] = []
    private(set) var held: [AlarmTimeline.Held] = []

    init(_ subject: AlarmDrill.Subject) {
        settings = subject.definition.settings
        if case .composite(let rule) = subject.definition { suppression = rule.suppression } else { suppression = nil }
        options = subject.options
        mutes = subject.mutes
    }

    /// The alarm has come from one state into another.
    mutating func transition(from: AlarmState.Value, to state: AlarmState.Value, isSuppressorInAlarm: Bool, at now: Int64) {
        guard settings.actionsEnabled else { return }
        if let suppression {
            let decision = suppression.afterTransition(from: from, isSuppressorInAlarm: isSuppressorInAlarm, at: now)
            if case .hold(let hold) = decision { return put(hold, at: now) }
        }
        gate(state, from: from, isRepeatable: false, at: now)
    }

    /// The alarm that keeps its actions back has gone into ALARM, or left it.
    mutating func suppressorChange(isInAlarm: Bool, in state: AlarmState.Value, at now: Int64) {
        guard let hold = record.hold, let decision = suppression?.afterSuppressorChange(isInAlarm: isInAlarm, hold, at: now) else { return }
        switch decision {
        case .hold(let next): put(next, at: now)
        case .run: gate(state, from: hold.from, isRepeatable: true, at: now)
        }
    }

    /// Lets actions go whose hold is over by now.
    mutating func release(in state: AlarmState.Value, at now: Int64) {
        while let hold = record.hold, let until = hold.until, until <= now { gate(state, from: hold.from, isRepeatable: hold.isSuppression, at: until) }
    }

    private mutating func gate(_ state: AlarmState.Value, from: AlarmState.Value, isRepeatable: Bool, at now: Int64) {
        guard isRepeatable || record.told != state else {
            end(at: now)
            record.hold = nil
            return
        }
        let since = record.hold?.since ?? now
        let muted = settings.actions(for: state).isEmpty ? nil : ActionHold.muted(by: mutes, since: since, from: from, at: now)
        if let hold = muted ?? ActionHold.duplicate(of: state, record, options, from: from, at: now) { return put(hold, at: now) }
        end(at: now)
        if !settings.actions(for: state).isEmpty { told.append(.init(time: now, state: state)) }
        record.tell(state, at: now)
    }

    private mutating func put(_ hold: ActionHold, at now: Int64) {
        if record.hold?.cause != hold.cause {
            end(at: now)
            held.append(.init(start: now, end: nil, cause: hold.cause, reason: hold.reason))
        }
        record.hold = hold
    }

    private mutating func end(at now: Int64) {
        if let last = held.indices.last, held[last].end == nil { held[last].end = now }
    }
}

extension AlarmTimeline {
    /// The actions of a state ran.
    package struct Told: Sendable {
        /// UTC nanoseconds.
        package let time: Int64
        package let state: AlarmState.Value
    }

    /// Actions waited, or were left out as told already.
    package struct Held: Sendable {
        package let start: Int64
        /// Nil: they still did when the drill ended.
        package internal(set) var end: Int64?
        package let cause: ActionHold.Cause
        package let reason: String
    }
}
