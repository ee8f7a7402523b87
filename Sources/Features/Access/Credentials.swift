package import AWSProtocol
import Bytes
import Synchronization

/// All users and keys as the server knows them now, and whether anybody is asked for them.
///
///     let credentials = try await Credentials(book: book, isAlwaysGuarded: false)
///     try credentials.key("AKIA…")          // from memory: no request waits for the catalog
///     try await credentials.refresh()       // now and then: another process may have changed them
///
/// A server that has once been guarded stays so until it ends, also when the last key is revoked: nothing may open by itself.
package final class Credentials: Sendable {
    package struct Key: Sendable {
        package let id: String
        package let account: String
        package let role: Role
        let secret: String
        /// Compared instead of the secret, so that lengths do not show.
        let secretDigest: [UInt8]
    }

    private struct State {
        var generation: Int64 = -1
        var users: [String: User] = [:]
        var keys: [String: Key] = [:]
        var isGuarded = false
        /// By "id/day/region/service". Deriving one is four HMACs, so those of the day are kept.
        var signingKeys: [String: [UInt8]] = [:]
    }

    private static let signingKeysMax = 1024

    private let book: AccessBook
    private let state: Mutex<State>

    package init(book: AccessBook, isAlwaysGuarded: Bool) async throws {
        self.book = book
        state = Mutex(State(isGuarded: isAlwaysGuarded))
        try await refresh()
    }

    package var isGuarded: Bool { state.withLock { $0.isGuarded } }
    package var isEmpty: Bool { state.withLock { $0.users.isEmpty && $0.keys.isEmpty } }

    package func user(_ name: String) -> User? { state.withLock { $0.users[name] } }
    package func key(_ id: String) -> Key? { state.withLock { $0.keys[id] } }

    /// - Returns: nil for an unknown id or a wrong secret.
    package func key(_ id: String, secret: String) -> Key? {
        guard let key = key(id), ConstantTime.equal(key.secretDigest, Digest.sha256(Array(secret.utf8))) else { return nil }
        return key
    }

    package func signingKey(of key: Key, for scope: CredentialScope) -> [UInt8] {
        let name = "\(key.id)/\(scope.date)/\(scope.region)/\(scope.service)"
        if let known = state.withLock({ $0.signingKeys[name] }) { return known }
        let made = SignatureV4(
            credentials: SigningCredentials(accessKeyID: key.id, secretAccessKey: key.secret), region: scope.region, service: scope.service
        ).signingKey(day: scope.date)
        state.withLock { state in
            // Anybody who knows an id can make us derive some: the few that matter come back at once.
            if state.signingKeys.count >= Self.signingKeysMax { state.signingKeys = [:] }
            if state.keys[key.id]?.secret == key.secret { state.signingKeys[name] = made }
        }
        return made
    }

    /// Reads everything again if something has changed.
    /// - Throws: the catalog's errors, `.keyFile`; what was known before stays in force.
    /// - Returns: whether something had.
    @discardableResult
    package func refresh() async throws -> Bool {
        let known = state.withLock { $0.generation }
        guard try await book.currentGeneration() != known else { return false }
        let all = try await book.everything()
        let keys = try opened(all.keys)
        state.withLock { state in
            state.generation = all.generation
            state.users = Dictionary(all.users.map { ($0.name, $0) }) { first, _ in first }
            state.keys = keys
            state.isGuarded = state.isGuarded || !all.users.isEmpty || !all.keys.isEmpty
            state.signingKeys = [:]
        }
        return true
    }

    private func opened(_ keys: [AccessKey]) throws -> [String: Key] {
        guard !keys.isEmpty else { return [:] }
        guard let sealing = try book.sealingKey() else {
            throw AccessError(
                code: .keyFile,
                message: "cannot open the secrets of \(keys.count) access keys: access.key is missing from the data directory; restore it, or revoke the keys")
        }
        var opened: [String: Key] = [:]
        for key in keys {
            let secret = try key.secret(openedWith: sealing)
            opened[key.id] = Key(
                id: key.id, account: key.account, role: key.role, secret: secret, secretDigest: Digest.sha256(Array(secret.utf8)))
        }
        return opened
    }
}
