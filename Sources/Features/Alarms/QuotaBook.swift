package import Catalog
package import MetricMath
package import SignalModel
import Synchronization
package import WireFormats

/// Every tenant's quotas, in the catalog and, for evaluations, in memory.
package final class QuotaBook: Sendable {
    static let collection = "service-quotas"
    /// Of one tenant.
    package static let quotasMax = 1000

    private let catalog: Catalog
    private let tables: Mutex<[Tenant: QuotaTable]>

    /// - Throws: what the catalog throws, and for a document that is no quota.
    package init(catalog: Catalog) async throws {
        self.catalog = catalog
        let documents = try await catalog.read { snapshot in
            var all: [Document] = []
            var last: Document?
            repeat {
                let page = try snapshot.documentsOfAllTenants(in: Self.collection, after: last, limit: 1000)
                all += page
                last = page.last
            } while last != nil
            return all
        }
        var tables: [Tenant: QuotaTable] = [:]
        for document in documents {
            guard let quota = ServiceQuota(document: try AlarmStorage.root(of: document)) else {
                throw AlarmError(code: .corrupt, message: "cannot read quota \(document.key): its document is none")
            }
            tables[document.tenant, default: QuotaTable()].set(quota)
        }
        self.tables = Mutex(tables)
    }

    package func table(of tenant: Tenant) -> QuotaTable { tables.withLock { $0[tenant] ?? QuotaTable() } }

    /// What expressions are given; it follows later changes.
    package func lookup(of tenant: Tenant) -> QuotaLookup { { self.table(of: tenant).value(for: $0) } }

    /// Adds quotas or replaces those of the same metric and dimensions; durable when it returns.
    /// - Throws: `AlarmError`, `.limit`.
    package func set(_ quotas: [ServiceQuota], of tenant: Tenant) async throws {
        try await catalog.write { transaction in
            for quota in quotas {
                try transaction.put(JSON.encode(quota.wire), key: quota.key, in: Self.collection, tenant: tenant)
            }
            guard try transaction.documentCount(in: Self.collection, tenant: tenant) <= Self.quotasMax else {
                throw AlarmError(code: .limit, message: "cannot set quotas: there would be more than \(Self.quotasMax)")
            }
        }
        tables.withLock { tables in
            for quota in quotas { tables[tenant, default: QuotaTable()].set(quota) }
        }
    }
}

extension ServiceQuota {
    fileprivate var key: String {
        ([namespace, metricName] + dimensions.map { $0.name + "=" + $0.value }).joined(separator: AlarmStorage.separator)
    }

    /// - Returns: nil for what is no quota: without namespace, metric or a value that can be a limit.
    package init?(document: WireNode) {
        guard let namespace = document["namespace"]?.text, let metric = document["metricName"]?.text, let value = document["value"]?.double,
            !namespace.isEmpty, !metric.isEmpty, namespace.utf16.count <= 255, metric.utf16.count <= 255, value.isFinite, value > 0
        else { return nil }
        var dimensions: [MetricIdentity.Dimension] = []
        for member in document["dimensions"]?.children ?? WireChildren.none {
            guard let text = member.text, dimensions.count < 30, member.key.utf16.count <= 255, text.utf16.count <= 1024 else { return nil }
            dimensions.append(MetricIdentity.Dimension(name: member.key, value: text))
        }
        let description = document["description"]?.text.map { String($0.prefix(256)) }
        self.init(namespace: namespace, metricName: metric, dimensions: dimensions, value: value, description: description)
    }
}
