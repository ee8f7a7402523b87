import Bytes
package import Catalog
package import Platform
package import SignalModel
import Synchronization

/// The sessions of all users: in memory for each request, in the catalog over restarts. Neither holds what the browser shows, only its
/// digest, so that nobody who reads them can take one over.
package final class SessionBook: Sendable {
    private static let collection = "sessions"

    private struct State {
        /// By digest, in hexadecimal.
        var sessions: [String: Session] = [:]
        /// Those whose `seen` is newer than in the catalog.
        var moved: Set<String> = []
    }

    private let catalog: Catalog
    private let credentials: Credentials
    private let lengths: Session.Lengths
    private let random: RandomSource
    private let state = Mutex(State())

    package init(catalog: Catalog, credentials: Credentials, lengths: Session.Lengths, random: RandomSource) async throws {
        self.catalog = catalog
        self.credentials = credentials
        self.lengths = lengths
        self.random = random
        let documents = try await catalog.read { try $0.documents(in: Self.collection, tenant: AccessBook.owner) }
        let sessions = documents.compactMap { document in Session(document: document.body).map { (document.key, $0) } }
        state.withLock { $0.sessions = Dictionary(sessions) { first, _ in first } }
    }

    // MARK: For each request

    /// - Parameter token: what the browser shows.
    /// - Returns: nil when it is no session's, or the session is over: by time, by a new password, or because the user is gone.
    package func user(of token: String, now: Timestamp) -> User? {
        let digest = Self.digest(token)
        guard let session = state.withLock({ $0.sessions[digest] }), !session.isOver(at: now, lengths),
            let user = credentials.user(session.user), user.passwordNumber == session.passwordNumber
        else { return nil }
        if now.nanoseconds - session.seen.nanoseconds >= 60_000_000_000 {
            state.withLock { state in
                state.sessions[digest]?.seen = now
                state.moved.insert(digest)
            }
        }
        return user
    }

    /// What a page of ours must send with whatever changes something: it can read it, another site's page cannot. Bound to the session.
    package static func proof(of token: String) -> String {
        Hex.encode(Digest.hmacSHA256(Array("groundwatch csrf".utf8), key: Array(token.utf8)))
    }

    package static func isProof(_ proof: String?, of token: String) -> Bool {
        ConstantTime.equal(Array((proof ?? "").utf8), Array(Self.proof(of: token).utf8))
    }

    // MARK: Beginning and end

    /// - Returns: what the browser is to show from now on: 256 random bits.
    package func begin(for user: User, now: Timestamp) async throws -> String {
        let token = Hex.encode(random.bytes(32))
        let digest = Self.digest(token)
        let session = Session(user: user.name, began: now, seen: now, passwordNumber: user.passwordNumber)
        let dropped = state.withLock { Self.oldest(of: user.name, in: $0.sessions) }
        try await catalog.write { transaction in
            for digest in dropped { try transaction.remove(digest, in: Self.collection, tenant: AccessBook.owner) }
            try transaction.put(session.document, key: digest, in: Self.collection, tenant: AccessBook.owner)
        }
        state.withLock { state in
            for digest in dropped { state.sessions[digest] = nil }
            state.sessions[digest] = session
        }
        return token
    }

    package func end(_ token: String) async throws {
        let digest = Self.digest(token)
        state.withLock { state in
            state.sessions[digest] = nil
            state.moved.remove(digest)
        }
        try await catalog.write { try $0.remove(digest, in: Self.collection, tenant: AccessBook.owner) }
    }

    /// Those that must go for one more of this user.
    private static func oldest(of user: String, in sessions: [String: Session]) -> [String] {
        func first(_ count: Int, of sessions: [String: Session]) -> [String] {
            count <= 0 ? [] : sessions.sorted { $0.value.seen < $1.value.seen }.prefix(count).map(\.key)
        }
        let own = sessions.filter { $0.value.user == user }
        let dropped = first(own.count + 1 - Limits.sessionsOfUserMax, of: own)
        return dropped.isEmpty ? first(sessions.count + 1 - Limits.sessionsMax, of: sessions) : dropped
    }

    // MARK: Upkeep

    /// Writes down when sessions were last used, and forgets those that are over.
    package func tidy(now: Timestamp) async throws {
        let (over, moved) = state.withLock { state in
            let over = state.sessions.filter { entry in
                entry.value.isOver(at: now, lengths) || credentials.user(entry.value.user)?.passwordNumber != entry.value.passwordNumber
            }.map(\.key)
            for digest in over { state.sessions[digest] = nil }
            let moved = state.moved.compactMap { digest in state.sessions[digest].map { (digest, $0) } }
            state.moved = []
            return (over, moved)
        }
        guard !over.isEmpty || !moved.isEmpty else { return }
        try await catalog.write { transaction in
            for digest in over { try transaction.remove(digest, in: Self.collection, tenant: AccessBook.owner) }
            for (digest, session) in moved
            where try transaction.document(digest, in: Self.collection, tenant: AccessBook.owner) != nil {
                try transaction.put(session.document, key: digest, in: Self.collection, tenant: AccessBook.owner)
            }
        }
    }

    package var count: Int { state.withLock { $0.sessions.count } }

    private static func digest(_ token: String) -> String { Hex.encode(Digest.sha256(Array(token.utf8))) }
}
