import AWSProtocol
import Bytes
import Catalog
import Glibc
import Platform
import SignalModel
import Simulation
import Testing
import WireFormats

@testable import Access

struct CredentialsTests {
    @Test func `nobody is asked until there is a user or a key, and then for good`() async throws {
        let house = try AccessHouse()
        let credentials = try await house.credentials()
        #expect(!credentials.isGuarded && credentials.isEmpty)
        let made = try await house.book.createKey(account: "111111111111", role: .editor, note: "", at: house.now)
        #expect(!credentials.isGuarded)                    // not before it has looked
        #expect(try await credentials.refresh())
        #expect(credentials.isGuarded && !credentials.isEmpty)
        try await house.book.revokeKey(made.key.id)
        try await credentials.refresh()
        #expect(credentials.isGuarded && credentials.isEmpty)
        #expect(try await !house.credentials().isGuarded)  // the next start begins anew
        #expect(try await house.credentials(isAlwaysGuarded: true).isGuarded)
    }

    @Test func `a key is known by id and secret, and no more once it is revoked`() async throws {
        let house = try AccessHouse()
        let made = try await house.book.createKey(account: "222222222222", role: .viewer, note: "ci", at: house.now)
        let credentials = try await house.credentials()
        let key = try #require(credentials.key(made.key.id, secret: made.secret))
        #expect(key.account == "222222222222" && key.role == .viewer)
        for wrong in ["", String(made.secret.dropLast()), made.secret + " ", made.secret.lowercased()] {
            #expect(credentials.key(made.key.id, secret: wrong) == nil)
        }
        #expect(credentials.key("AKIAAAAAAAAAAAAAAAAA", secret: made.secret) == nil)
        try await house.book.revokeKey(made.key.id)
        try await credentials.refresh()
        #expect(credentials.key(made.key.id) == nil)
    }

    @Test func `ids and secrets have AWS' form`() async throws {
        let house = try AccessHouse()
        let made = try await house.book.createKey(account: "111111111111", role: .editor, note: "", at: house.now)
        #expect(made.key.id.wholeMatch(of: #/AKIA[A-Z2-7]{16}/#) != nil)
        #expect(made.secret.wholeMatch(of: #/[A-Za-z0-9+\/]{40}/#) != nil)
    }

