package import Catalog
package import SignalModel
import Synchronization
import WireFormats

/// All alarms of all tenants, in the catalog. Every change is durable when its call returns, and stands in the alarm's history.
package final class AlarmBook: Sendable {
    private let catalog: Catalog
    private let targetRefusal: TargetRefusal
    private let alarmsMax: Int
    /// What an evaluation must know of.
    let changes = AlarmChanges()
    /// Grows with every write that may have made actions wait, or end their waiting.
    private let holdCount = Atomic<Int>(0)

    /// - Parameters:
    ///   - alarmsMax: of one tenant.
    ///   - targetRefusal: says why a topic cannot be delivered to, so that history tells the truth about actions.
    package init(catalog: Catalog, alarmsMax: Int = 20_000, targetRefusal: @escaping TargetRefusal = { _, _, _ in nil }) {
        self.catalog = catalog
        self.alarmsMax = alarmsMax
        self.targetRefusal = targetRefusal
    }

    var holdChanges: Int { holdCount.load(ordering: .acquiring) }

    // MARK: Changing

    /// Creates the alarm, or replaces its definition and keeps its state.
    /// - Parameter tags: for a new alarm; an existing one keeps its own.
    /// - Throws: `AlarmError`: `.limit` when the tenant has as many alarms as it may have, `.name`, and for a composite alarm `.rule`.
    package func put(
        _ definition: AlarmDefinition, tags: [(key: String, value: String)], of tenant: Tenant, at now: Timestamp
    ) async throws {
        let name = definition.settings.name
        try await write([name], tenant, at: now) { [alarmsMax] step in
            try AlarmStorage.check(name: name)
            let old = try AlarmStorage.alarm(name, of: tenant, in: step.transaction)
            if old == nil, try step.transaction.documentCount(in: AlarmStorage.rules, tenant: tenant) >= alarmsMax {
                throw AlarmError(code: .limit, message: "The maximum of \(alarmsMax) alarms has been reached.")
            }
            if let old, old.kind != definition.kind {
                throw AlarmError(code: .name, message: "The name \(name) is that of an existing alarm of type \(old.kind.rawValue).")
            }
            try step.put(definition, over: old, tags: tags)
        }
    }

    package func put(_ rule: AlarmRule, tags: [(key: String, value: String)], of tenant: Tenant, at now: Timestamp) async throws {
        try await put(.data(rule), tags: tags, of: tenant, at: now)
    }

    /// Names that are not there are no mistake. The history stays.
    /// - Throws: `AlarmError`: `.inUse` when a composite alarm that stays depends on one of them, `.combination` for those that are
    ///   deleted one by one only.
    package func delete(_ names: [String], of tenant: Tenant, at now: Timestamp) async throws {
        try await write(names, tenant, at: now) { try $0.delete(names) }
    }

    /// Names that are not there are no mistake.
    package func setActionsEnabled(_ isEnabled: Bool, of names: [String], tenant: Tenant, at now: Timestamp) async throws {
        try await write(names, tenant, at: now) { step in
            for name in names {
                guard var alarm = try AlarmStorage.alarm(name, of: tenant, in: step.transaction), alarm.settings.actionsEnabled != isEnabled
                else { continue }
                alarm.definition.settings.actionsEnabled = isEnabled
                alarm.configured = now.nanoseconds
                try AlarmStorage.putRule(of: alarm, in: step.transaction)
                try AlarmStorage.append(.configuration(.Update, of: alarm, at: now), of: tenant, to: step.transaction)
            }
        }
    }

    /// Sets the state by hand, with the actions of the new one. The next evaluation may change it again.
    /// - Returns: false when there is no such alarm.
    package func setState(
        _ value: AlarmState.Value, reason: String, reasonData: String?, of name: String, tenant: Tenant, at now: Timestamp
    ) async throws -> Bool {
        try await write([name], tenant, at: now) { step in
            guard let alarm = try AlarmStorage.alarm(name, of: tenant, in: step.transaction) else { return false }
            let transitioned = value == alarm.state.value ? alarm.state.transitioned : now.nanoseconds
            try step.change(alarm, to: AlarmState(
                value: value, reason: reason, reasonData: reasonData, updated: now.nanoseconds, transitioned: transitioned))
            return true
        }
    }

    /// Writes what an evaluation has decided, each unless its alarm has changed since it was read; all in one step.
    /// - Returns: the states as they are stored now; nil for what was not written.
    func apply(_ transitions: [AlarmTransition], of tenant: Tenant, at now: Timestamp) async throws -> [AlarmState?] {
        try await step(tenant, at: now) { step in
            try transitions.map { transition in
                guard let stored = try AlarmStorage.alarm(transition.alarm.name, of: tenant, in: step.transaction), transition.isAbout(stored)
                else { return nil }
                return try step.change(stored, to: transition.new)
            }
        }
    }

    /// Lets actions go whose waiting is over.
    func release(_ name: String, of tenant: Tenant, at now: Timestamp) async throws {
        try await step(tenant, at: now) { step in
            guard let alarm = try AlarmStorage.alarm(name, of: tenant, in: step.transaction) else {
                try step.transaction.remove(name, in: AlarmStorage.waiting, tenant: tenant)
                return
            }
            try step.release(alarm)
        }
    }

    /// A change of alarms that an evaluation must know of.
    func write<Result: Sendable>(
        _ names: [String], _ tenant: Tenant, at now: Timestamp, _ body: @escaping @Sendable (inout AlarmStep) throws -> Result
    ) async throws -> Result {
        // After the commit, so that nobody who reads in between keeps what was there before; also after a failure, whose reach is unknown.
        defer { changes.note(names.map { AlarmKey(tenant: tenant, name: $0) }) }
        return try await step(tenant, at: now, body)
    }

    func step<Result: Sendable>(
        _ tenant: Tenant, at now: Timestamp, _ body: @escaping @Sendable (inout AlarmStep) throws -> Result
    ) async throws -> Result {
        defer { holdCount.add(1, ordering: .acquiringAndReleasing) }
        return try await change { [targetRefusal] transaction in
            var step = AlarmStep(transaction, tenant: tenant, at: now, targetRefusal: targetRefusal)
            let result = try body(&step)
            try step.settle()
            return result
        }
    }

    /// A change that no evaluation needs to know of.
    func change<Result: Sendable>(_ body: @escaping @Sendable (CatalogTransaction) throws -> Result) async throws -> Result {
        try await Catalog.stored { try await catalog.write(body) }
    }

    /// Whether a change of the catalog is one of an alarm's state or rule; its key is the alarm's name.
    package static func concernsAlarms(_ change: CatalogChange) -> Bool {
        change.collection == AlarmStorage.states || change.collection == AlarmStorage.rules
    }

    // MARK: Reading

    func read<Result: Sendable>(_ body: @escaping @Sendable (CatalogSnapshot) throws -> Result) async throws -> Result {
        try await Catalog.stored { try await catalog.read(body) }
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

    /// What an evaluation keeps of an alarm.
    struct Entry: Sendable {
        let alarm: Alarm
        let options: AlarmOptions
    }

    /// Every tenant's, for the evaluation. An alarm that cannot be read does not keep the others from being judged.
    func everyEntry() async throws -> (entries: [Entry], damaged: [any Error]) {
        try await read { snapshot in
            var entries: [Entry] = [], damaged: [any Error] = []
            var last: Document?
            repeat {
                let page = try snapshot.documentsOfAllTenants(in: AlarmStorage.rules, after: last, limit: 1000)
                for rule in page {
                    do { entries.append(try Self.entry(rule, snapshot)) } catch let error as AlarmError { damaged.append(error) }
                }
                last = page.last
            } while last != nil
            return (entries, damaged)
        }
    }

    /// Those of `keys` that are there.
    func entries(_ keys: Set<AlarmKey>) async throws -> (entries: [Entry], damaged: [any Error]) {
        try await read { snapshot in
            var entries: [Entry] = [], damaged: [any Error] = []
            for key in keys {
                guard let rule = try snapshot.document(key.name, in: AlarmStorage.rules, tenant: key.tenant) else { continue }
                do { entries.append(try Self.entry(rule, snapshot)) } catch let error as AlarmError { damaged.append(error) }
            }
            return (entries, damaged)
        }
    }

    private static func entry(_ rule: Document, _ snapshot: CatalogSnapshot) throws -> Entry {
        let alarm = try AlarmStorage.alarm(rule, state: snapshot.document(rule.key, in: AlarmStorage.states, tenant: rule.tenant))
        return Entry(alarm: alarm, options: AlarmOptions(tags: try AlarmTags.tags(of: rule.key, rule.tenant, in: snapshot)))
    }

    /// When alarms' actions wait until, the earliest first.
    func waiting() async throws -> [(key: AlarmKey, until: Int64)] {
        let documents = try await read { snapshot in
            var all: [Document] = []
            var last: Document?
            repeat {
                let page = try snapshot.documentsOfAllTenants(in: AlarmStorage.waiting, after: last, limit: 1000)
                all += page
                last = page.last
            } while last != nil
            return all
        }
        let waiting = try documents.map { document in
            (key: AlarmKey(tenant: document.tenant, name: document.key), until: try AlarmStorage.root(of: document)["until"]?.integer ?? 0)
        }
        return waiting.sorted { $0.until < $1.until }
    }

    /// The alarms that a composite alarm is about; nil when there is no such composite alarm.
    package func children(of name: String, tenant: Tenant) async throws -> [Alarm]? {
        try await read { snapshot in
            guard let rule = try AlarmStorage.alarm(name, of: tenant, in: snapshot)?.composite else { return nil }
            return try rule.children(of: tenant).names.sorted().compactMap { try AlarmStorage.alarm($0, of: tenant, in: snapshot) }
        }
    }

    /// The composite alarms whose rules name this one.
    package func parents(of name: String, tenant: Tenant) async throws -> [Alarm] {
        try await read { snapshot in
            try AlarmStorage.linked(to: name, in: AlarmStorage.parents, tenant, snapshot).compactMap { parent in
                guard let alarm = try AlarmStorage.alarm(parent, of: tenant, in: snapshot), let rule = alarm.composite,
                    rule.children(of: tenant).names.contains(name)
                else { return nil }
                return alarm
            }
        }
    }

    /// A page of history.
    /// - Parameters:
    ///   - name: nil for all alarms.
    ///   - alarms: of which kinds.
    ///   - after: `next` of the page before.
    /// - Returns: up to `limit` items, and where the next page begins; nil when this is the last.
    package func history(
        of name: String?, alarms: Set<AlarmKind> = Set(AlarmKind.allCases), tenant: Tenant, kind: AlarmHistoryItem.Kind?, range: TimeRange,
        newestFirst: Bool, limit: Int, after start: EventPosition?
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
                if kind == nil || item.kind == kind, alarms.contains(item.alarmKind) {
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
