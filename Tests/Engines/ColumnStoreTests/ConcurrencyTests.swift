import ColumnStore
import Platform
import SignalModel
import Simulation
import Synchronization
import Testing

struct ConcurrencyTests {
    private final class Flag: Sendable {
        private let value = Atomic(true)
        var isUp: Bool { value.load(ordering: .relaxed) }
        func lower() { value.store(false, ordering: .relaxed) }
    }

    /// Writers commit pairs of rows; readers look meanwhile; the store's own threads seal and merge all the time.
    @Test func `every snapshot holds each row once and each commit whole, whatever seals and merges meanwhile`() async throws {
        var settings = ColumnStore.Configuration()
        settings.journalFileBytes = 1 << 14
        settings.recordBytesMax = 1 << 12
        settings.sealBytes = 3000
        settings.freeBytesMin = 0
        let store = try ColumnStore.open(
            directory: "/data", fileSystem: SimulatedFileSystem(), clock: SystemTime(), layouts: [TestLayout()], configuration: settings)
        let writing = Flag()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for writer in 0..<4 as Range<UInt64> {
                tasks.addTask { try await Self.write(to: store, as: writer) }
            }
            tasks.addTask {
                while writing.isUp {
                    try Self.look(at: store)
                    await Task.yield()
                }
            }
            defer { writing.lower() }
            for _ in 0..<4 { try await tasks.next() }
            writing.lower()
            try await tasks.waitForAll()
        }
        let figures = store.figures
        #expect(figures.commits == 800)
        #expect(figures.seals >= 10)
        #expect(figures.merges >= 2)
        #expect(figures.failedWork == 0)
        try await store.stop()
        try Self.look(at: store)
        #expect(try store.ids().count == 1600)
        try store.checkInvariants()
    }

    /// Row ids of a writer: 100,000 times its number, then running; a commit has an even one and the odd one after it.
    private static func write(to store: ColumnStore, as writer: UInt64) async throws {
        for commit in 0..<200 as Range<UInt64> {
            let id = writer * 100_000 + 2 * commit
            _ = try await store.commit([.rows([id], window: 1), .rows([id + 1], window: 2)], id: BatchID(high: writer, low: commit))
            // One of them also sees to it that there is something to seal and merge, however busy the machine.
            guard writer == 0, commit % 20 == 19 else { continue }
            try await onThread { () throws(StorageError) in try store.seal() }
            try await onThread { () throws(StorageError) in try store.merge() }
        }
    }

    private static func onThread(_ body: @escaping @Sendable () throws(StorageError) -> Void) async throws {
        let result = await withCheckedContinuation { continuation in
            _ = WorkerThread(name: "test") { continuation.resume(returning: Result(catching: body)) }
        }
        try result.get()
    }

    private static func look(at store: ColumnStore) throws {
        let ids = try store.ids()
        #expect(Set(ids).count == ids.count, "a row is there twice")
        for writer in 0..<4 as Range<UInt64> {
            let own = ids.filter { $0 / 100_000 == writer }.map { $0 % 100_000 }.sorted()
            #expect(own == Array(0..<UInt64(own.count)), "a row is missing, or half a commit is there")
            #expect(own.count % 2 == 0)
        }
    }
}
