package import SignalModel
import Synchronization

/// Names and passwords for sessions. Who guesses learns nothing: an unknown name takes as long and gets the same answer as a wrong
/// password, and after some failures nobody may try for a while.
package final class SignIn: Sendable {
    private let credentials: Credentials
    private let book: AccessBook
    private let sessions: SessionBook
    private let passwords: PasswordChecker
    /// Checked for names that nobody has: as dear as a real one, and no password gives it.
    private let decoy = PasswordHash(
        text: "$argon2id$v=19$m=65536,t=2,p=1$" + String(repeating: "A", count: 22) + "$" + String(repeating: "A", count: 43))
    private let limit = Mutex(LoginLimit())

    package init(credentials: Credentials, book: AccessBook, sessions: SessionBook, passwords: PasswordChecker) {
        self.credentials = credentials
        self.book = book
        self.sessions = sessions
        self.passwords = passwords
    }

    /// - Parameter address: of the other end, without its port.
    /// - Returns: the user, and what the browser is to show.
    /// - Throws: `AccessError` `.wrongPassword`, `.busy`
    package func begin(name: String, password: String, address: String, now: Timestamp) async throws -> (user: User, token: String) {
        let user = try await checked(name, password, address, now)
        return (user, try await sessions.begin(for: user, now: now))
    }

    /// Sets a new password after the old one was shown, ends all sessions of the user, and begins one.
    package func change(
        name: String, password: String, to new: String, address: String, now: Timestamp
    ) async throws -> (user: User, token: String) {
        let new = try User.checked(password: new)
        _ = try await checked(name, password, address, now)
        try await book.setPassword(try await passwords.hash(new), of: name)
        try await credentials.refresh()
        guard let user = credentials.user(name) else { throw Self.wrong }
        return (user, try await sessions.begin(for: user, now: now))
    }

    private func checked(_ name: String, _ password: String, _ address: String, _ now: Timestamp) async throws -> User {
        // Longer ones are nobody's, and cost the limit's memory.
        let name = String(name.prefix(Limits.nameLengthMax + 1))
        if let seconds = limit.withLock({ $0.attempt(name: name, address: address, now: now.nanoseconds) }) {
            throw AccessError(code: .busy, message: "cannot sign in: too many failures", retrySeconds: seconds)
        }
        let user = credentials.user(name)
        let isLengthPossible = password.utf8.count <= Limits.passwordBytesMax
        let isRight = try await passwords.check(isLengthPossible ? password : "", against: user?.password ?? decoy)
        guard let user, isRight else { throw Self.wrong }
        limit.withLock { $0.succeeded(name: name, address: address, now: now.nanoseconds) }
        return user
    }

    private static let wrong = AccessError(code: .wrongPassword, message: "cannot sign in: name and password do not belong together")
}
