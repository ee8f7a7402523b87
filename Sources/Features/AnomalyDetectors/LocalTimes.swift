package import Forecasting
package import Platform
import Synchronization

/// The clocks of the time zones that detectors name, each read from the machine once.
package final class LocalTimes: Sendable {
    private static let countMax = 1_000

    private let zones: TimeZones
    private let known = Mutex<[String: LocalTime?]>([:])

    package init(zones: TimeZones = TimeZones()) { self.zones = zones }

    /// - Parameter name: `Europe/Berlin`; nil or empty: UTC.
    /// - Returns: nil when there is none of this name.
    package func localTime(named name: String?) -> LocalTime? {
        guard let name, !name.isEmpty else { return .utc }
        if let found = known.withLock({ $0[name] }) { return found }
        let found = zones.rules(named: name).map { rules in LocalTime(name: name) { rules.secondsFromUTC(at: $0) } }
        known.withLock { known in
            if known.count >= Self.countMax { known = [:] }
            known[name] = .some(found)
        }
        return found
    }
}
