package import Catalog
package import SignalModel

/// Why an action's target cannot be delivered to; nil when it can. Asked inside the transaction of the transition.
package typealias TargetRefusal = @Sendable (_ snapshot: CatalogSnapshot, _ tenant: Tenant, _ arn: String) throws -> String?

/// An alarm's way from one state into another, as it was decided; `AlarmStep` writes it.
struct AlarmTransition: Sendable {
    /// Before.
    let alarm: Alarm
    let new: AlarmState

    /// Whether `stored` is still the alarm that was judged; what became of its actions meanwhile does not matter.
    func isAbout(_ stored: Alarm) -> Bool {
        stored.definition == alarm.definition && stored.configured == alarm.configured && stored.state.value == alarm.state.value
            && stored.state.updated == alarm.state.updated
    }
}
