import AWSProtocol
import Catalog
import Platform
import SignalModel
import Simulation

@testable import Access

/// A data directory with its catalog, and everything about credentials on it.
final class AccessHouse: Sendable {
    let folder = TemporaryFolder()
    let clock = ManualClock()
    let catalog: Catalog
    let book: AccessBook
    let passwords = PasswordChecker(cost: .least)

    init(seed: UInt64 = 1) throws {
        catalog = try Catalog.open(folder.path("catalog.db"))
        book = AccessBook(
            catalog: catalog, keyFile: SealingKeyFile(directory: folder.root), random: RandomSource(SeededRandom(seed: seed)))
    }

    deinit {
        passwords.stop()
        catalog.close()
    }

    var now: Timestamp { Timestamp(nanoseconds: clock.wallNanoseconds) }

    func addUser(_ name: String, _ password: String = "correct horse", role: Role = .editor) async throws {
        try await book.add(name, role: role, account: "111111111111", password: try await passwords.hash(password), at: now)
    }

    func credentials(isAlwaysGuarded: Bool = false) async throws -> Credentials {
        try await Credentials(book: book, isAlwaysGuarded: isAlwaysGuarded)
    }

    func sessions(_ credentials: Credentials, _ lengths: Session.Lengths = .init(), seed: UInt64 = 7) async throws -> SessionBook {
        try await SessionBook(
            catalog: catalog, credentials: credentials, lengths: lengths, random: RandomSource(SeededRandom(seed: seed)))
    }
}

/// The code of the `AccessError` that `body` throws; nil when it throws none.
func code(_ body: () async throws -> Void) async -> AccessError.Code? {
    do {
        try await body()
        return nil
    } catch let error as AccessError { return error.code } catch { return nil }
}
