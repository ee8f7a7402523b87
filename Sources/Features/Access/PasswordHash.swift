import CSodium
import Platform
import Synchronization

/// A password as it is kept: argon2id with a salt of its own, in the usual text form (`$argon2id$v=19$m=65536,t=2,p=1$…`).
package struct PasswordHash: Sendable, Equatable {
    /// What one check costs. 64 MB and 68 ms of a core make guessing dear; libsodium calls this "interactive".
    package struct Cost: Sendable {
        var passes: UInt64
        var bytes: Int

        package static let usual = Cost(passes: 2, bytes: 64 << 20)
        /// For tests.
        static let least = Cost(passes: 1, bytes: 8 << 10)
    }

    package let text: String

    package init(text: String) { self.text = text }

    /// Blocks for as long as it costs.
    /// - Throws: `.busy` when the memory cannot be had.
    init(of password: String, cost: Cost) throws(AccessError) {
        let out = [UInt8](unsafeUninitializedCapacity: Int(Sodium.hashBytes)) { buffer, count in
            let result = buffer.withMemoryRebound(to: CChar.self) { target in
                Sodium.withBytes(of: password) { bytes, length in
                    crypto_pwhash_str_alg(target.baseAddress!, bytes, length, cost.passes, cost.bytes, crypto_pwhash_alg_argon2id13())
                }
            }
            count = result == 0 ? buffer.count : 0
        }
        guard !out.isEmpty else { throw AccessError(code: .busy, message: "cannot hash a password: no memory", retrySeconds: 1) }
        text = String(decoding: out.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Blocks likewise. What is no hash at all matches nothing.
    func matches(_ password: String) -> Bool {
        guard text.utf8.count < Sodium.hashBytes else { return false }
        return Sodium.withBytes(of: password) { bytes, length in crypto_pwhash_str_verify(text, bytes, length) == 0 }
    }
}

extension PasswordHash: CustomStringConvertible {
    package var description: String { "PasswordHash(hidden)" }
}

private enum Sodium {
    /// Once a process, before anything else of the library.
    static let isReady: Bool = sodium_init() >= 0
    static var hashBytes: Int { Int(crypto_pwhash_strbytes()) }

    static func withBytes<Result>(of password: String, _ body: (UnsafePointer<CChar>, UInt64) -> Result) -> Result {
        precondition(isReady, "libsodium cannot start; no password could be checked")
        return password.withCString { body($0, UInt64(password.utf8.count)) }
    }
}

/// Hashes and checks passwords, one at a time: each takes 64 MB and a tenth of a second of a core, and anybody may ask for one.
package final class PasswordChecker: Sendable {
    private let cost: PasswordHash.Cost
    private let thread = ThreadPoolExecutor(name: "password", threads: 1, nice: 5)
    private let waiting = Atomic<Int>(0)

    package init(cost: PasswordHash.Cost = .usual) { self.cost = cost }

    /// - Throws: `.busy`
    package func hash(_ password: String) async throws -> PasswordHash {
        let cost = cost
        return try await inTurn { try PasswordHash(of: password, cost: cost) }
    }

    /// - Throws: `.busy`
    package func check(_ password: String, against hash: PasswordHash) async throws -> Bool { try await inTurn { hash.matches(password) } }

    private func inTurn<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        guard waiting.add(1, ordering: .relaxed).newValue <= Limits.passwordsWaitingMax else {
            waiting.subtract(1, ordering: .relaxed)
            throw AccessError(code: .busy, message: "cannot check a password: too many sign in at once", retrySeconds: 5)
        }
        defer { waiting.subtract(1, ordering: .relaxed) }
        return try await Task(executorPreference: thread) { try work() }.value
    }

    /// Finishes what waits.
    package func stop() { thread.stop() }
}
