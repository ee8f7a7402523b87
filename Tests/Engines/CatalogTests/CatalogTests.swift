import Catalog
import Platform
import SignalModel
import Simulation
import Testing

struct CatalogTests {
    private let folder = CatalogFolder()
    private struct Refusal: Error {}

    @Test func `what was written is there after closing and opening again`() async throws {
        let first = try folder.open()
        let number = try await first.write { try $0.insert([1, 2], key: "cpu-high", in: "alarms", tenant: acme) }
        first.close()
        let second = try folder.open()
        let document = try await second.read { try $0.document("cpu-high", in: "alarms", tenant: acme) }
        #expect(document?.body == [1, 2])
        #expect(document?.number == number)
        second.close()
    }

    @Test func `a killed process loses nothing that was acknowledged`() async throws {
        let catalog = try folder.open()
        for count in 1...20 {
            try await catalog.write { transaction throws in
                try transaction.put([UInt8(count)], key: "counter", in: "things", tenant: acme)
                try transaction.append([UInt8(count)], key: "counter", to: "history", tenant: acme, at: seconds(Int64(count)))
            }
            let left = try folder.copyAsAfterKill()
            let recovered = try left.open()
            let (document, events) = try await recovered.read { snapshot throws in
                (try snapshot.document("counter", in: "things", tenant: acme), try snapshot.events(in: "history", tenant: acme))
            }
            #expect(document?.body == [UInt8(count)])
            #expect(events.count == count)
            recovered.close()
        }
        catalog.close()
    }

    @Test func `a WAL cut off anywhere leaves whole transactions only`() async throws {
        let catalog = try folder.open()
        for count in 1...8 {
            try await catalog.write { transaction throws in
                for name in ["a", "b", "c"] { try transaction.put([UInt8(count)], key: name, in: "things", tenant: acme) }
            }
        }
        let wal = try folder.contents("catalog.db-wal")
        var seen: Set<UInt8> = []
        for length in stride(from: 0, through: wal.count, by: 1499) {
            let left = try folder.copyAsAfterKill()
            try LinuxFileSystem().open(left.path + "-wal", .update).truncate(to: length)
            let recovered = try left.open()
            let bodies = try await recovered.read { try $0.documents(in: "things", tenant: acme).map(\.body) }
            #expect(bodies.isEmpty || bodies.count == 3 && Set(bodies).count == 1)
            seen.insert(bodies.first?[0] ?? 0)
            recovered.close()
        }
        #expect(seen.count > 4)
        catalog.close()
    }

