package import Catalog
package import SignalModel
import WireFormats

/// All anomaly detectors of all tenants, in the catalog.
package struct DetectorBook: Sendable {
    private static let collection = "anomaly-detectors"
    private static let detectorsMax = 5_000

    private let catalog: Catalog

    package init(catalog: Catalog) { self.catalog = catalog }

    /// Creates the detector or replaces the one of the same subject.
    /// - Returns: false when the tenant has as many as it may have.
    package func put(_ detector: AnomalyDetector, of tenant: Tenant) async throws -> Bool {
        try await Catalog.stored {
            try await catalog.write { transaction in
                let isNew = try transaction.document(detector.key, in: Self.collection, tenant: tenant) == nil
                if isNew, try transaction.documentCount(in: Self.collection, tenant: tenant) >= Self.detectorsMax { return false }
                try transaction.put(JSON.encode(detector.document), key: detector.key, in: Self.collection, tenant: tenant)
                return true
            }
        }
    }

    /// - Returns: whether it was there.
    package func delete(_ key: String, of tenant: Tenant) async throws -> Bool {
        try await Catalog.stored { try await catalog.write { try $0.remove(key, in: Self.collection, tenant: tenant) } }
    }

    package func detector(_ key: String, of tenant: Tenant) async throws -> AnomalyDetector? {
        let document = try await Catalog.stored { try await catalog.read { try $0.document(key, in: Self.collection, tenant: tenant) } }
        return try document.map(Self.detector)
    }

    /// By key.
    package func detectors(of tenant: Tenant, after: String?, limit: Int) async throws -> [AnomalyDetector] {
        let documents = try await Catalog.stored {
            try await catalog.read { try $0.documents(in: Self.collection, tenant: tenant, after: after, limit: limit) }
        }
        return try documents.map(Self.detector)
    }

    private static func detector(_ document: Document) throws -> AnomalyDetector {
        guard let root = try? WireDocument(json: document.body).root, let detector = AnomalyDetector(key: document.key, document: root) else {
            throw StorageError(code: .corrupt, message: "cannot read anomaly detector \(document.key): its document is damaged")
        }
        return detector
    }
}
