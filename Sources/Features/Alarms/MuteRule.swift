package import Platform
package import SignalModel
package import WireFormats

/// Keeps the actions of some alarms back while its windows are open: PutAlarmMuteRule's input, checked.
package struct MuteRule: Sendable, Equatable {
    package enum Status: String, Sendable, CaseIterable { case SCHEDULED, ACTIVE, EXPIRED }

    package var name: String
    package var description: String?
    package var schedule: MuteSchedule
    /// Names of alarms.
    package var targets: [String]
    /// UTC nanoseconds: it mutes from then on; nil: at once.
    package var start: Int64?
    /// UTC nanoseconds: it mutes no more from then on; nil: never ends.
    package var expiry: Int64?
    /// UTC nanoseconds.
    package var updated: Int64

    package init(
        name: String, description: String?, schedule: MuteSchedule, targets: [String], start: Int64?, expiry: Int64?, updated: Int64
    ) {
        self.name = name
        self.description = description
        self.schedule = schedule
        self.targets = targets
        self.start = start
        self.expiry = expiry
        self.updated = updated
    }

    /// - Returns: UTC nanoseconds at which the window that is open at `time` closes; nil when none is open.
    package func muteEnd(at time: Int64) -> Int64? {
        guard time >= start ?? .min, time < expiry ?? .max, let window = schedule.window(at: time) else { return nil }
        return min(window.upperBound, expiry ?? .max)
    }

    package func status(at time: Int64) -> Status {
        if muteEnd(at: time) != nil { return .ACTIVE }
        if let expiry, time >= expiry { return .EXPIRED }
        let from = start.map { max(time, $0 - 1) } ?? time
        if let next = schedule.nextStart(after: from), next < expiry ?? .max { return .SCHEDULED }
        return opensAtStart(after: time) ? .SCHEDULED : .EXPIRED
    }

    /// A window that has begun before the rule takes effect.
    private func opensAtStart(after time: Int64) -> Bool {
        guard let start, time < start else { return false }
        return muteEnd(at: start) != nil
    }

    /// Of the catalog, where the rules lie and their tags beside them.
    package static let collection = "alarm-mute-rules"
    package static let arnPrefix = "alarm-mute-rule:"

    /// `arn:aws:cloudwatch:{region}:{account}:alarm-mute-rule:{name}`
    package static func arn(_ name: String, of tenant: Tenant) -> String {
        "arn:aws:cloudwatch:\(tenant.region):\(tenant.account):\(arnPrefix)\(name)"
    }

    package func wire(of tenant: Tenant, at now: Int64) -> WireValue {
        .members(
            ("Name", .text(name)), ("AlarmMuteRuleArn", .text(Self.arn(name, of: tenant))), ("Description", description.map(WireValue.text)),
            ("Rule", ["Schedule": schedule.wire]), ("MuteTargets", targets.isEmpty ? nil : ["AlarmNames": .texts(targets)]),
            ("StartDate", start.map(WireValue.timestamp)), ("ExpireDate", expiry.map(WireValue.timestamp)),
            ("Status", .text(status(at: now).rawValue)), ("LastUpdatedTimestamp", .timestamp(updated)), ("MuteType", .text(type)))
    }

    package func summary(of tenant: Tenant, at now: Int64) -> WireValue {
        .members(
            ("AlarmMuteRuleArn", .text(Self.arn(name, of: tenant))), ("ExpireDate", expiry.map(WireValue.timestamp)),
            ("Status", .text(status(at: now).rawValue)), ("MuteType", .text(type)), ("LastUpdatedTimestamp", .timestamp(updated)))
    }

    private var type: String { schedule.isRecurring ? "RECURRING" : "ONE_TIME" }

    // MARK: - Documents

    var document: WireValue {
        .members(
            ("Name", .text(name)), ("Description", description.map(WireValue.text)), ("Schedule", schedule.wire), ("AlarmNames", .texts(targets)),
            ("StartDate", start.map(WireValue.integer)), ("ExpireDate", expiry.map(WireValue.integer)), ("Updated", .integer(updated)))
    }

    init?(document: WireNode) {
        guard let name = document["Name"]?.text, let node = document["Schedule"], let schedule = MuteSchedule(document: node),
            let updated = document["Updated"]?.integer
        else { return nil }
        self.init(
            name: name, description: document["Description"]?.text, schedule: schedule, targets: document["AlarmNames"].texts,
            start: document["StartDate"]?.integer, expiry: document["ExpireDate"]?.integer, updated: updated)
    }
}

extension MuteSchedule {
    fileprivate var wire: WireValue {
        .members(("Expression", .text(expression)), ("Duration", .text(durationText)), ("Timezone", zoneName.map(WireValue.text)))
    }

    fileprivate init?(document: WireNode) {
        guard let expression = document["Expression"]?.text, let duration = document["Duration"]?.text else { return nil }
        do {
            try self.init(expression: expression, duration: duration, zone: document["Timezone"]?.text)
        } catch {
            return nil          // it was checked when it was put: what is stored is no schedule
        }
    }
}