    @Test func `a transaction that throws has not happened`() async throws {
        let catalog = try folder.open()
        try await catalog.write { _ = try $0.put([1], key: "kept", in: "things", tenant: acme) }
        await #expect(throws: Refusal.self) {
            try await catalog.write { transaction throws in
                try transaction.put([2], key: "kept", in: "things", tenant: acme)
                try transaction.put([2], key: "new", in: "things", tenant: acme)
                try transaction.append([2], key: "new", to: "history", tenant: acme, at: seconds(1))
                try transaction.enqueue(notice("new"), at: seconds(1))
                #expect(try transaction.document("new", in: "things", tenant: acme) != nil)
                throw Refusal()
            }
        }
        try await catalog.read { snapshot throws in
            #expect(try snapshot.documents(in: "things", tenant: acme).map(\.body) == [[1]])
            #expect(try snapshot.events(in: "history", tenant: acme).isEmpty)
            #expect(try snapshot.noticeCounts() == (0, 0))
        }
        catalog.close()
    }

    @Test func `an error that the closure swallows does not spoil its transaction`() async throws {
        let catalog = try folder.open()
        try await catalog.write { transaction throws in
            try transaction.insert([1], key: "a", in: "things", tenant: acme)
            let error = #expect(throws: CatalogError.self) { try transaction.insert([2], key: "a", in: "things", tenant: acme) }
            #expect(error?.code == .exists)
            #expect(error?.message == "cannot insert a into things: it is there already")
            try transaction.insert([3], key: "b", in: "things", tenant: acme)
        }
        #expect(try await catalog.read { try $0.documents(in: "things", tenant: acme).map(\.body) } == [[1], [3]])
        catalog.close()
    }

    @Test func `a hundred writers at once lose no update`() async throws {
        let catalog = try folder.open()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    try await catalog.write { transaction throws in
                        let count = try transaction.document("count", in: "things", tenant: acme)?.body[0] ?? 0
                        try transaction.put([count + 1], key: "count", in: "things", tenant: acme)
                    }
                    // And each sees at least its own.
                    let body = try await catalog.read { try $0.document("count", in: "things", tenant: acme)?.body }
                    #expect(try #require(body)[0] >= 1)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await catalog.read { try $0.document("count", in: "things", tenant: acme)?.body } == [100])
        catalog.close()
    }

    @Test func `a read cannot write, and sees one moment`() async throws {
        let catalog = try folder.open()
        try await catalog.write { _ = try $0.put([1], key: "a", in: "things", tenant: acme) }
        let gate = Monitor<Bool>(false)
        async let bodies = catalog.read { snapshot throws in
            let before = try snapshot.document("a", in: "things", tenant: acme)?.body
            _ = gate.wait { $0 ? true : nil }       // a write commits meanwhile
            return [before, try snapshot.document("a", in: "things", tenant: acme)?.body]
        }
        try await catalog.write { _ = try $0.put([2], key: "a", in: "things", tenant: acme) }
        gate.change { $0 = true }
        #expect(try await Set(bodies).count == 1)
        #expect(try await catalog.read { try $0.document("a", in: "things", tenant: acme)?.body } == [2])
        catalog.close()
    }

    @Test func `a closed catalog says so, after it has finished what waited`() async throws {
        let catalog = try folder.open()
        let gate = Monitor<Bool>(false)
        let writes = (0..<10).map { count in
            Task { try await catalog.write { _ = try $0.put([1], key: "\(count)", in: "things", tenant: acme) } }
        }
        for write in writes { try await write.value }
        gate.change { $0 = true }
        catalog.close()
        #expect(await catalogCode { try await catalog.read { _ in } } == .closed)
        #expect(await catalogCode { try await catalog.write { _ in } } == .closed)
    }

    @Test func `files that are damaged, foreign or newer are refused with the reason`() async throws {
        let disk = LinuxFileSystem()
        let rubbish = CatalogFolder()
        try disk.open(rubbish.path, .create).write(Array("this is no database, but long enough to look like one".utf8) + [UInt8](repeating: 1, count: 4096))
        #expect(await catalogCode { _ = try rubbish.open() } == .corrupt)

        try folder.open().close()
        // Bytes 60…63 of the header are user_version, 68…71 application_id, both big-endian (SQLite file format 1.3).
        let newer = try folder.copyAsAfterKill()
        try disk.open(newer.path, .update).write([0, 0, 0, 99], at: 60)
        let error = #expect(throws: CatalogError.self) { try newer.open() }
        #expect(error?.code == .newer)
        #expect(error?.message == "cannot open catalog \(newer.path): format 99, and this program knows formats up to 1")
        let foreign = try folder.copyAsAfterKill()
        try disk.open(foreign.path, .update).write([1, 2, 3, 4], at: 68)
        #expect(await catalogCode { _ = try foreign.open() } == .corrupt)

        #expect(await catalogCode { _ = try Catalog.open(folder.root + "/none/catalog.db") } == .notFound)
    }

    @Test func `a damaged page is found when the file is opened`() async throws {
        let catalog = try folder.open()
        try await catalog.write { transaction throws in
            for count in 0..<500 { try transaction.put([UInt8](repeating: 1, count: 300), key: "\(count)", in: "things", tenant: acme) }
        }
        catalog.close()
        var random = SeededRandom(seed: 11)
        let size = try folder.contents("catalog.db").count
        try LinuxFileSystem().open(folder.path, .update).write(random.bytes(4096), at: size / 4096 / 2 * 4096)
        #expect(await catalogCode { _ = try folder.open() } == .corrupt)
    }

    @Test func `keys and bodies have limits`() async throws {
        let catalog = try folder.open()
        let long = String(repeating: "k", count: Limits.keyBytesMax + 1)
        #expect(await catalogCode { try await catalog.write { _ = try $0.put([], key: long, in: "t", tenant: acme) } } == .tooLarge)
        let large = [UInt8](repeating: 0, count: Limits.bodyBytesMax + 1)
        #expect(await catalogCode { try await catalog.write { _ = try $0.put(large, key: "k", in: "t", tenant: acme) } } == .tooLarge)
        let largest = [UInt8](repeating: 1, count: Limits.bodyBytesMax)
        try await catalog.write { _ = try $0.put(largest, key: "k", in: "t", tenant: acme) }
        catalog.close()
    }

    private func notice(_ subject: String) -> NewNotice {
        NewNotice(tenant: acme, target: "arn:t", kind: "alarm", subject: subject, payload: [1])
    }
}
