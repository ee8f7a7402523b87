import Bytes
import Catalog
import Platform
import SignalModel
import Simulation
import Testing

@testable import Access

struct SessionTests {
    private func signedIn(_ house: AccessHouse, _ lengths: Session.Lengths = .init()) async throws -> (Credentials, SessionBook, String) {
        try await house.addUser("ada")
        let credentials = try await house.credentials()
        let sessions = try await house.sessions(credentials, lengths)
        return (credentials, sessions, try await sessions.begin(for: try #require(credentials.user("ada")), now: house.now))
    }

    @Test func `a session is its user's until it ends, over a restart too`() async throws {
        let house = try AccessHouse()
        let (credentials, sessions, token) = try await signedIn(house)
        #expect(token.wholeMatch(of: #/[0-9a-f]{64}/#) != nil)
        #expect(sessions.user(of: token, now: house.now)?.name == "ada")
        let restarted = try await house.sessions(credentials)
        #expect(restarted.user(of: token, now: house.now)?.name == "ada")
        for other in ["", String(token.dropLast()) + "x", token.uppercased(), String(repeating: "0", count: 64)] {
            #expect(sessions.user(of: other, now: house.now) == nil)
        }
        try await sessions.end(token)
        #expect(sessions.user(of: token, now: house.now) == nil)
        #expect(try await house.sessions(credentials).user(of: token, now: house.now) == nil)
    }

    @Test func `neither the catalog nor memory holds what the browser shows`() async throws {
        let house = try AccessHouse()
        let (_, _, token) = try await signedIn(house)
        let documents = try await house.catalog.read { try $0.documents(in: "sessions", tenant: AccessBook.owner) }
        #expect(documents.count == 1 && documents[0].key == Hex.encode(Digest.sha256(Array(token.utf8))))
        #expect(documents.allSatisfy { !String(decoding: $0.body, as: UTF8.self).contains(token) })
    }

    @Test func `it ends when nothing is asked for a while, and after its time in any case`() async throws {
        let house = try AccessHouse()
        var lengths = Session.Lengths()
        (lengths.idleSeconds, lengths.secondsMax) = (600, 3600)
        let (credentials, sessions, token) = try await signedIn(house, lengths)
        for _ in 0..<6 {
            house.clock.advance(bySeconds: 599)
            #expect(sessions.user(of: token, now: house.now) != nil)
        }
        house.clock.advance(bySeconds: 10)
        #expect(sessions.user(of: token, now: house.now) == nil)          // 3,604 s old

        let second = try await sessions.begin(for: try #require(credentials.user("ada")), now: house.now)
        house.clock.advance(bySeconds: 300)
        #expect(sessions.user(of: second, now: house.now) != nil)
        try await sessions.tidy(now: house.now)
        house.clock.advance(bySeconds: 590)
        // Another start knows when it was last used.
        let restarted = try await house.sessions(credentials, lengths)
        #expect(restarted.user(of: second, now: house.now) != nil)
        house.clock.advance(bySeconds: 1201)
        #expect(restarted.user(of: second, now: house.now) == nil)
        try await restarted.tidy(now: house.now)
        #expect(restarted.count == 0)
        #expect(try await house.catalog.read { try $0.documentCount(in: "sessions", tenant: AccessBook.owner) } == 0)
    }

    @Test func `a new password and the user's end are the sessions' end`() async throws {
        let house = try AccessHouse()
        let (credentials, sessions, token) = try await signedIn(house)
        try await house.book.setPassword(try await house.passwords.hash("another one"), of: "ada")
        try await credentials.refresh()
        #expect(sessions.user(of: token, now: house.now) == nil)
        let second = try await sessions.begin(for: try #require(credentials.user("ada")), now: house.now)
        #expect(sessions.user(of: second, now: house.now) != nil)
        try await house.book.removeUser("ada")
        try await credentials.refresh()
        #expect(sessions.user(of: second, now: house.now) == nil)
        // A namesake is somebody else.
        try await house.addUser("ada")
        try await credentials.refresh()
        #expect(sessions.user(of: second, now: house.now) == nil)
    }

    @Test func `a person's oldest session makes room for one too many`() async throws {
        let house = try AccessHouse()
        let (credentials, sessions, first) = try await signedIn(house)
        let ada = try #require(credentials.user("ada"))
        var last = ""
        for _ in 0..<20 {
            house.clock.advance(bySeconds: 1)
            last = try await sessions.begin(for: ada, now: house.now)
        }
        #expect(sessions.count == 20)
        #expect(sessions.user(of: first, now: house.now) == nil && sessions.user(of: last, now: house.now) != nil)
    }

    @Test func `the proof is one session's own`() {
        let proof = SessionBook.proof(of: "a")
        #expect(SessionBook.isProof(proof, of: "a"))
        for wrong in [nil, "", SessionBook.proof(of: "b"), String(proof.dropLast()), "a"] { #expect(!SessionBook.isProof(wrong, of: "a")) }
    }
}

struct SignInTests {
    private func signIn(_ house: AccessHouse) async throws -> (SignIn, Credentials, SessionBook) {
        try await house.addUser("ada", "correct horse")
        let credentials = try await house.credentials()
        let sessions = try await house.sessions(credentials)
        return (SignIn(credentials: credentials, book: house.book, sessions: sessions, passwords: house.passwords), credentials, sessions)
    }

    @Test func `the right password begins a session, a wrong one and an unknown name get the same answer`() async throws {
        let house = try AccessHouse()
        let (signIn, _, sessions) = try await signIn(house)
        let begun = try await signIn.begin(name: "ada", password: "correct horse", address: "10.0.0.1", now: house.now)
        #expect(sessions.user(of: begun.token, now: house.now)?.name == "ada")
        var answers: [String] = []
        for (name, password) in [("ada", "wrong"), ("eve", "wrong"), ("eve", ""), ("ada", String(repeating: "x", count: 2000)), ("", "")] {
            do {
                _ = try await signIn.begin(name: name, password: password, address: "10.0.0.1", now: house.now)
            } catch let error as AccessError { answers.append("\(error.code) \(error.message)") }
        }
        #expect(Set(answers).count == 1 && answers.count == 5)
    }

    @Test func `after ten failures nobody may try that name for a while, also with the right password`() async throws {
        let house = try AccessHouse()
        let (signIn, _, _) = try await signIn(house)
        for attempt in 0..<10 {
            let address = "10.0.0.\(attempt)"
            #expect(await code { _ = try await signIn.begin(name: "ada", password: "guess", address: address, now: house.now) } == .wrongPassword)
        }
        #expect(await code { _ = try await signIn.begin(name: "ada", password: "correct horse", address: "10.9.9.9", now: house.now) } == .busy)
        house.clock.advance(bySeconds: 301)
        _ = try await signIn.begin(name: "ada", password: "correct horse", address: "10.9.9.9", now: house.now)
    }

    @Test func `a password is changed with the old one, which ends every other session`() async throws {
        let house = try AccessHouse()
        let (signIn, _, sessions) = try await signIn(house)
        let first = try await signIn.begin(name: "ada", password: "correct horse", address: "a", now: house.now)
        #expect(await code { _ = try await signIn.change(name: "ada", password: "wrong", to: "battery staple", address: "a", now: house.now) } == .wrongPassword)
        #expect(await code { _ = try await signIn.change(name: "ada", password: "correct horse", to: "short", address: "a", now: house.now) } == .invalid)
        let changed = try await signIn.change(name: "ada", password: "correct horse", to: "battery staple", address: "a", now: house.now)
        #expect(sessions.user(of: first.token, now: house.now) == nil && sessions.user(of: changed.token, now: house.now) != nil)
        #expect(await code { _ = try await signIn.begin(name: "ada", password: "correct horse", address: "a", now: house.now) } == .wrongPassword)
        _ = try await signIn.begin(name: "ada", password: "battery staple", address: "a", now: house.now)
    }
}

struct LoginLimitTests {
    @Test func `an address may fail thirty times whatever names it tries, and success does not count`() {
        var limit = LoginLimit()
        for attempt in 0..<100 {
            #expect(limit.attempt(name: "good", address: "a", now: 0) == nil, "attempt \(attempt)")
            limit.succeeded(name: "good", address: "a", now: 0)
        }
        for attempt in 0..<30 { #expect(limit.attempt(name: "n\(attempt)", address: "a", now: 1) == nil) }
        #expect(limit.attempt(name: "other", address: "a", now: 2) == 300)
        #expect(limit.attempt(name: "other", address: "b", now: 2) == nil)
        #expect(limit.attempt(name: "other", address: "a", now: LoginLimit.windowNanoseconds + 1) == nil)
    }

    @Test func `memory is bounded, and a flood of names does not let an old one try again`() {
        var limit = LoginLimit(rememberedMax: 100)
        for _ in 0..<10 { _ = limit.attempt(name: "ada", address: "x", now: 0) }
        for number in 0..<10_000 { _ = limit.attempt(name: "n\(number)", address: "a\(number)", now: 1) }
        #expect(limit.count <= 104)
        #expect(limit.attempt(name: "ada", address: "y", now: 2) != nil)
        #expect(limit.attempt(name: "quite new", address: "z", now: 3) != nil)
        #expect(limit.attempt(name: "quite new", address: "z", now: 2 * LoginLimit.windowNanoseconds) == nil)
        #expect(limit.count <= 104)
    }
}
