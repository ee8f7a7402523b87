@testable import Catalog
import SignalModel
import Simulation
import Testing

struct DocumentTests {
    private let folder = CatalogFolder()

    @Test func `a document is found by key and by number, in its own collection and tenant only`() async throws {
        let catalog = try folder.open()
        let number = try await catalog.write { try $0.insert([], key: "a\0é", in: "groups", tenant: acme) }
        try await catalog.read { snapshot throws in
            let document = Document(tenant: acme, key: "a\0é", number: number, body: [])
            #expect(try snapshot.document("a\0é", in: "groups", tenant: acme) == document)
            #expect(try snapshot.document(number: number, in: "groups") == document)
            #expect(try snapshot.document("a", in: "groups", tenant: acme) == nil)
            #expect(try snapshot.document("a\0é", in: "groups", tenant: other) == nil)
            #expect(try snapshot.document("a\0é", in: "alarms", tenant: acme) == nil)
            #expect(try snapshot.document(number: number, in: "alarms") == nil)
        }
        catalog.close()
    }

    @Test func `numbers count up, stay over puts, and are never given again`() async throws {
        let catalog = try folder.open()
        let first = try await catalog.write { transaction throws in
            [
                try transaction.insert([1], key: "a", in: "groups", tenant: acme),
                try transaction.put([1], key: "a", in: "groups", tenant: other),
                try transaction.put([2], key: "a", in: "groups", tenant: acme),
                try transaction.insert([1], key: "a", in: "alarms", tenant: acme),
            ]
        }
        #expect(first == [1, 2, 1, 1])
        try await catalog.write { transaction throws in
            #expect(try transaction.remove("a", in: "groups", tenant: other))
            #expect(try !transaction.remove("a", in: "groups", tenant: other))
        }
        catalog.close()
        let again = try folder.open()
        #expect(try await again.write { try $0.put([1], key: "a", in: "groups", tenant: other) } == 3)
        again.close()
    }

    @Test func `pages follow each other without gap or double, for every prefix`() async throws {
        let catalog = try folder.open()
        var random = SeededRandom(seed: 2)
        let alphabet = ["a", "b", "/", "%", "_", "é", "\u{d7ff}", "\u{e000}", "\u{10ffff}", "\0"]
        let keys = Set((0..<300).map { _ in
            String((0..<Int.random(in: 0...4, using: &random)).map { _ in Character(alphabet.randomElement(using: &random)!) })
        })
        try await catalog.write { transaction throws in
            for key in keys { try transaction.put([], key: key, in: "things", tenant: acme) }
            try transaction.put([], key: "a", in: "things", tenant: other)
        }
        let sorted = keys.sorted { Array($0.unicodeScalars).lexicographicallyPrecedes(Array($1.unicodeScalars)) }
        for prefix in [""] + alphabet + ["aa", "\u{10ffff}\u{10ffff}", "zz"] {
            let expected = sorted.filter { Array($0.utf8).starts(with: Array(prefix.utf8)) }
            var found: [String] = []
            while true {
                let after = found.last
                let page = try await catalog.read {
                    try $0.documents(in: "things", tenant: acme, prefix: prefix, after: after, limit: 7)
                }
                found += page.map(\.key)
                if page.count < 7 { break }
            }
            #expect(found == expected, "prefix \(prefix.debugDescription)")
        }
        #expect(try await catalog.read { try $0.documentCount(in: "things", tenant: acme) } == keys.count)
        catalog.close()
    }

    @Test func `loops for everybody page over all tenants`() async throws {
        let catalog = try folder.open()
        let tenants = (0..<5).flatMap { account in
            ["eu-west-1", "us-east-1"].map { Tenant(account: "\(account)", region: $0) }
        }
        try await catalog.write { transaction throws in
            for tenant in tenants.reversed() {
                for key in ["y", "x", "z"] { try transaction.put([], key: key, in: "alarms", tenant: tenant) }
            }
            try transaction.put([], key: "x", in: "other", tenant: acme)
        }
        var found: [Document] = []
        while true {
            let after = found.last
            let page = try await catalog.read { try $0.documentsOfAllTenants(in: "alarms", after: after, limit: 4) }
            found += page
            if page.count < 4 { break }
        }
        #expect(found.map { "\($0.tenant) \($0.key)" } == tenants.flatMap { tenant in ["x", "y", "z"].map { "\(tenant) \($0)" } })
        catalog.close()
    }

    @Test func `limits of no sense give no rows, or as many as there may be`() async throws {
        let catalog = try folder.open()
        try await catalog.write { _ = try $0.put([], key: "x", in: "alarms", tenant: acme) }
        try await catalog.read { snapshot throws in
            #expect(try snapshot.documents(in: "alarms", tenant: acme, limit: 0).isEmpty)
            #expect(try snapshot.documents(in: "alarms", tenant: acme, limit: -1).isEmpty)
            #expect(try snapshot.documents(in: "alarms", tenant: acme, limit: .max).count == 1)
        }
        catalog.close()
    }

    @Test func `the end of a prefix is the next text that does not begin with it`() {
        #expect(endOfKeys(withPrefix: "ab") == "ac")
        #expect(endOfKeys(withPrefix: "a\u{10ffff}") == "b")
        #expect(endOfKeys(withPrefix: "\u{d7ff}") == "\u{e000}")
        #expect(endOfKeys(withPrefix: "") == nil)
        #expect(endOfKeys(withPrefix: "\u{10ffff}") == nil)
    }
}
