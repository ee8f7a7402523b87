package import SignalModel
package import WireFormats

/// One item of an alarm's history.
/// Source: CloudWatch API reference, AlarmHistoryItem; the data's form as recorded from AWS.
package struct AlarmHistoryItem: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case configuration = "ConfigurationUpdate"
        case state = "StateUpdate"
        case action = "Action"
    }

    package let alarmName: String
    package let alarmKind: AlarmKind
    package let time: Timestamp
    package let kind: Kind
    package let summary: String
    /// JSON.
    package let data: String

    package var wire: WireValue {
        .members(
            ("AlarmName", .text(alarmName)), ("AlarmType", .text(alarmKind.rawValue)), ("Timestamp", .timestamp(time.nanoseconds)),
            ("HistoryItemType", .text(kind.rawValue)), ("HistorySummary", .text(summary)), ("HistoryData", .text(data)))
    }

    var document: WireValue {
        .members(
            ("HistoryItemType", .text(kind.rawValue)), ("HistorySummary", .text(summary)), ("HistoryData", .text(data)),
            ("AlarmType", .text(alarmKind.rawValue)))
    }

    init?(alarmName: String, time: Timestamp, document: WireNode) {
        guard let kind = document["HistoryItemType"]?.text.flatMap(Kind.init), let summary = document["HistorySummary"]?.text,
            let data = document["HistoryData"]?.text
        else { return nil }
        // Items of before there were other kinds have no type.
        let alarmKind = document["AlarmType"]?.text.flatMap(AlarmKind.init) ?? .MetricAlarm
        self.init(alarmName: alarmName, alarmKind: alarmKind, time: time, kind: kind, summary: summary, data: data)
    }

    private init(alarmName: String, alarmKind: AlarmKind, time: Timestamp, kind: Kind, summary: String, data: String) {
        self.alarmName = alarmName
        self.alarmKind = alarmKind
        self.time = time
        self.kind = kind
        self.summary = summary
        self.data = data
    }
}

extension AlarmHistoryItem {
    enum Change: String { case Create, Update, Delete }

    static func configuration(_ change: Change, of alarm: Alarm, at time: Timestamp) -> AlarmHistoryItem {
        let (word, member) =
            switch change {
            case .Create: ("created", "createdAlarm")
            case .Update: ("updated", "updatedAlarm")
            case .Delete: ("deleted", "deletedAlarm")
            }
        let data: WireValue = .structure([("version", "1.0"), ("type", .text(change.rawValue)), (member, alarm.historyWire)])
        return AlarmHistoryItem(
            alarmName: alarm.name, alarmKind: alarm.kind, time: time, kind: .configuration, summary: "Alarm \"\(alarm.name)\" \(word)", data: text(data))
    }

    static func state(of alarm: Alarm, to new: AlarmState, at time: Timestamp) -> AlarmHistoryItem {
        let old = alarm.state
        var data = JSONObject()
        data.add("version", "1.0")
        data.add("oldState", json: members(of: old))
        data.add("newState", json: members(of: new))
        return AlarmHistoryItem(
            alarmName: alarm.name, alarmKind: alarm.kind, time: time, kind: .state,
            summary: "Alarm updated from \(old.value.rawValue) to \(new.value.rawValue)",
            data: data.text)
    }

    private static func members(of state: AlarmState) -> [UInt8] {
        var members = JSONObject()
        members.add("stateValue", .text(state.value.rawValue))
        members.add("stateReason", .text(state.reason))
        // It was checked to be JSON when it was set, and stands here as what it is, not as a text.
        if let data = state.reasonData { members.add("stateReasonData", json: Array(data.utf8)) }
        return members.bytes
    }

    /// - Parameter refusal: why the action could not be run; nil when it is on its way.
    static func action(_ arn: String, of alarm: Alarm, _ message: AlarmMessage, refusal: String?, at time: Timestamp) -> AlarmHistoryItem {
        var data = JSONObject()
        data.add("actionState", .text(refusal == nil ? "Succeeded" : "Failed"))
        data.add("stateUpdateTimestamp", .integer(time.milliseconds))
        data.add("stateUpdateValue", .text(message.new.value.rawValue))
        data.add("notificationResource", .text(arn))
        // A text that holds JSON, as AWS has it, of which the default is what most subscriptions get.
        if refusal == nil { data.add("publishedMessage", .text(text(["default": .text(message.json), "sms": .text(message.subject)]))) }
        data.add("error", refusal.map(WireValue.text))
        let summary = refusal.map { "Failed to execute action \(arn). Received error: \"\($0)\"" } ?? "Successfully executed action \(arn)"
        return AlarmHistoryItem(alarmName: alarm.name, alarmKind: alarm.kind, time: time, kind: .action, summary: String(summary.prefix(255)), data: data.text)
    }

    /// The actions of `state` wait.
    static func held(_ hold: ActionHold, of alarm: Alarm, in state: AlarmState.Value, at time: Timestamp) -> AlarmHistoryItem {
        let data: WireValue = .members(
            ("actionState", "Suppressed"), ("stateUpdateTimestamp", .integer(time.milliseconds)), ("stateUpdateValue", .text(state.rawValue)),
            ("suppressedBy", .text(hold.cause.rawValue)), ("suppressedUntil", hold.until.map { .text(AlarmTime.long($0)) }),
            ("reason", .text(hold.reason)))
        return AlarmHistoryItem(
            alarmName: alarm.name, alarmKind: alarm.kind, time: time, kind: .action, summary: String(hold.reason.prefix(255)), data: text(data))
    }

    private static func text(_ value: WireValue) -> String { String(decoding: JSON.encode(value), as: UTF8.self) }
}
