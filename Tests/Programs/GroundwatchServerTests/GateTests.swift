import AWSProtocol
import Access
import Bytes
import Catalog
import ConsoleAPI
import Platform
import SignalModel
import Simulation
import Testing
import WireFormats

@testable import GroundwatchServer

/// Who is believed, by each way of showing it, and what is asked besides.
struct GateTests {
    /// A data directory with a key of each kind and users of each role.
    private final class House: Sendable {
        let folder = TemporaryFolder()
        let clock = ManualClock()
        let catalog: Catalog
        let gate: Gate
        let sessions: SessionBook
        let editor: (key: AccessKey, secret: String)
        let viewer: (key: AccessKey, secret: String)

        init() async throws {
            catalog = try Catalog.open(folder.path("catalog.db"))
            let random = RandomSource(SeededRandom(seed: 3))
            let book = AccessBook(catalog: catalog, keyFile: SealingKeyFile(directory: folder.root), random: random)
            let now = Timestamp(nanoseconds: clock.wallNanoseconds)
            editor = try await book.createKey(account: "111111111111", role: .editor, note: "", at: now)
            viewer = try await book.createKey(account: "222222222222", role: .viewer, note: "", at: now)
            for (name, role) in [("ada", Role.editor), ("vic", .viewer), ("root", .admin)] {
                // No password is checked here, so none need be dear.
                try await book.add(name, role: role, account: "111111111111", password: PasswordHash(text: "none"), at: now)
            }
            let credentials = try await Credentials(book: book, isAlwaysGuarded: false)
            sessions = try await SessionBook(catalog: catalog, credentials: credentials, lengths: .init(), random: random)
            gate = Gate(credentials: credentials, sessions: sessions)
        }

        deinit { catalog.close() }

        var now: Timestamp { Timestamp(nanoseconds: clock.wallNanoseconds) }

        func token(_ name: String) async throws -> String {
            let user = gate.credentials.user(name)
            return try await sessions.begin(for: try #require(user), now: now)
        }

        func answer(_ head: HTTPRequestHead, body: [UInt8] = [], subject: AccessSubject? = nil) -> Result<Caller, AccessFault> {
            Result { () throws(AccessFault) in try gate.caller(of: head, body: body, subject: subject, now: now) }
        }
    }

    private static func head(_ method: String = "GET", _ headers: HTTPHeaders = [:], path: String = "/metrics") -> HTTPRequestHead {
        HTTPRequestHead(method: method, path: path, headers: headers, peer: "10.0.0.1:1")
    }

    private static func isFault(_ answer: Result<Caller, AccessFault>, _ fault: AccessFault) -> Bool {
        if case .failure(fault) = answer { true } else { false }
    }

