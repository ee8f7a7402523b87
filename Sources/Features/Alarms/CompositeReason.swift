import WireFormats

/// Says why a composite alarm is in its state: which alarms below have changed.
struct CompositeReason {
    /// The children that changed, in the state that they came into.
    let children: [(arn: String, state: AlarmState)]

    var text: String {
        let changes = children.map { "\($0.arn) transitioned to \($0.state.value.rawValue) at \(AlarmTime.words($0.state.transitioned))" }
        // A reason is at most 1,023 characters long.
        var text = changes[0]
        for change in changes.dropFirst() where text.utf16.count + change.utf16.count < 1000 { text += ", " + change }
        return text
    }

    var data: String {
        // At most 4,000 characters: what is left out is in the children's own history.
        let alarms = children.prefix(10).map { child -> WireValue in
            ["arn": .text(child.arn), "state": ["value": .text(child.state.value.rawValue), "timestamp": .text(AlarmTime.long(child.state.transitioned))]]
        }
        return String(decoding: JSON.encode(["triggeringAlarms": .list(alarms)]), as: UTF8.self)
    }
}
