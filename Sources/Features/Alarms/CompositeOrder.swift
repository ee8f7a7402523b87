import Catalog
import SignalModel

/// The composite alarms above some alarms, each after all that it depends on: judged in this order, each needs judging once.
struct CompositeOrder {
    private(set) var names: [String] = []

    /// - Parameter changed: names of alarms, of any kind.
    init(above changed: [String], _ tenant: Tenant, _ snapshot: CatalogSnapshot) throws {
        var parents: [String: [String]] = [:]
        var open = changed
        while let name = open.popLast() {
            guard parents[name] == nil else { continue }
            let above = try AlarmStorage.linked(to: name, in: AlarmStorage.parents, tenant, snapshot)
            parents[name] = above
            open += above
        }
        names = Self.sorted(parents)
    }

    /// Children before parents; of what would be a ring, which puts refuse, no more than its members once each.
    private static func sorted(_ parents: [String: [String]]) -> [String] {
        var waits: [String: Int] = [:]
        for parent in parents.values.joined() { waits[parent, default: 0] += 1 }
        var ready = parents.keys.filter { waits[$0] == nil }.sorted()
        var order: [String] = []
        while let name = ready.popLast() {
            if waits[name] != nil { order.append(name) }
            for parent in parents[name] ?? [] {
                waits[parent, default: 0] -= 1
                if waits[parent] == 0 { ready.append(parent) }
            }
        }
        return order + waits.filter { $0.value > 0 }.keys.sorted()
    }
}
