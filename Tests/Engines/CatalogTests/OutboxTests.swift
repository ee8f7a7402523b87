import Catalog
import SignalModel
import Testing

struct OutboxTests {
    private let folder = CatalogFolder()

    @Test func `a notice is due at once, and after its failures when its time has come`() async throws {
        let catalog = try folder.open()
        let id = try await catalog.write { try $0.enqueue(notice("cpu"), at: seconds(10)) }
        try await catalog.read { snapshot throws in
            #expect(try snapshot.dueNotices(at: seconds(9), limit: 10).isEmpty)
            let due = try snapshot.dueNotices(at: seconds(10), limit: 10)
            #expect(due.map(\.id) == [id])
            #expect(due.first?.payload == [7] && due.first?.attempts == 0 && due.first?.lastError == nil)
            #expect(due.first?.target == "arn:topic" && due.first?.subject == "cpu" && due.first?.tenant == acme)
        }
        try await catalog.write { try $0.failed(id, error: "timeout", at: seconds(11), nextAttempt: seconds(20)) }
        try await catalog.read { snapshot throws in
            #expect(try snapshot.nextNoticeTime() == seconds(20))
            #expect(try snapshot.dueNotices(at: seconds(19), limit: 10).isEmpty)
            let due = try snapshot.dueNotices(at: seconds(20), limit: 10)
            #expect(due.first?.attempts == 1 && due.first?.lastError == "timeout")
        }
        try await catalog.write { try $0.delivered(id, at: seconds(20)) }
        try await catalog.read { snapshot throws in
            #expect(try snapshot.nextNoticeTime() == nil)
            #expect(try snapshot.noticeCounts() == (0, 0))
        }
        catalog.close()
    }

    @Test func `the longest due come first, and no more than asked`() async throws {
        let catalog = try folder.open()
        for second in [5, 3, 4] as [Int64] { try await catalog.write { try $0.enqueue(notice("\(second)"), at: seconds(second)) } }
        let due = try await catalog.read { try $0.dueNotices(at: seconds(100), limit: 2) }
        #expect(due.map(\.subject) == ["3", "4"])
        catalog.close()
    }

    @Test func `a dead notice is kept, no longer due, and can be revived once`() async throws {
        let catalog = try folder.open()
        let id = try await catalog.write { try $0.enqueue(notice("cpu"), at: seconds(1)) }
        try await catalog.write { try $0.dead(id, error: "410 gone", at: seconds(2)) }
        try await catalog.read { snapshot throws in
            #expect(try snapshot.dueNotices(at: seconds(99), limit: 10).isEmpty)
            #expect(try snapshot.nextNoticeTime() == nil)
            #expect(try snapshot.noticeCounts() == (0, 1))
            #expect(try snapshot.deadNotices(tenant: acme).map(\.lastError) == ["410 gone"])
            #expect(try snapshot.deadNotices(tenant: other).isEmpty)
        }
        try await catalog.write { try $0.revive(id, at: seconds(3)) }
        #expect(try await catalog.read { try $0.dueNotices(at: seconds(3), limit: 10).map(\.attempts) } == [0])
        #expect(await catalogCode { try await catalog.write { try $0.revive(id, at: seconds(3)) } } == .notFound)
        #expect(try await catalog.write { try $0.removeNotice(id) })
        catalog.close()
    }

    @Test func `every attempt is in the audit, by target and by subject, newest first`() async throws {
        let catalog = try folder.open()
        let ids = try await catalog.write { transaction throws in
            [try transaction.enqueue(notice("cpu"), at: seconds(1)), try transaction.enqueue(notice("disk"), at: seconds(1))]
        }
        try await catalog.write { transaction throws in
            try transaction.failed(ids[0], error: "timeout", at: seconds(2), nextAttempt: seconds(3))
            try transaction.delivered(ids[1], at: seconds(2))
            try transaction.delivered(ids[0], at: seconds(3))
        }
        try await catalog.read { snapshot throws in
            let cpu = try snapshot.deliveries(.subject("cpu"), tenant: acme)
            #expect(cpu.map(\.outcome) == [.delivered, .failed])
            #expect(cpu.map(\.attempt) == [2, 1])
            #expect(cpu.map(\.error) == [nil, "timeout"])
            #expect(cpu.map(\.time) == [seconds(3), seconds(2)])
            let all = try snapshot.deliveries(.target("arn:topic"), tenant: acme)
            #expect(all.map(\.subject) == ["cpu", "disk", "cpu"])
            let second = try snapshot.deliveries(.target("arn:topic"), tenant: acme, limit: 2, after: all[0].position)
            #expect(second == Array(all[1...]))
            #expect(try snapshot.deliveries(.target("arn:topic"), tenant: other).isEmpty)
        }
        #expect(try await catalog.write { try $0.pruneDeliveries(before: seconds(3)) } == 2)
        catalog.close()
    }

    @Test func `an attempt at a notice that is not waiting is refused, and leaves no audit`() async throws {
        let catalog = try folder.open()
        let id = try await catalog.write { try $0.enqueue(notice("cpu"), at: seconds(1)) }
        try await catalog.write { try $0.dead(id, error: "gone", at: seconds(2)) }
        for wrong in [id, id + 1] {
            #expect(await catalogCode { try await catalog.write { try $0.delivered(wrong, at: seconds(3)) } } == .notFound)
            let later = seconds(4)
            let failure = await catalogCode {
                try await catalog.write { try $0.failed(wrong, error: "", at: seconds(3), nextAttempt: later) }
            }
            #expect(failure == .notFound)
        }
        #expect(try await catalog.read { try $0.deliveries(.subject("cpu"), tenant: acme).count } == 1)
        catalog.close()
    }

    private func notice(_ subject: String) -> NewNotice {
        NewNotice(tenant: acme, target: "arn:topic", kind: "alarm", subject: subject, payload: [7])
    }
}
