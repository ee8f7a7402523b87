package import Catalog
package import SignalModel

/// Why an action's target cannot be delivered to; nil when it can. Asked inside the transaction of the transition.
package typealias TargetRefusal = @Sendable (_ snapshot: CatalogSnapshot, _ tenant: Tenant, _ arn: String) throws -> String?

/// An alarm's way from one state into another: everything that it leaves behind, written in one transaction or not at all.
struct AlarmTransition: Sendable {
    /// Before.
    let alarm: Alarm
    let new: AlarmState

    /// Topics are notified through the outbox; no other kind of action is served yet.
    static let refuseAllButTopics: TargetRefusal = { _, _, arn in
        arn.hasPrefix("arn:aws:sns:") ? nil : "no action of this kind is served"
    }

    /// The new state, its history, and a notice for each action.
    func write(in transaction: CatalogTransaction, targetRefusal: TargetRefusal) throws {
        let now = Timestamp(nanoseconds: new.updated)
        try AlarmStorage.put(new, of: alarm, in: transaction)
        guard new.value != alarm.state.value else { return }
        try AlarmStorage.append(.state(of: alarm, to: new, at: now), of: alarm.tenant, to: transaction)
        guard alarm.rule.actionsEnabled else { return }
        let message = AlarmMessage(alarm: alarm, new: new)
        for arn in alarm.rule.actions(for: new.value) {
            let refusal = try Self.refuseAllButTopics(transaction, alarm.tenant, arn) ?? targetRefusal(transaction, alarm.tenant, arn)
            if refusal == nil {
                let notice = NewNotice(tenant: alarm.tenant, target: arn, kind: Notice.publication, subject: alarm.arn, payload: message.payload)
                try transaction.enqueue(notice, at: now)
            }
            try AlarmStorage.append(
                .action(arn, of: alarm, to: new.value, refusal: refusal, at: now), of: alarm.tenant, to: transaction)
        }
    }
}
