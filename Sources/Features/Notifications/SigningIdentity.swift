package import Bytes
package import Catalog
package import Platform
import SignalModel
import WireFormats

/// The key that signs our messages and its certificate, made at the first need and kept in the catalog from then on.
package actor SigningIdentity {
    /// Where the certificate is shown, on the edge.
    package static let certificatePath = "/SimpleNotificationService-groundwatch.pem"

    private static let collection = "sns-signing"
    private static let documentKey = "identity"
    /// The identity is the server's, not a tenant's.
    private static let owner = Tenant(account: "server", region: "server")

    private let catalog: Catalog
    private let time: any TimeSource
    private var known: (key: SigningKey, certificate: String)?

    package init(catalog: Catalog, time: any TimeSource) {
        self.catalog = catalog
        self.time = time
    }

    package func key() async throws -> SigningKey { try await identity().key }

    /// In PEM.
    package func certificate() async throws -> String { try await identity().certificate }

    private func identity() async throws -> (key: SigningKey, certificate: String) {
        if let known { return known }
        let stored = try await catalog.read { try $0.document(Self.documentKey, in: Self.collection, tenant: Self.owner) }
        let identity = if let stored { try Self.identity(stored.body) } else { try await make() }
        known = identity
        return identity
    }

    /// Two callers may come here at once; the first to store its key decides for both.
    private func make() async throws -> (key: SigningKey, certificate: String) {
        let key = try SigningKey.generate()
        let pem = try key.certificate(commonName: "sns.groundwatch", from: Int(time.wallNanoseconds / 1_000_000_000), days: 3650)
        let body = JSON.encode(["key": .blob(try key.der), "certificate": .text(pem)])
        let stored = try await catalog.write { transaction -> [UInt8] in
            if let other = try transaction.document(Self.documentKey, in: Self.collection, tenant: Self.owner) { return other.body }
            try transaction.put(body, key: Self.documentKey, in: Self.collection, tenant: Self.owner)
            return body
        }
        return try Self.identity(stored)
    }

    private static func identity(_ body: [UInt8]) throws -> (key: SigningKey, certificate: String) {
        let document = try WireDocument(json: body)
        return (try SigningKey(der: document.root["key"]?.blob ?? []), document.root["certificate"]?.text ?? "")
    }
}
