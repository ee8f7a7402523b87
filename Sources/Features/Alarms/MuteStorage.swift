import Catalog
import SignalModel
import WireFormats

/// Mute rules in the catalog: a document each, and a link from every alarm to the rules that are about it.
enum MuteStorage {
    static func rule(_ name: String, _ tenant: Tenant, _ snapshot: CatalogSnapshot) throws -> MuteRule? {
        try snapshot.document(name, in: MuteRule.collection, tenant: tenant).map(rule)
    }

    static func rule(_ document: Document) throws -> MuteRule {
        guard let rule = MuteRule(document: try AlarmStorage.root(of: document)) else {
            throw AlarmError(code: .corrupt, message: "cannot read mute rule \(document.key): its document is none")
        }
        return rule
    }

    static func rules(muting alarm: String, _ tenant: Tenant, _ snapshot: CatalogSnapshot) throws -> [MuteRule] {
        try AlarmStorage.linked(to: alarm, in: AlarmStorage.muteTargets, tenant, snapshot).compactMap { try rule($0, tenant, snapshot) }
    }
}
