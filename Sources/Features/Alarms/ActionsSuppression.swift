package import WireFormats

/// The alarm that keeps a composite alarm's actions back, and for how long they wait for it. Decides only.
///
/// A change of the composite's state waits for the suppressor: should it go into ALARM within the wait period, actions are kept back
/// until it leaves ALARM, and then for the extension period; at the end of either the actions of the state that the composite is in
/// by then are run. Each further change of the composite starts over.
/// Source: CloudWatch user guide, "Alarm suppression".
package struct ActionsSuppression: Sendable, Equatable {
    /// Name or ARN, as it was given.
    package var suppressor: String
    package var waitSeconds: Int64
    package var extensionSeconds: Int64

    package init(suppressor: String, waitSeconds: Int64, extensionSeconds: Int64) {
        self.suppressor = suppressor
        self.waitSeconds = waitSeconds
        self.extensionSeconds = extensionSeconds
    }

    enum Decision: Equatable { case run, hold(ActionHold) }

    /// The composite alarm has changed its state.
    /// - Parameter from: the state that it has left.
    func afterTransition(from: AlarmState.Value, isSuppressorInAlarm: Bool, at now: Int64) -> Decision {
        isSuppressorInAlarm ? .hold(byAlarm(since: now, from)) : held(.waitPeriod, waitSeconds, since: now, from, at: now)
    }

    /// The suppressor has changed its state while actions are held.
    /// - Returns: nil when nothing changes for them.
    func afterSuppressorChange(isInAlarm: Bool, _ hold: ActionHold, at now: Int64) -> Decision? {
        switch (hold.cause, isInAlarm) {
        case (.waitPeriod, true), (.extensionPeriod, true): .hold(byAlarm(since: hold.since, hold.from))
        case (.suppressor, false): held(.extensionPeriod, extensionSeconds, since: hold.since, hold.from, at: now)
        default: nil
        }
    }

    private func byAlarm(since: Int64, _ from: AlarmState.Value) -> ActionHold {
        ActionHold(cause: .suppressor, since: since, until: nil, reason: Self.reason(.suppressor), from: from)
    }

    private func held(_ cause: ActionHold.Cause, _ seconds: Int64, since: Int64, _ from: AlarmState.Value, at now: Int64) -> Decision {
        guard seconds > 0 else { return .run }
        return .hold(ActionHold(cause: cause, since: since, until: now + seconds * 1_000_000_000, reason: Self.reason(cause), from: from))
    }

    /// As DescribeAlarms and events of AWS say it.
    private static func reason(_ cause: ActionHold.Cause) -> String { "Actions suppressed by \(cause.rawValue)" }
}

extension ActionsSuppression {
    var members: [(String, WireValue)] {
        [
            ("ActionsSuppressor", .text(suppressor)), ("ActionsSuppressorWaitPeriod", .integer(waitSeconds)),
            ("ActionsSuppressorExtensionPeriod", .integer(extensionSeconds)),
        ]
    }

    init?(document: WireNode) {
        guard let suppressor = document["ActionsSuppressor"]?.text, let wait = document["ActionsSuppressorWaitPeriod"]?.integer,
            let extra = document["ActionsSuppressorExtensionPeriod"]?.integer
        else { return nil }
        self.init(suppressor: suppressor, waitSeconds: wait, extensionSeconds: extra)
    }
}
