package import Catalog
package import SignalModel
import WireFormats

/// All metric streams of all tenants, in the catalog.
package struct StreamBook: Sendable {
    package static let streams = "metric-streams"
    private static let progress = "metric-stream-progress"
    private static let streamsMax = 100

    private let catalog: Catalog

    package init(catalog: Catalog) { self.catalog = catalog }

    /// Creates a stream, running, or replaces one and lets it be running or stopped as it is.
    /// - Parameter tags: of a new one; one that is there keeps its own.
    /// - Returns: false when the tenant has as many as it may have.
    package func put(_ stream: MetricStream, tags: [Tag], of tenant: Tenant) async throws -> Bool {
        try await Catalog.stored {
            try await catalog.write { transaction in
                var stream = stream
                if let document = try transaction.document(stream.name, in: Self.streams, tenant: tenant) {
                    let old = try Self.stream(document)
                    var kept = MetricStream(
                        name: stream.name, firehoseARN: stream.firehoseARN, roleARN: stream.roleARN, at: stream.updated, created: old.created)
                    (kept.include, kept.exclude, kept.statistics) = (stream.include, stream.exclude, stream.statistics)
                    (kept.format, kept.includesLinkedAccounts, kept.state) = (stream.format, stream.includesLinkedAccounts, old.state)
                    stream = kept
                } else {
                    guard try transaction.documentCount(in: Self.streams, tenant: tenant) < Self.streamsMax else { return false }
                    try Self.begin(stream.name, tenant, at: stream.created, in: transaction)
                    try transaction.setTags(tags, of: stream.name, in: Self.streams, tenant: tenant)
                }
                try transaction.put(JSON.encode(stream.document), key: stream.name, in: Self.streams, tenant: tenant)
                return true
            }
        }
    }

    /// From the minute that begins on.
    private static func begin(_ name: String, _ tenant: Tenant, at time: Timestamp, in transaction: CatalogTransaction) throws {
        let progress = StreamProgress(next: time.seconds / 60)
        try transaction.put(JSON.encode(progress.document), key: name, in: Self.progress, tenant: tenant)
    }

    /// A name that is not there is no mistake.
    package func delete(_ name: String, of tenant: Tenant) async throws {
        try await Catalog.stored {
            try await catalog.write { transaction in
                for collection in [Self.streams, Self.progress] { try transaction.remove(name, in: collection, tenant: tenant) }
                try transaction.setTags([], of: name, in: Self.streams, tenant: tenant)
            }
        }
    }

    /// Starts or stops streams. What comes while one is stopped is not sent later.
    package func setState(_ state: MetricStream.State, of names: [String], tenant: Tenant, at now: Timestamp) async throws {
        try await Catalog.stored {
            try await catalog.write { transaction in
                for name in names {
                    guard let document = try transaction.document(name, in: Self.streams, tenant: tenant) else { continue }
                    var stream = try Self.stream(document)
                    guard stream.state != state else { continue }
                    stream.state = state
                    stream.updated = now
                    try transaction.put(JSON.encode(stream.document), key: name, in: Self.streams, tenant: tenant)
                    if state == .running { try Self.begin(name, tenant, at: now, in: transaction) }
                }
            }
        }
    }

    package func stream(_ name: String, of tenant: Tenant) async throws -> MetricStream? {
        let document = try await Catalog.stored { try await catalog.read { try $0.document(name, in: Self.streams, tenant: tenant) } }
        return try document.map(Self.stream)
    }

    /// By name.
    package func streams(of tenant: Tenant, after: String?, limit: Int) async throws -> [MetricStream] {
        let documents = try await Catalog.stored { try await catalog.read { try $0.documents(in: Self.streams, tenant: tenant, after: after, limit: limit) } }
        return try documents.map(Self.stream)
    }

    // MARK: For the loop

    struct Running: Sendable {
        let tenant: Tenant
        let stream: MetricStream
        let progress: StreamProgress
    }

    func running() async throws -> [Running] {
        try await Catalog.stored {
            try await catalog.read { snapshot in
                try snapshot.documentsOfAllTenants(in: Self.streams).compactMap { document in
                    let stream = try Self.stream(document)
                    guard stream.state == .running, let found = try snapshot.document(stream.name, in: Self.progress, tenant: document.tenant),
                        let root = try? WireDocument(json: found.body).root, let progress = StreamProgress(document: root)
                    else { return nil }
                    return Running(tenant: document.tenant, stream: stream, progress: progress)
                }
            }
        }
    }

    /// Unless the stream was changed, stopped or removed meanwhile.
    func save(_ progress: StreamProgress, of running: Running) async throws {
        try await Catalog.stored {
            try await catalog.write { transaction in
                guard let document = try transaction.document(running.stream.name, in: Self.streams, tenant: running.tenant),
                    try Self.stream(document).state == .running
                else { return }
                try transaction.put(JSON.encode(progress.document), key: running.stream.name, in: Self.progress, tenant: running.tenant)
            }
        }
    }

    private static func stream(_ document: Document) throws -> MetricStream {
        guard let root = try? WireDocument(json: document.body).root, let stream = MetricStream(name: document.key, document: root) else {
            throw StorageError(code: .corrupt, message: "cannot read metric stream \(document.key): its document is damaged")
        }
        return stream
    }
}
