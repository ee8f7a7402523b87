import Catalog
import SignalModel
import Synchronization
import Testing

/// Who watches the catalog hears of what is durable, and of nothing else.
struct ChangeTests {
    private final class Heard: Sendable {
        let changes = Mutex<[CatalogChange]>([])
        var keys: [String] { changes.withLock { $0.map { "\($0.collection) \($0.key)" } } }
    }

    private struct Broken: Error {}

    @Test func `each write that stored or removed something is told once it is durable`() async throws {
        let folder = CatalogFolder()
        let catalog = try folder.open()
        defer { catalog.close() }
        let heard = Heard()
        catalog.observe { changes in heard.changes.withLock { $0 += changes } }
        try await catalog.write { try $0.put([1], key: "a", in: "alarms", tenant: acme) }
        try await catalog.write { transaction in
            try transaction.put([2], key: "a", in: "alarms", tenant: acme)
            try transaction.insert([3], key: "b", in: "topics", tenant: other)
            try transaction.remove("none", in: "topics", tenant: acme)
        }
        #expect(heard.keys == ["alarms a", "alarms a", "topics b"])
        try await catalog.write { try $0.remove("a", in: "alarms", tenant: acme) }
        #expect(heard.keys.last == "alarms a" && heard.changes.withLock { $0.last?.tenant } == acme)
        await #expect(throws: Broken.self) {
            try await catalog.write { transaction in
                try transaction.put([1], key: "never", in: "alarms", tenant: acme)
                throw Broken()
            }
        }
        try await catalog.write { _ in }
        #expect(heard.changes.withLock { $0.count } == 4)
    }
}
