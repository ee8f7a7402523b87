package import Catalog
package import SignalModel
import WireFormats

/// The dashboards of an account: they belong to no region. Bodies are kept byte for byte.
package struct DashboardBook: Sendable {
    /// What a list shows of a dashboard.
    package struct Entry: Sendable, Equatable {
        package let name: String
        package let modified: Timestamp
        /// Bytes of the body.
        package let size: Int
    }

    package enum Deletion: Sendable, Equatable { case done, noSuch([String]) }
    package enum Storing: Sendable, Equatable { case done, tooMany }

    /// One of a dashboard's facts, one of its body, so that a list reads no bodies.
    package static let facts = "dashboards"
    private static let bodies = "dashboard-bodies"

    private let catalog: Catalog

    package init(catalog: Catalog) { self.catalog = catalog }

    /// Where in the catalog an account's dashboards lie.
    package static func place(of account: String) -> Tenant { Tenant(account: account, region: "") }

    package static func arn(of name: String, account: String) -> String { "arn:aws:cloudwatch::\(account):dashboard/\(name)" }

    /// Creates the dashboard or replaces its body.
    /// - Parameter tags: of a new one; one that is there keeps its own.
    package func put(
        _ name: String, body: [UInt8], tags: [Tag], account: String, at now: Timestamp
    ) async throws -> Storing {
        let place = Self.place(of: account)
        return try await write { transaction in
            let isNew = try transaction.document(name, in: Self.facts, tenant: place) == nil
            if isNew, try transaction.documentCount(in: Self.facts, tenant: place) >= DashboardLimits.dashboardsMax { return .tooMany }
            let facts: WireValue = .members(("LastModified", .integer(now.nanoseconds)), ("Size", .integer(Int64(body.count))))
            try transaction.put(JSON.encode(facts), key: name, in: Self.facts, tenant: place)
            try transaction.put(body, key: name, in: Self.bodies, tenant: place)
            if isNew { try transaction.setTags(tags, of: name, in: Self.facts, tenant: place) }
            return .done
        }
    }

    /// Nil when there is no such dashboard.
    package func body(of name: String, account: String) async throws -> [UInt8]? {
        try await read { try $0.document(name, in: Self.bodies, tenant: Self.place(of: account))?.body }
    }

    /// By name.
    /// - Parameter after: the last name of the page before.
    package func entries(prefix: String, after: String?, limit: Int, account: String) async throws -> [Entry] {
        let documents = try await read { snapshot in
            try snapshot.documents(in: Self.facts, tenant: Self.place(of: account), prefix: prefix, after: after, limit: limit)
        }
        return try documents.map { document in
            guard let root = try? WireDocument(json: document.body).root, let modified = root["LastModified"]?.integer,
                let size = root["Size"]?.integer
            else { throw StorageError(code: .corrupt, message: "cannot read dashboard \(document.key): its document is damaged") }
            return Entry(name: document.key, modified: Timestamp(nanoseconds: modified), size: Int(size))
        }
    }

    /// Removes those that are there, and says which are not.
    package func delete(_ names: [String], account: String) async throws -> Deletion {
        let place = Self.place(of: account)
        return try await write { transaction in
            let missing = try names.filter { try transaction.document($0, in: Self.facts, tenant: place) == nil }
            for name in names where !missing.contains(name) {
                for collection in [Self.facts, Self.bodies] { try transaction.remove(name, in: collection, tenant: place) }
                try transaction.setTags([], of: name, in: Self.facts, tenant: place)
            }
            return missing.isEmpty ? .done : .noSuch(missing)
        }
    }

    private func write<Result: Sendable>(_ body: @escaping @Sendable (CatalogTransaction) throws -> Result) async throws -> Result {
        try await Catalog.stored { try await catalog.write(body) }
    }

    private func read<Result: Sendable>(_ body: @escaping @Sendable (CatalogSnapshot) throws -> Result) async throws -> Result {
        try await Catalog.stored { try await catalog.read(body) }
    }
}
