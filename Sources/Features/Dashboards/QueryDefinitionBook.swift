package import Catalog
package import SignalModel
import WireFormats

/// A metric query that is kept under a name, to be run again; what it says is nobody's business but its reader's.
package struct QueryDefinition: Sendable, Equatable {
    package enum Language: String, CaseIterable, Sendable { case PROMQL, SQL, METRIC_MATH }

    package let id: String
    /// `team/web/latency`; unique.
    package var path, expression: String
    package var language: Language
    package let created: Timestamp
    package var updated: Timestamp

    package init(id: String, path: String, expression: String, language: Language, created: Timestamp, updated: Timestamp) {
        self.id = id
        self.path = path
        self.expression = expression
        self.language = language
        self.created = created
        self.updated = updated
    }

    package static let arnPrefix = "metric-query-definition/"

    /// `arn:aws:cloudwatch:{region}:{account}:metric-query-definition/{id}`
    package func arn(of tenant: Tenant) -> String { "arn:aws:cloudwatch:\(tenant.region):\(tenant.account):\(Self.arnPrefix)\(id)" }
}

/// All metric query definitions of all tenants, in the catalog: by id, and their paths beside them.
package struct QueryDefinitionBook: Sendable {
    package static let definitions = "metric-query-definitions"
    private static let paths = "metric-query-paths"
    package static let definitionsMax = 1_000

    package enum Outcome: Sendable {
        case put(QueryDefinition)
        case noSuchID
        /// Another definition has this path.
        case pathTaken
        case tooMany
    }

    private let catalog: Catalog

    package init(catalog: Catalog) { self.catalog = catalog }

    /// Creates a definition, or replaces all of the one that has this id but the time of its creation and its tags.
    /// - Parameters:
    ///   - isNew: false: it must be there.
    ///   - tags: of a new one.
    package func put(_ definition: QueryDefinition, isNew: Bool, tags: [Tag], of tenant: Tenant) async throws -> Outcome {
        try await Catalog.stored {
            try await catalog.write { transaction in
                var definition = definition
                let old = try transaction.document(definition.id, in: Self.definitions, tenant: tenant).map(Self.definition)
                guard isNew || old != nil else { return .noSuchID }
                if let taker = try transaction.document(definition.path, in: Self.paths, tenant: tenant), taker.body != Array(definition.id.utf8) {
                    return .pathTaken
                }
                if let old {
                    definition = QueryDefinition(
                        id: old.id, path: definition.path, expression: definition.expression, language: definition.language, created: old.created,
                        updated: definition.updated)
                    try transaction.remove(old.path, in: Self.paths, tenant: tenant)
                } else {
                    guard try transaction.documentCount(in: Self.definitions, tenant: tenant) < Self.definitionsMax else { return .tooMany }
                    try transaction.setTags(tags, of: definition.id, in: Self.definitions, tenant: tenant)
                }
                try transaction.put(JSON.encode(definition.document), key: definition.id, in: Self.definitions, tenant: tenant)
                try transaction.put(Array(definition.id.utf8), key: definition.path, in: Self.paths, tenant: tenant)
                return .put(definition)
            }
        }
    }

    /// One that is not there is no mistake.
    package func delete(_ id: String, of tenant: Tenant) async throws {
        try await Catalog.stored {
            try await catalog.write { transaction in
                guard let old = try transaction.document(id, in: Self.definitions, tenant: tenant).map(Self.definition) else { return }
                try transaction.remove(id, in: Self.definitions, tenant: tenant)
                try transaction.remove(old.path, in: Self.paths, tenant: tenant)
                try transaction.setTags([], of: id, in: Self.definitions, tenant: tenant)
            }
        }
    }

    /// Nil when there is none of this id.
    package func definition(_ id: String, of tenant: Tenant) async throws -> QueryDefinition? {
        let document = try await Catalog.stored { try await catalog.read { try $0.document(id, in: Self.definitions, tenant: tenant) } }
        return try document.map(Self.definition)
    }

    /// By id.
    package func definitions(of tenant: Tenant, after id: String?, limit: Int) async throws -> [QueryDefinition] {
        let documents = try await Catalog.stored { try await catalog.read { try $0.documents(in: Self.definitions, tenant: tenant, after: id, limit: limit) } }
        return try documents.map(Self.definition)
    }

    private static func definition(_ document: Document) throws -> QueryDefinition {
        guard let root = try? WireDocument(json: document.body).root, let definition = QueryDefinition(id: document.key, document: root) else {
            throw StorageError(code: .corrupt, message: "cannot read metric query definition \(document.key): its document is damaged")
        }
        return definition
    }
}

extension QueryDefinition {
    fileprivate var document: WireValue {
        .members(
            ("Path", .text(path)), ("Expression", .text(expression)), ("Type", .text(language.rawValue)), ("Created", .integer(created.nanoseconds)),
            ("Updated", .integer(updated.nanoseconds)))
    }

    /// Nil for a document that is no definition of ours.
    fileprivate init?(id: String, document: WireNode) {
        guard let path = document["Path"]?.text, let expression = document["Expression"]?.text,
            let language = document["Type"]?.text.flatMap(Language.init), let created = document["Created"]?.integer,
            let updated = document["Updated"]?.integer
        else { return nil }
        self.init(
            id: id, path: path, expression: expression, language: language, created: Timestamp(nanoseconds: created),
            updated: Timestamp(nanoseconds: updated))
    }
}
