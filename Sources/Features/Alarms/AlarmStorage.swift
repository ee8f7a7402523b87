import Catalog
import SignalModel
import WireFormats

/// Where in the catalog alarms lie: a document for the rule, one for the state, one for the tags, all under the alarm's name; and the
/// history as events under it, which outlives the alarm.
enum AlarmStorage {
    static let rules = "alarms"
    static let states = "alarm-states"
    static let tags = "alarm-tags"
    static let history = "alarm-history"

    static func put(_ state: AlarmState, of alarm: Alarm, in transaction: CatalogTransaction) throws {
        try transaction.put(JSON.encode(state.document), key: alarm.name, in: states, tenant: alarm.tenant)
    }

    static func putRule(of alarm: Alarm, in transaction: CatalogTransaction) throws {
        try transaction.put(JSON.encode(alarm.ruleDocument), key: alarm.name, in: rules, tenant: alarm.tenant)
    }

    static func append(_ item: AlarmHistoryItem, of tenant: Tenant, to transaction: CatalogTransaction) throws {
        try transaction.append(JSON.encode(item.document), key: item.alarmName, to: history, tenant: tenant, at: item.time)
    }

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
    }

    package let code: Code
    /// "cannot <verb> <thing>: <why>"
    package let message: String
    package let cause: (any Error)?

    init(code: Code, message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}
