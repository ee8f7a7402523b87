import Catalog
import SignalModel
import WireFormats

/// Where in the catalog alarms lie: a document for the definition, one for the state, one for the tags, all under the alarm's name; the
/// history as events under it, which outlives the alarm; and what leads from one to another.
///
/// Keys of two names are `{first}\u{1}{second}`: no name holds control characters.
enum AlarmStorage {
    static let rules = "alarms"
    static let states = "alarm-states"
    static let tags = "alarm-tags"
    static let history = "alarm-history"
    /// Child and parent: composite alarms by the alarms whose state they depend on, as child or as suppressor.
    static let parents = "alarm-parents"
    /// Alarms whose actions wait for a time: `{"until": nanoseconds}`.
    static let waiting = "alarm-waiting"
    /// What a log alarm's last queries came to.
    static let logResults = "alarm-log-results"
    /// Alarm and mute rule.
    static let muteTargets = "alarm-mute-targets"

    static let separator = "\u{1}"

    /// - Throws: `.name` for what could not be told from a key of two names.
    static func check(name: String) throws(AlarmError) {
        guard name.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 }) else {
            throw AlarmError(code: .name, message: "The name must not contain control characters.")
        }
    }

    static func put(_ state: AlarmState, of alarm: Alarm, in transaction: CatalogTransaction) throws {
        try transaction.put(JSON.encode(state.document), key: alarm.name, in: states, tenant: alarm.tenant)
        try setWaiting(until: state.actions.hold?.until, alarm, in: transaction)
    }

    private static func setWaiting(until: Int64?, _ alarm: Alarm, in transaction: CatalogTransaction) throws {
        if let until {
            try transaction.put(JSON.encode(["until": .integer(until)]), key: alarm.name, in: waiting, tenant: alarm.tenant)
        } else if alarm.state.actions.hold?.until != nil {
            try transaction.remove(alarm.name, in: waiting, tenant: alarm.tenant)
        }
    }

    static func putRule(of alarm: Alarm, in transaction: CatalogTransaction) throws {
        try transaction.put(JSON.encode(alarm.ruleDocument), key: alarm.name, in: rules, tenant: alarm.tenant)
    }

    static func append(_ item: AlarmHistoryItem, of tenant: Tenant, to transaction: CatalogTransaction) throws {
        try transaction.append(JSON.encode(item.document), key: item.alarmName, to: history, tenant: tenant, at: item.time)
    }

    // MARK: Pairs

    static func link(_ first: String, _ second: String, in collection: String, _ tenant: Tenant, _ transaction: CatalogTransaction) throws {
        try transaction.put([], key: first + separator + second, in: collection, tenant: tenant)
    }

    static func unlink(_ first: String, _ second: String, in collection: String, _ tenant: Tenant, _ transaction: CatalogTransaction) throws {
        try transaction.remove(first + separator + second, in: collection, tenant: tenant)
    }

    /// What `first` leads to, by name.
    static func linked(to first: String, in collection: String, _ tenant: Tenant, _ snapshot: CatalogSnapshot) throws -> [String] {
        let prefix = first + separator
        return try snapshot.documents(in: collection, tenant: tenant, prefix: prefix).map { String($0.key.dropFirst(prefix.count)) }
    }

    // MARK: Reading

    /// - Returns: nil when there is no such alarm.
    static func alarm(_ name: String, of tenant: Tenant, in snapshot: CatalogSnapshot) throws -> Alarm? {
        guard let rule = try snapshot.document(name, in: rules, tenant: tenant) else { return nil }
        return try alarm(rule, state: snapshot.document(name, in: states, tenant: tenant))
    }

    static func alarm(_ rule: Document, state: Document?) throws -> Alarm {
        guard let state, let alarm = Alarm(tenant: rule.tenant, ruleDocument: try root(of: rule), stateDocument: try root(of: state)) else {
            throw AlarmError(code: .corrupt, message: "cannot read alarm \(rule.key): its documents are not an alarm's")
        }
        return alarm
    }

    /// - Returns: nil when there is no such alarm.
    static func state(_ name: String, of tenant: Tenant, in snapshot: CatalogSnapshot) throws -> AlarmState? {
        guard let document = try snapshot.document(name, in: states, tenant: tenant) else { return nil }
        guard let state = AlarmState(document: try root(of: document)) else {
            throw AlarmError(code: .corrupt, message: "cannot read the state of alarm \(name): its document is none")
        }
        return state
    }

    static func logResults(of name: String, _ tenant: Tenant, in snapshot: CatalogSnapshot) throws -> LogResults {
        guard let document = try snapshot.document(name, in: logResults, tenant: tenant) else { return LogResults() }
        guard let results = LogResults(document: try root(of: document)) else {
            throw AlarmError(code: .corrupt, message: "cannot read the results of alarm \(name): its document is none")
        }
        return results
    }

    static func root(of document: Document) throws -> WireNode {
        do {
            return try WireDocument(json: document.body).root
        } catch {
            throw AlarmError(code: .corrupt, message: "cannot read alarm \(document.key): \(error)", cause: error)
        }
    }
}

/// Why something could not be done with alarms.
package struct AlarmError: Error, Sendable {
    package enum Code: Sendable, Equatable {
        /// What the catalog holds is no alarm.
        case corrupt
        /// A tenant has as many as it may have.
        case limit
        /// A name that no alarm can have, or one that another kind of alarm has.
        case name
        /// A composite alarm's rule or suppressor that cannot be.
        case rule
        /// Something else depends on it.
        case inUse
        /// Not together in one call.
        case combination
    }

    package let code: Code
    /// "cannot <verb> <thing>: <why>", or a sentence in the words of the API where the API has one.
    package let message: String
    package let cause: (any Error)?

    init(code: Code, message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}
