import WireFormats

/// The state an alarm is in, and why.
package struct AlarmState: Sendable, Equatable {
    package enum Value: String, Sendable, CaseIterable {
        // In the order in which the API lists them in its messages.
        case insufficientData = "INSUFFICIENT_DATA"
        case alarm = "ALARM"
        case ok = "OK"
    }

    package var value: Value
    package var reason: String
    /// JSON.
    package var reasonData: String?
    /// UTC nanoseconds: last written.
    package var updated: Int64
    /// UTC nanoseconds: `value` became what it is.
    package var transitioned: Int64

    /// What became of its actions.
    package var actions = ActionRecord()

    package init(value: Value, reason: String, reasonData: String? = nil, updated: Int64, transitioned: Int64) {
        self.value = value
        self.reason = reason
        self.reasonData = reasonData
        self.updated = updated
        self.transitioned = transitioned
    }

    package static func initial(at time: Int64) -> AlarmState {
        AlarmState(value: .insufficientData, reason: "Unchecked: Initial alarm creation", updated: time, transitioned: time)
    }
}

// MARK: - Documents

extension AlarmState {
    var document: WireValue {
        .members(
            ("StateValue", .text(value.rawValue)), ("StateReason", .text(reason)), ("StateReasonData", reasonData.map(WireValue.text)),
            ("StateUpdatedTimestamp", .integer(updated)), ("StateTransitionedTimestamp", .integer(transitioned)),
            ("Actions", actions.document))
    }

    init?(document: WireNode) {
        guard let value = document["StateValue"]?.text.flatMap(Value.init), let reason = document["StateReason"]?.text,
            let updated = document["StateUpdatedTimestamp"]?.integer, let transitioned = document["StateTransitionedTimestamp"]?.integer
        else { return nil }
        self.init(value: value, reason: reason, reasonData: document["StateReasonData"]?.text, updated: updated, transitioned: transitioned)
        if let record = document["Actions"] {
            guard let actions = ActionRecord(document: record) else { return nil }
            self.actions = actions
        }
    }
}
