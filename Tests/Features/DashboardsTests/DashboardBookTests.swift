import Catalog
import Dashboards
import Platform
import SignalModel
import Simulation
import Testing

struct DashboardBookTests {
    private let now = Timestamp(seconds: 1_795_248_000)

    private func withBook(_ body: (DashboardBook, Catalog) async throws -> Void) async throws {
        let folder = "/tmp/groundwatch-test-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        let disk = LinuxFileSystem()
        try disk.createDirectory(folder)
        let catalog = try Catalog.open(folder + "/catalog.db")
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(DashboardBook(catalog: catalog), catalog)) } catch { outcome = .failure(error) }
        catalog.close()
        for name in try disk.list(folder) { try disk.remove("\(folder)/\(name)") }
        try disk.remove(folder)
        try outcome.get()
    }

    @Test func `a body comes back byte for byte`() async throws {
        try await withBook { book, _ in
            let body = Array("{ \"widgets\" : [ ]\r\n,\"x\":\"\\u00e9 é\" }".utf8)
            let stored = try await book.put("a", body: body, tags: [], account: "1", at: now)
            #expect(stored == .done)
            #expect(try await book.body(of: "a", account: "1") == body)
            #expect(try await book.body(of: "b", account: "1") == nil)
            #expect(try await book.body(of: "a", account: "2") == nil)
        }
    }

    @Test func `lists go by name and prefix, page by page`() async throws {
        try await withBook { book, _ in
            for name in ["shop-b", "shop-a", "other", "Shop"] { _ = try await book.put(name, body: [1, 2, 3], tags: [], account: "1", at: now) }
            let first = try await book.entries(prefix: "shop", after: nil, limit: 1, account: "1")
            #expect(first.map(\.name) == ["shop-a"] && first.map(\.size) == [3] && first.map(\.modified) == [now])
            #expect(try await book.entries(prefix: "shop", after: "shop-a", limit: 9, account: "1").map(\.name) == ["shop-b"])
            #expect(try await book.entries(prefix: "", after: nil, limit: 9, account: "1").map(\.name) == ["Shop", "other", "shop-a", "shop-b"])
        }
    }

    @Test func `those go that are there, and the others are named`() async throws {
        try await withBook { book, catalog in
            for name in ["a", "b"] { _ = try await book.put(name, body: [0], tags: [Tag(key: "k", value: "v")], account: "1", at: now) }
            #expect(try await book.delete(["a", "x", "b"], account: "1") == .noSuch(["x"]))
            #expect(try await book.entries(prefix: "", after: nil, limit: 9, account: "1").isEmpty)
            _ = try await book.put("a", body: [0], tags: [Tag(key: "k", value: "v")], account: "1", at: now)
            #expect(try await book.delete(["a"], account: "1") == .done)
            #expect(try await book.entries(prefix: "", after: nil, limit: 9, account: "1").isEmpty)
            #expect(try await book.body(of: "a", account: "1") == nil)
            let place = DashboardBook.place(of: "1")
            #expect(try await catalog.read { try $0.tags(of: "a", in: DashboardBook.facts, tenant: place) } == [])
        }
    }

    @Test func `only a new dashboard takes the tags of its call`() async throws {
        try await withBook { book, catalog in
            let place = DashboardBook.place(of: "1")
            _ = try await book.put("a", body: [0], tags: [Tag(key: "k", value: "1")], account: "1", at: now)
            _ = try await book.put("a", body: [1], tags: [Tag(key: "k", value: "2")], account: "1", at: now)
            #expect(try await catalog.read { try $0.tags(of: "a", in: DashboardBook.facts, tenant: place) } == [Tag(key: "k", value: "1")])
            #expect(try await book.body(of: "a", account: "1") == [1])
        }
    }
}
