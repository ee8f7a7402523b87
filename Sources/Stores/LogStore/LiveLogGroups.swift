import SignalModel
import Synchronization

/// The log groups that exist, in memory: what a write, a merge and a scan ask about a group. `LogGroupDirectory` keeps it true.
package final class LiveLogGroups: Sendable {
    private struct State {
        var byName: [Tenant: [String: LogGroup]] = [:]
        var byNumber: [UInt32: LogGroup] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    func group(number: UInt32) -> LogGroup? { state.withLock { $0.byNumber[number] } }

    func group(named name: String, of tenant: Tenant) -> LogGroup? { state.withLock { $0.byName[tenant]?[name] } }

    func groups(of tenant: Tenant) -> [LogGroup] { state.withLock { Array(($0.byName[tenant] ?? [:]).values) } }

    func set(_ group: LogGroup, of tenant: Tenant) {
        state.withLock { state in
            state.byName[tenant, default: [:]][group.name] = group
            state.byNumber[group.number] = group
        }
    }

    func remove(_ group: LogGroup, of tenant: Tenant) {
        state.withLock { state in
            state.byName[tenant]?[group.name] = nil
            state.byNumber[group.number] = nil
        }
    }
}
