import Catalog
import SignalModel
import Simulation
import Testing

struct EventTests {
    private let folder = CatalogFolder()

    @Test func `events are listed by key or tenant, range, and either order`() async throws {
        let catalog = try folder.open()
        try await catalog.write { transaction throws in
            for (second, key) in [(3, "a"), (1, "a"), (2, "b"), (2, "a")] as [(Int64, String)] {
                try transaction.append([UInt8(second)], key: key, to: "history", tenant: acme, at: seconds(second))
            }
            try transaction.append([9], key: "a", to: "history", tenant: other, at: seconds(2))
            try transaction.append([9], key: "a", to: "elsewhere", tenant: acme, at: seconds(2))
        }
        try await catalog.read { snapshot throws in
            #expect(try snapshot.events(in: "history", tenant: acme).map { "\($0.key)\($0.body[0])" } == ["a3", "a2", "b2", "a1"])
            #expect(try snapshot.events(in: "history", tenant: acme, newestFirst: false).map(\.body[0]) == [1, 2, 2, 3])
            #expect(try snapshot.events(in: "history", tenant: acme, key: "a").map(\.body[0]) == [3, 2, 1])
            let range = TimeRange(start: seconds(2), end: seconds(3))
            #expect(try snapshot.events(in: "history", tenant: acme, key: "a", range: range).map(\.time) == [seconds(2)])
            #expect(try snapshot.events(in: "history", tenant: acme, key: "none").isEmpty)
        }
        catalog.close()
    }

    @Test(arguments: [true, false])
    func `pages follow each other, also among events of one moment`(newestFirst: Bool) async throws {
        let catalog = try folder.open()
        try await catalog.write { transaction throws in
            for count in 0..<100 {
                try transaction.append([UInt8(count)], key: "a", to: "history", tenant: acme, at: seconds(Int64(count / 30)))
            }
        }
        var found: [UInt8] = []
        var position: EventPosition?
        while true {
            let after = position
            let page = try await catalog.read {
                try $0.events(in: "history", tenant: acme, key: "a", newestFirst: newestFirst, limit: 9, after: after)
            }
            found += page.map(\.body[0])
            position = page.last?.position
            if page.count < 9 { break }
        }
        let expected = Array(0..<100).map(UInt8.init)
        #expect(found == (newestFirst ? expected.reversed() : expected))
        catalog.close()
    }

    @Test func `pruning removes what is older, in bounded bites, of its collection only`() async throws {
        let catalog = try folder.open()
        try await catalog.write { transaction throws in
            for count in 0..<50 {
                try transaction.append([], key: "a", to: "history", tenant: count % 2 == 0 ? acme : other, at: seconds(Int64(count)))
            }
            try transaction.append([], key: "a", to: "elsewhere", tenant: acme, at: seconds(0))
        }
        #expect(try await catalog.write { try $0.pruneEvents(in: "history", before: seconds(30), limit: 20) } == 20)
        #expect(try await catalog.write { try $0.pruneEvents(in: "history", before: seconds(30), limit: 20) } == 10)
        #expect(try await catalog.write { try $0.pruneEvents(in: "history", before: seconds(30), limit: 20) } == 0)
        try await catalog.read { snapshot throws in
            #expect(try snapshot.events(in: "history", tenant: acme).map(\.time).min() == seconds(30))
            #expect(try snapshot.events(in: "elsewhere", tenant: acme).count == 1)
        }
        catalog.close()
    }

    @Test func `a position reads back from its text, and from nothing else`() async throws {
        let catalog = try folder.open()
        try await catalog.write { try $0.append([], key: "a", to: "h", tenant: acme, at: Timestamp(nanoseconds: -5)) }
        let position = try #require(try await catalog.read { try $0.events(in: "h", tenant: acme).first?.position })
        #expect(EventPosition(position.text) == position)
        for wrong in ["", ".", "1", "1.", ".1", "1.2.3", "a.b", "1.99999999999999999999", "1 .2"] {
            #expect(EventPosition(wrong) == nil)
        }
        catalog.close()
    }
}
