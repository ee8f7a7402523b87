package import Catalog
package import SignalModel
import Synchronization
import WireFormats

/// All alarms of all tenants, in the catalog. Every change is durable when its call returns, and stands in the alarm's history.
package final class AlarmBook: Sendable {
    private let catalog: Catalog
    private let targetRefusal: TargetRefusal
    private let alarmsMax: Int
    private let changes = Atomic<Int>(0)

    /// - Parameters:
    ///   - alarmsMax: of one tenant.
    ///   - targetRefusal: says why a topic cannot be delivered to, so that history tells the truth about actions.
    package init(catalog: Catalog, alarmsMax: Int = 20_000, targetRefusal: @escaping TargetRefusal = { _, _, _ in nil }) {
        self.catalog = catalog
        self.alarmsMax = alarmsMax
        self.targetRefusal = targetRefusal
    }

    /// Grows with every change that an evaluation must know of.
    var changeCount: Int { changes.load(ordering: .acquiring) }

    // MARK: Changing

    /// Creates the alarm, or replaces its rule and keeps its state.
    /// - Parameter tags: for a new alarm; an existing one keeps its own.
    /// - Throws: `AlarmError`, `.limit`, when the tenant has as many alarms as it may have.
    package func put(_ rule: AlarmRule, tags: [(key: String, value: String)], of tenant: Tenant, at now: Timestamp) async throws {
        try await write { [alarmsMax] transaction in
            let old = try AlarmStorage.alarm(rule.name, of: tenant, in: transaction)
            if old == nil, try transaction.documentCount(in: AlarmStorage.rules, tenant: tenant) >= alarmsMax {
                throw AlarmError(code: .limit, message: "The maximum of \(alarmsMax) alarms has been reached.")
            }
            let state = old?.state ?? .initial(at: now.nanoseconds)
            let alarm = Alarm(tenant: tenant, rule: rule, configured: now.nanoseconds, state: state)
            try AlarmStorage.putRule(of: alarm, in: transaction)
            if old == nil {
                try AlarmStorage.put(state, of: alarm, in: transaction)
                try AlarmTags.put(tags, of: rule.name, tenant, in: transaction)
            }
            try AlarmStorage.append(.configuration(old == nil ? .Create : .Update, of: alarm, at: now), of: tenant, to: transaction)
        }
    }

    /// Names that are not there are no mistake. The history stays.
    package func delete(_ names: [String], of tenant: Tenant, at now: Timestamp) async throws {
        try await write { transaction in
            for name in names {
                guard let alarm = try AlarmStorage.alarm(name, of: tenant, in: transaction) else { continue }
                for collection in [AlarmStorage.rules, AlarmStorage.states, AlarmStorage.tags] {
                    try transaction.remove(name, in: collection, tenant: tenant)
                }
                try AlarmStorage.append(.configuration(.Delete, of: alarm, at: now), of: tenant, to: transaction)
            }
        }
    }

    /// Names that are not there are no mistake.
    package func setActionsEnabled(_ isEnabled: Bool, of names: [String], tenant: Tenant, at now: Timestamp) async throws {
        try await write { transaction in
            for name in names {
                guard var alarm = try AlarmStorage.alarm(name, of: tenant, in: transaction), alarm.rule.actionsEnabled != isEnabled else { continue }
                alarm.rule.actionsEnabled = isEnabled
                alarm.configured = now.nanoseconds
                try AlarmStorage.putRule(of: alarm, in: transaction)
                try AlarmStorage.append(.configuration(.Update, of: alarm, at: now), of: tenant, to: transaction)
            }
        }
    }

    /// Sets the state by hand, with the actions of the new one. The next evaluation may change it again.
    /// - Returns: false when there is no such alarm.
    package func setState(
        _ value: AlarmState.Value, reason: String, reasonData: String?, of name: String, tenant: Tenant, at now: Timestamp
    ) async throws -> Bool {
        try await write { [targetRefusal] transaction in
            guard let alarm = try AlarmStorage.alarm(name, of: tenant, in: transaction) else { return false }
            let transitioned = value == alarm.state.value ? alarm.state.transitioned : now.nanoseconds
            let new = AlarmState(value: value, reason: reason, reasonData: reasonData, updated: now.nanoseconds, transitioned: transitioned)
            try AlarmTransition(alarm: alarm, new: new).write(in: transaction, targetRefusal: targetRefusal)
            return true
        }
    }

    /// Writes what an evaluation has decided, unless the alarm has changed since it was read.
    /// - Returns: whether it was written.
    func apply(_ transition: AlarmTransition) async throws -> Bool {
        try await change { [targetRefusal] transaction in
            let alarm = transition.alarm
            guard try AlarmStorage.alarm(alarm.name, of: alarm.tenant, in: transaction) == alarm else { return false }
            try transition.write(in: transaction, targetRefusal: targetRefusal)
            return true
        }
    }

    private func write<Result: Sendable>(_ body: @escaping @Sendable (CatalogTransaction) throws -> Result) async throws -> Result {
        // After the commit too, so that nobody who reads in between keeps what was there before.
        defer { changes.add(1, ordering: .acquiringAndReleasing) }
        return try await change(body)
    }

    /// A change that no evaluation needs to know of.
    func change<Result: Sendable>(_ body: @escaping @Sendable (CatalogTransaction) throws -> Result) async throws -> Result {
        do { return try await catalog.write(body) } catch let error as CatalogError { throw StorageError(error) }
    }

    /// Whether a change of the catalog is one of an alarm's state or rule; its key is the alarm's name.
    package static func concernsAlarms(_ change: CatalogChange) -> Bool {
        change.collection == AlarmStorage.states || change.collection == AlarmStorage.rules
    }

    // MARK: Reading

    func read<Result: Sendable>(_ body: @escaping @Sendable (CatalogSnapshot) throws -> Result) async throws -> Result {
        do { return try await catalog.read(body) } catch let error as CatalogError { throw StorageError(error) }
    }

    package func alarm(_ name: String, of tenant: Tenant) async throws -> Alarm? {
        try await read { try AlarmStorage.alarm(name, of: tenant, in: $0) }
    }

    /// By name, names after `after`.
    package func alarms(of tenant: Tenant, prefix: String = "", after: String? = nil, limit: Int) async throws -> [Alarm] {
        let pairs = try await read { snapshot in
            try snapshot.documents(in: AlarmStorage.rules, tenant: tenant, prefix: prefix, after: after, limit: limit).map { rule in
                (rule, try snapshot.document(rule.key, in: AlarmStorage.states, tenant: tenant))
            }
        }
        return try pairs.map { try AlarmStorage.alarm($0, state: $1) }
    }

    /// Every tenant's, for the evaluation. An alarm that cannot be read does not keep the others from being judged.
    func everyAlarm() async throws -> (alarms: [Alarm], damaged: [any Error]) {
        let pairs = try await read { snapshot in
            var pairs: [(Document, Document?)] = []
            var last: Document?
            repeat {
                let page = try snapshot.documentsOfAllTenants(in: AlarmStorage.rules, after: last, limit: 1000)
                for rule in page { pairs.append((rule, try snapshot.document(rule.key, in: AlarmStorage.states, tenant: rule.tenant))) }
                last = page.last
            } while last != nil
            return pairs
        }
        var alarms: [Alarm] = []
        var damaged: [any Error] = []
        for (rule, state) in pairs {
            do { alarms.append(try AlarmStorage.alarm(rule, state: state)) } catch { damaged.append(error) }
        }
        return (alarms, damaged)
    }

    /// A page of history.
    /// - Parameters:
    ///   - name: nil for all alarms.
    ///   - after: `next` of the page before.
    /// - Returns: up to `limit` items, and where the next page begins; nil when this is the last.
    package func history(
        of name: String?, tenant: Tenant, kind: AlarmHistoryItem.Kind?, range: TimeRange, newestFirst: Bool, limit: Int,
        after start: EventPosition?
    ) async throws -> (items: [AlarmHistoryItem], next: EventPosition?) {
        var items: [AlarmHistoryItem] = []
        var position = start
        while true {
            let after = position
            let events = try await read { snapshot in
                try snapshot.events(
                    in: AlarmStorage.history, tenant: tenant, key: name, range: range, newestFirst: newestFirst, limit: 200, after: after)
            }
            for event in events {
                let item = try Self.item(of: event)
                if kind == nil || item.kind == kind {
                    if items.count == limit { return (items, position) }
                    items.append(item)
                }
                position = event.position
            }
            if events.count < 200 { return (items, nil) }
        }
    }

    /// Forgets what happened before `time`.
    func pruneHistory(before time: Timestamp) async throws {
        let rows = 1000         // of one transaction, so that writers do not wait for long
        while try await change({ try $0.pruneEvents(in: AlarmStorage.history, before: time, limit: rows) }) == rows {}
    }

    private static func item(of event: CatalogEvent) throws -> AlarmHistoryItem {
        guard let item = AlarmHistoryItem(alarmName: event.key, time: event.time, document: try WireDocument(json: event.body).root) else {
            throw AlarmError(code: .corrupt, message: "cannot read the history of alarm \(event.key): an item is none")
        }
        return item
    }
}
