import Bytes
package import Catalog
package import Platform
package import SignalModel
import WireFormats

/// Users and access keys in the catalog. Every change is durable when its call returns.
///
/// Several processes may change it: the command writes to the catalog of a server that runs. SQLite lets one write at a time, and each
/// write counts `generation` up, by which the server sees that something has changed.
package struct AccessBook: Sendable {
    static let users = "users"
    static let keys = "access-keys"
    private static let marks = "access"
    private static let generation = "generation"
    /// Users and keys are the server's, not a tenant's.
    static let owner = Tenant(account: "server", region: "server")

    private let catalog: Catalog
    private let keyFile: SealingKeyFile
    private let random: RandomSource

    package init(catalog: Catalog, keyFile: SealingKeyFile, random: RandomSource) {
        self.catalog = catalog
        self.keyFile = keyFile
        self.random = random
    }

    // MARK: Users

    /// - Throws: `AccessError` `.exists`
    package func add(_ name: String, role: Role, account: String, password: PasswordHash, at now: Timestamp) async throws {
        try await change { [random] transaction in
            guard try transaction.document(name, in: Self.users, tenant: Self.owner) == nil else {
                throw AccessError(code: .exists, message: "cannot add user \(name): there is one of that name")
            }
            guard try transaction.documentCount(in: Self.users, tenant: Self.owner) < Limits.usersMax else {
                throw AccessError(code: .invalid, message: "cannot add user \(name): there are \(Limits.usersMax) already")
            }
            let user = User(
                name: name, role: role, account: account, created: now, password: password, passwordNumber: Self.number(random))
            try transaction.put(user.document, key: name, in: Self.users, tenant: Self.owner)
        }
    }

    /// Ends the user's sessions too.
    /// - Throws: `AccessError` `.notFound`
    package func setPassword(_ password: PasswordHash, of name: String) async throws {
        try await change { [random] transaction in
            guard let document = try transaction.document(name, in: Self.users, tenant: Self.owner) else { throw Self.noUser(name) }
            var user = try Self.user(document)
            user.password = password
            user.passwordNumber = Self.number(random)
            try transaction.put(user.document, key: name, in: Self.users, tenant: Self.owner)
        }
    }

    /// - Throws: `AccessError` `.notFound`
    package func removeUser(_ name: String) async throws {
        try await change { transaction in
            guard try transaction.remove(name, in: Self.users, tenant: Self.owner) else { throw Self.noUser(name) }
        }
    }

    /// By name.
    package func allUsers() async throws -> [User] {
        try await catalog.read { try $0.documents(in: Self.users, tenant: Self.owner) }.map(Self.user)
    }

    // MARK: Keys

    /// - Returns: the key, and its secret, which cannot be had again.
    package func createKey(account: String, role: Role, note: String, at now: Timestamp) async throws -> (key: AccessKey, secret: String) {
        guard note.utf8.count <= 256 else { throw AccessError(code: .invalid, message: "cannot create a key: its note has more than 256 bytes") }
        return try await change { [keyFile, random] transaction in
            let count = try transaction.documentCount(in: Self.keys, tenant: Self.owner)
            guard count < Limits.keysMax else {
                throw AccessError(code: .invalid, message: "cannot create a key: there are \(Limits.keysMax) already")
            }
            guard count == 0 || keyFile.isThere else {
                throw AccessError(
                    code: .keyFile,
                    message: "cannot create a key: access.key is missing, and the \(count) keys there are were sealed with it; restore it, or revoke them all")
            }
            let sealing = keyFile.isThere ? try keyFile.read() : try keyFile.make(random)
            let made = AccessKey.made(account: account, role: role, note: note, at: now, sealedWith: sealing, random)
            try transaction.insert(made.key.document, key: made.key.id, in: Self.keys, tenant: Self.owner)
            return made
        }
    }

    /// - Throws: `AccessError` `.notFound`
    package func revokeKey(_ id: String) async throws {
        try await change { transaction in
            guard try transaction.remove(id, in: Self.keys, tenant: Self.owner) else {
                throw AccessError(code: .notFound, message: "cannot revoke access key \(id.prefix(80)): there is none of that id")
            }
        }
    }

    /// By id.
    package func allKeys() async throws -> [AccessKey] {
        try await catalog.read { try $0.documents(in: Self.keys, tenant: Self.owner) }.map(Self.key)
    }

    // MARK: Everything

    struct Everything: Sendable {
        var generation: Int64
        var users: [User]
        var keys: [AccessKey]
    }

    func everything() async throws -> Everything {
        let (mark, users, keys) = try await catalog.read { snapshot in
            (
                try snapshot.document(Self.generation, in: Self.marks, tenant: Self.owner),
                try snapshot.documents(in: Self.users, tenant: Self.owner), try snapshot.documents(in: Self.keys, tenant: Self.owner)
            )
        }
        return Everything(generation: Self.count(mark), users: try users.map(Self.user), keys: try keys.map(Self.key))
    }

    /// Another number than before: something has changed.
    func currentGeneration() async throws -> Int64 {
        Self.count(try await catalog.read { try $0.document(Self.generation, in: Self.marks, tenant: Self.owner) })
    }

    private func change<Result: Sendable>(_ body: @escaping @Sendable (CatalogTransaction) throws -> Result) async throws -> Result {
        try await catalog.write { transaction in
            let result = try body(transaction)
            let mark = try transaction.document(Self.generation, in: Self.marks, tenant: Self.owner)
            let next = WireValue.integer(Self.count(mark) &+ 1)
            try transaction.put(JSON.encode(["count": next]), key: Self.generation, in: Self.marks, tenant: Self.owner)
            return result
        }
    }

    private static func count(_ mark: Document?) -> Int64 {
        guard let mark, let document = try? WireDocument(json: mark.body) else { return 0 }
        return document.root["count"]?.integer ?? 0
    }

    private static func number(_ random: RandomSource) -> Int64 { Int64(random.next() >> 1) }

    private static func user(_ document: Document) throws -> User {
        guard let user = User(name: document.key, document: try WireDocument(json: document.body).root) else {
            throw AccessError(code: .corrupt, message: "cannot read user \(document.key): the document is none")
        }
        return user
    }

    private static func key(_ document: Document) throws -> AccessKey {
        guard let key = AccessKey(id: document.key, document: try WireDocument(json: document.body).root) else {
            throw AccessError(code: .corrupt, message: "cannot read access key \(document.key): the document is none")
        }
        return key
    }

    private static func noUser(_ name: String) -> AccessError {
        AccessError(code: .notFound, message: "cannot find user \(name.prefix(80)): there is none of that name")
    }

    /// Opens what sealed the secrets; nil when there are no keys and never were.
    func sealingKey() throws -> SecretKey? { keyFile.isThere ? try keyFile.read() : nil }
}