    @Test func `a signature is its key's, over the whole request, for the service that is called`() async throws {
        let house = try await House()
        let body = Array("{}".utf8)
        var head = Self.head("POST", ["Host": "h", "X-Amz-Target": "Logs_20140328.DescribeLogGroups"], path: "/")
        let signer = SignatureV4(
            credentials: SigningCredentials(accessKeyID: house.editor.key.id, secretAccessKey: house.editor.secret), region: "eu-west-1",
            service: "logs")
        signer.sign(&head, body: body, at: house.now)
        let logs = AccessSubject(signingName: "logs", wireProtocol: .json11)
        #expect(
            try house.answer(head, body: body, subject: logs).get()
                == Caller(name: "key/\(house.editor.key.id)", account: "111111111111", mayChange: true))
        #expect(Self.isFault(house.answer(head, body: body + [32], subject: logs), .mismatch))
        #expect(throws: AccessFault.self) {
            try house.answer(head, body: body, subject: AccessSubject(signingName: "sns", wireProtocol: .query)).get()
        }
        house.clock.advance(bySeconds: 301)
        guard case .failure(.outOfTime) = house.answer(head, body: body, subject: logs) else {
            Issue.record("an old signature was believed")
            return
        }
    }

    @Test func `an id that is no key's is unknown, in every way of showing it`() async throws {
        let house = try await House()
        var head = Self.head("POST", ["Host": "h"])
        SignatureV4(credentials: SigningCredentials(accessKeyID: "000000000000", secretAccessKey: "x"), region: "us-east-1", service: "logs")
            .sign(&head, body: [], at: house.now)
        #expect(Self.isFault(house.answer(head), .unknownKey))
        for header in ["Basic " + Base64.encode(Array("AKIAX:y".utf8)), "Bearer AKIAX.y", "Bearer ", "Basic ===", "Bearer x"] {
            #expect((try? house.answer(Self.head("GET", ["Authorization": header])).get()) == nil, "\(header)")
        }
    }

    @Test func `id and secret go by Basic and Bearer, whatever the case of the word`() async throws {
        let house = try await House()
        let (id, secret) = (house.viewer.key.id, house.viewer.secret)
        for header in [
            "Basic " + Base64.encode(Array("\(id):\(secret)".utf8)), "bearer \(id).\(secret)", "BEARER \(id):\(secret)",
        ] {
            let caller = try house.answer(Self.head("GET", ["Authorization": header])).get()
            #expect(caller.account == "222222222222" && !caller.mayChange)
        }
    }

    @Test func `a session reads by itself, and changes something with its page's proof only`() async throws {
        let house = try await House()
        let token = try await house.token("ada")
        let cookie = "groundwatch_session=\(token)"
        #expect(try house.answer(Self.head("GET", ["Cookie": cookie])).get().name == "user/ada")
        let proof = SessionBook.proof(of: token)
        #expect(try house.answer(Self.head("POST", ["Cookie": cookie, Gate.proofHeader: proof, "Sec-Fetch-Site": "same-origin"])).get().mayChange)
        for headers: HTTPHeaders in [
            ["Cookie": cookie], ["Cookie": cookie, Gate.proofHeader: ""],
            ["Cookie": cookie, Gate.proofHeader: SessionBook.proof(of: try await house.token("ada"))],
            ["Cookie": cookie, Gate.proofHeader: proof, "Sec-Fetch-Site": "cross-site"],
            ["Cookie": cookie, Gate.proofHeader: proof, "Sec-Fetch-Site": "same-site"],
        ] {
            for method in ["POST", "PUT", "DELETE", "PATCH"] {
                guard case .failure(.denied) = house.answer(Self.head(method, headers)) else {
                    Issue.record("\(method) \(headers.fields) was believed")
                    continue
                }
            }
        }
        #expect(Self.isFault(house.answer(Self.head("GET", ["Cookie": "groundwatch_session=\(String(repeating: "0", count: 64))"])), .sessionOver))
        #expect(Self.isFault(house.answer(Self.head()), .missing))
    }

    @Test func `an admin may look at every account, others at their own; the region is free`() async throws {
        let house = try await House()
        func answer(_ name: String, _ account: String, _ region: String) async throws -> Result<Caller, AccessFault> {
            let token = try await house.token(name)
            return house.answer(
                Self.head(
                    "GET", ["Cookie": "groundwatch_session=\(token)", "X-Groundwatch-Account": account, "X-Groundwatch-Region": region]))
        }
        #expect(try await answer("root", "333333333333", "eu-west-1").get() == Caller(name: "user/root", account: "333333333333", region: "eu-west-1", mayChange: true))
        #expect(try await answer("ada", "111111111111", "eu-west-1").get().region == "eu-west-1")
        for (name, account) in [("ada", "333333333333"), ("vic", "222222222222"), ("root", "x"), ("root", "")] {
            guard case .failure(.denied) = try await answer(name, account, "eu-west-1") else {
                Issue.record("\(name) looks at \(account)")
                continue
            }
        }
        guard case .failure(.incomplete) = try await answer("ada", "111111111111", "EU WEST") else {
            Issue.record("a region of that name was taken")
            return
        }
    }

    @Test func `the open protocols see the caller's own tenant only`() throws {
        let caller = Caller(name: "key/x", account: "111111111111", mayChange: true)
        func named(_ tenant: String?, _ caller: Caller, _ method: String = "POST", _ path: String = "/api/v1/write") -> String?? {
            var head = Self.head(method, path: path)
            if let tenant { head.headers.set("X-Scope-OrgID", tenant) }
            guard let permitted = try? OpenProtocols.permitted(head, to: caller) else { return nil }
            return .some(permitted.headers["X-Scope-OrgID"])
        }
        #expect(named(nil, caller) == .some("111111111111") && named("", caller) == .some("111111111111"))
        #expect(named("111111111111", caller) == .some("111111111111"))
        #expect(named("222222222222", caller) == nil && named("team-a", caller) == nil)
        // Nobody is asked: the header stands as it came.
        #expect(named("team-a", .anyone) == .some("team-a") && named(nil, .anyone) == .some(nil))

        let reader = Caller(name: "key/y", account: "111111111111", mayChange: false)
        #expect(named(nil, reader) == nil && named(nil, reader, "POST", "/v1/traces") == nil && named(nil, reader, "DELETE", "/api/v1/rules") == nil)
        #expect(named(nil, reader, "POST", "/api/v1/query_range") != nil && named(nil, reader, "GET", "/api/v1/labels") != nil)
        #expect(named(nil, reader, "POST", "/api/ui/v1/live/abc") != nil)
    }

    @Test func `a large body is read only for who may be believed`() async throws {
        let house = try await House()
        #expect(!house.gate.mayBelieve(Self.head(), now: house.now))
        #expect(!house.gate.mayBelieve(Self.head("POST", ["Authorization": "Bearer x.y"]), now: house.now))
        #expect(house.gate.mayBelieve(Self.head("POST", ["Authorization": "Bearer \(house.editor.key.id).\(house.editor.secret)"]), now: house.now))
        var head = Self.head("POST", ["Host": "h"])
        SignatureV4(credentials: SigningCredentials(accessKeyID: house.editor.key.id, secretAccessKey: "wrong"), region: "r", service: "logs")
            .sign(&head, body: [], at: house.now)
        #expect(house.gate.mayBelieve(head, now: house.now))          // the body decides
    }
}

struct ExposedAddressTests {
    @Test(arguments: [
        ("127.0.0.1:1", true), ("127.9.9.9:1", true), ("localhost:1", true), ("[::1]:1", true), ("0.0.0.0:1", false), ("[::]:1", false),
        ("10.0.0.1:1", false), ("127.evil.example:1", false), ("example.com:1", false),
    ])
    func `only loopback addresses are opened without credentials`(_ text: String, _ isLoopback: Bool) throws {
        var configuration = ServerConfiguration()
        configuration.edge = try #require(ServerConfiguration.Address(text))
        #expect(configuration.exposedAddresses.isEmpty == isLoopback)
    }

    @Test func `a door that is not opened exposes nothing`() throws {
        var configuration = ServerConfiguration()
        configuration.xray = try #require(ServerConfiguration.Address("0.0.0.0:2000"))
        #expect(configuration.exposedAddresses.count == 1)
        configuration.doors = [.edge]
        #expect(configuration.exposedAddresses.isEmpty)
    }
}