    @Test func `the catalog and the key file each alone give no secret away`() async throws {
        let house = try AccessHouse()
        let made = try await house.book.createKey(account: "111111111111", role: .editor, note: "", at: house.now)
        let secret = Array(made.secret.utf8)
        let disk = LinuxFileSystem()
        for name in try disk.list(house.folder.root) {
            let file = try disk.open(house.folder.path(name), .read)
            var bytes = [UInt8](repeating: 0, count: try file.size())
            _ = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
            #expect(bytes.firstRange(of: secret) == nil, "\(name) holds the secret")
            if name != "access.key" { #expect(bytes.firstRange(of: Array(made.secret.utf8.prefix(12))) == nil) }
        }
        #expect(disk.isPrivate(house.folder.path("access.key")))
    }

    @Test func `without its key file, with another, or for another account a key is not opened`() async throws {
        let house = try AccessHouse()
        let made = try await house.book.createKey(account: "111111111111", role: .viewer, note: "", at: house.now)
        let path = house.folder.path("access.key")
        try LinuxFileSystem().rename(path, to: path + ".away")
        #expect(await code { _ = try await house.credentials() } == .keyFile)
        #expect(await code { _ = try await house.book.createKey(account: "111111111111", role: .viewer, note: "", at: house.now) } == .keyFile)

        _ = try SealingKeyFile(directory: house.folder.root).make(RandomSource(SeededRandom(seed: 99)))
        #expect(await code { _ = try await house.credentials() } == .keyFile)

        try LinuxFileSystem().rename(path + ".away", to: path)
        let sealing = try SealingKeyFile(directory: house.folder.root).read()
        var forged = made.key
        #expect(try forged.secret(openedWith: sealing) == made.secret)
        forged.role = .admin
        #expect(await code { _ = try forged.secret(openedWith: sealing) } == .keyFile)
        forged = made.key
        forged.account = "222222222222"
        #expect(await code { _ = try forged.secret(openedWith: sealing) } == .keyFile)
    }

    @Test func `a key file that others may read is refused`() async throws {
        let house = try AccessHouse()
        _ = try await house.book.createKey(account: "111111111111", role: .editor, note: "", at: house.now)
        #expect(house.folder.path("access.key").withCString { chmod($0, 0o640) } == 0)
        #expect(await code { _ = try await house.credentials() } == .keyFile)
    }

    @Test func `a derived signing key is the same from memory, and another after the key has changed hands`() async throws {
        let house = try AccessHouse()
        let made = try await house.book.createKey(account: "111111111111", role: .editor, note: "", at: house.now)
        let credentials = try await house.credentials()
        let key = try #require(credentials.key(made.key.id))
        let scope = try #require(
            try CredentialScope(
                of: .init(
                    method: "GET", path: "/",
                    headers: [
                        "Authorization":
                            "AWS4-HMAC-SHA256 Credential=\(made.key.id)/20260131/eu-west-1/logs/aws4_request, SignedHeaders=host, Signature=0"
                    ])))
        let expected = SignatureV4(
            credentials: SigningCredentials(accessKeyID: made.key.id, secretAccessKey: made.secret), region: "eu-west-1", service: "logs"
        ).signingKey(day: "20260131")
        for _ in 0..<3 { #expect(credentials.signingKey(of: key, for: scope) == expected) }
    }

    @Test(arguments: ["", ".a", "-a", "a b", "é", "a/b", String(repeating: "a", count: 65), "a\u{0}"])
    func `a name that is none is refused`(_ name: String) async {
        #expect(await code { _ = try User.checked(name: name) } == .invalid)
    }

    @Test(arguments: ["", "short", "1234567", "12345678\u{0}", String(repeating: "a", count: 1025)])
    func `a password that is too short, too long or holds a zero is refused`(_ password: String) async {
        #expect(await code { _ = try User.checked(password: password) } == .invalid)
    }

    @Test func `a user's name is there once, and an unknown one is an error`() async throws {
        let house = try AccessHouse()
        try await house.addUser("ada")
        #expect(await code { try await house.addUser("ada") } == .exists)
        #expect(await code { try await house.book.removeUser("eve") } == .notFound)
        #expect(await code { try await house.book.setPassword(PasswordHash(text: "x"), of: "eve") } == .notFound)
        #expect(await code { try await house.book.revokeKey("AKIA") } == .notFound)
        #expect(try await house.book.allUsers().map(\.name) == ["ada"])
    }

    /// What the command does while a server runs: two processes, here two catalogs on one file.
    @Test func `a change by another process is seen, and both may write`() async throws {
        let house = try AccessHouse()
        let credentials = try await house.credentials()
        let other = try Catalog.open(house.folder.path("catalog.db"))
        defer { other.close() }
        let command = AccessBook(
            catalog: other, keyFile: SealingKeyFile(directory: house.folder.root), random: RandomSource(SeededRandom(seed: 5)))
        let made = try await command.createKey(account: "111111111111", role: .editor, note: "", at: house.now)
        #expect(try await credentials.refresh())
        #expect(credentials.key(made.key.id, secret: made.secret) != nil)
        try await house.addUser("ada")
        try await command.removeUser("ada")
        #expect(try await credentials.refresh())
        #expect(try await !credentials.refresh())
        #expect(credentials.user("ada") == nil)
    }
}

struct PasswordHashTests {
    @Test func `a password matches its own hash only, and no hash shows it`() throws {
        let hash = try PasswordHash(of: "correct horse", cost: .least)
        #expect(hash.text.hasPrefix("$argon2id$v=19$"))
        #expect(hash.matches("correct horse"))
        for wrong in ["", "correct hors", "correct horse ", "Correct horse"] { #expect(!hash.matches(wrong)) }
        #expect(try PasswordHash(of: "correct horse", cost: .least).text != hash.text)
        #expect("\(hash)" == "PasswordHash(hidden)")
    }

    @Test(arguments: ["", "x", "$argon2id$", String(repeating: "$argon2id$v=19$m=8,t=1,p=1$", count: 20)])
    func `what is no hash matches nothing`(_ text: String) {
        #expect(!PasswordHash(text: text).matches(""))
        #expect(!PasswordHash(text: text).matches("password"))
    }
}
