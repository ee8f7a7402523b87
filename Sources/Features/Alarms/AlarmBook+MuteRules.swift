import Catalog
package import SignalModel
import WireFormats

extension AlarmBook {
    package static let muteRulesMax = 2000

    /// Creates the rule, or replaces it. Alarms that the old one kept mute and no other does are let go at once.
    /// - Throws: `AlarmError`: `.limit`, `.name`, and `.rule` for a target that is not there.
    package func put(_ rule: MuteRule, tags: [(key: String, value: String)], of tenant: Tenant, at now: Timestamp) async throws {
        try await step(tenant, at: now) { step in
            try AlarmStorage.check(name: rule.name)
            let old = try MuteStorage.rule(rule.name, tenant, step.transaction)
            if old == nil, try step.transaction.documentCount(in: MuteRule.collection, tenant: tenant) >= Self.muteRulesMax {
                throw AlarmError(code: .limit, message: "The maximum of \(Self.muteRulesMax) alarm mute rules has been reached.")
            }
            let unknown = try rule.targets.filter { try step.transaction.document($0, in: AlarmStorage.rules, tenant: tenant) == nil }
            guard unknown.isEmpty else {
                throw AlarmError(code: .rule, message: "The alarms [\(unknown.joined(separator: ", "))] in MuteTargets do not exist.")
            }
            try step.transaction.put(JSON.encode(rule.document), key: rule.name, in: MuteRule.collection, tenant: tenant)
            if old == nil {
                let tags = tags.map { Tag(key: $0.key, value: $0.value) }
                try step.transaction.setTags(tags, of: rule.name, in: MuteRule.collection, tenant: tenant)
            }
            try step.setTargets(of: rule.name, from: old?.targets ?? [], to: rule.targets)
        }
    }

    /// A name that is not there is no mistake. Alarms that no other rule keeps mute are let go at once.
    package func deleteMuteRule(_ name: String, of tenant: Tenant, at now: Timestamp) async throws {
        try await step(tenant, at: now) { step in
            guard let old = try MuteStorage.rule(name, tenant, step.transaction) else { return }
            try step.transaction.remove(name, in: MuteRule.collection, tenant: tenant)
            try step.transaction.setTags([], of: name, in: MuteRule.collection, tenant: tenant)
            try step.setTargets(of: name, from: old.targets, to: [])
        }
    }

    package func muteRule(_ name: String, of tenant: Tenant) async throws -> MuteRule? {
        try await read { try MuteStorage.rule(name, tenant, $0) }
    }

    /// By name, names after `after`.
    /// - Parameter alarm: only rules about this alarm; nil for all.
    package func muteRules(of tenant: Tenant, muting alarm: String? = nil, after: String? = nil, limit: Int) async throws -> [MuteRule] {
        try await read { snapshot in
            if let alarm {
                let rules = try MuteStorage.rules(muting: alarm, tenant, snapshot)
                return Array(rules.filter { after?.utf8.lexicographicallyPrecedes($0.name.utf8) ?? true }.prefix(limit))
            }
            return try snapshot.documents(in: MuteRule.collection, tenant: tenant, after: after, limit: limit).map(MuteStorage.rule)
        }
    }
}

extension AlarmStep {
    func setTargets(of rule: String, from old: [String], to new: [String]) throws {
        for name in Set(old).subtracting(new) { try AlarmStorage.unlink(name, rule, in: AlarmStorage.muteTargets, tenant, transaction) }
        for name in Set(new).subtracting(old) { try AlarmStorage.link(name, rule, in: AlarmStorage.muteTargets, tenant, transaction) }
        for name in Set(old).union(new).sorted() {
            if let alarm = try AlarmStorage.alarm(name, of: tenant, in: transaction) { try release(alarm, rulesHaveChanged: true) }
        }
    }
}
