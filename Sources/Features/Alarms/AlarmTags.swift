import Catalog
package import SignalModel
import WireFormats

/// Tags of alarms: at most one value a key, in the order of their keys.
enum AlarmTags {
    static func put(_ tags: [(key: String, value: String)], of name: String, _ tenant: Tenant, in transaction: CatalogTransaction) throws {
        guard !tags.isEmpty else {
            try transaction.remove(name, in: AlarmStorage.tags, tenant: tenant)
            return
        }
        let members = tags.sorted { $0.key < $1.key }.map { ($0.key, WireValue.text($0.value)) }
        try transaction.put(JSON.encode(.map(members)), key: name, in: AlarmStorage.tags, tenant: tenant)
    }

    static func tags(of name: String, _ tenant: Tenant, in snapshot: CatalogSnapshot) throws -> [(key: String, value: String)] {
        guard let document = try snapshot.document(name, in: AlarmStorage.tags, tenant: tenant) else { return [] }
        return try AlarmStorage.root(of: document).children.map { ($0.key, $0.text ?? "") }
    }
}

extension AlarmBook {
    /// Nil when there is no such alarm.
    package func tags(of name: String, tenant: Tenant) async throws -> [(key: String, value: String)]? {
        try await read { snapshot in
            guard try snapshot.document(name, in: AlarmStorage.rules, tenant: tenant) != nil else { return nil }
            return try AlarmTags.tags(of: name, tenant, in: snapshot)
        }
    }

    package enum Tagging: Sendable { case done, noSuchAlarm, tooMany }

    /// Adds tags and replaces those whose keys are there.
    package func tag(_ name: String, _ added: [(key: String, value: String)], tagsMax: Int, tenant: Tenant) async throws -> Tagging {
        try await changeTags(name, tenant) { old in
            let keys = Set(added.map(\.key))
            let all = old.filter { !keys.contains($0.key) } + added
            return all.count > tagsMax ? nil : all
        }
    }

    package func untag(_ name: String, keys: [String], tenant: Tenant) async throws -> Tagging {
        try await changeTags(name, tenant) { old in old.filter { !keys.contains($0.key) } }
    }

    private func changeTags(
        _ name: String, _ tenant: Tenant, _ body: @escaping @Sendable ([(key: String, value: String)]) -> [(key: String, value: String)]?
    ) async throws -> Tagging {
        // An evaluation must know: some tags say how to judge.
        defer { changes.note([AlarmKey(tenant: tenant, name: name)]) }
        return try await change { transaction in
            guard try transaction.document(name, in: AlarmStorage.rules, tenant: tenant) != nil else { return .noSuchAlarm }
            guard let tags = body(try AlarmTags.tags(of: name, tenant, in: transaction)) else { return .tooMany }
            try AlarmTags.put(tags, of: name, tenant, in: transaction)
            return .done
        }
    }
}
