import Platform
import SignalModel
import Simulation
import Synchronization
import Testing

@testable import ColumnStore

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

    /// Threads and files as they are when the server runs. What is lost or doubled shows in any run, races under
    /// `FUZZ_SANITIZER=thread Scripts/fuzz`.
    @Test func `commits, seals, merges, retention, scans and looks for keys may all happen at once`() async throws {
        let folder = TemporaryFolder()
        let work = try BusyStore(in: folder)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for writer in 0..<BusyStore.writers {
                tasks.addTask { try await Self.onThread { () throws(StorageError) in try work.write(as: writer) } }
            }
            for _ in 0..<2 { tasks.addTask { try await Self.onThread { () throws(StorageError) in for _ in 0..<40 { try work.look() } } } }
            tasks.addTask { try await Self.onThread { () throws(StorageError) in for _ in 0..<10 { try work.tidy() } } }
            try await tasks.waitForAll()
        }
        try await Self.onThread { () throws(StorageError) in
            try work.tidy()
            try work.look()
        }
        let figures = work.store.figures
        #expect(figures.commits == Int(BusyStore.writers * BusyStore.commits) && figures.failedWork == 0)
        #expect(figures.seals >= 1, "how many more, and how many merges, is the scheduler's choice")
        try await work.store.stop()
        try work.store.checkInvariants()
        for budget in [work.ingest, work.reading, work.merging] { #expect(budget.bytesUsed == 0, "\(budget.name)") }
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

/// A store that is written, read and tidied by many threads; every call here may be made from any of them.
private final class BusyStore: Sendable {
    static let writers: UInt64 = 3
    static let commits: UInt64 = 100

    let store: ColumnStore
    let ingest = MemoryBudget(name: "ingest", bytesMax: 64 << 20)
    let reading = MemoryBudget(name: "reading", bytesMax: 64 << 20)
    let merging = MemoryBudget(name: "merging", bytesMax: 64 << 20)
    private let layout = TestLayout()
    private let acknowledged = Mutex<Set<UInt64>>([])

    init(in folder: TemporaryFolder) throws(StorageError) {
        var settings = ColumnStore.Configuration()
        settings.journalFileBytes = 1 << 14
        settings.recordBytesMax = 1 << 12
        settings.sealBytes = 3000
        (settings.mergePartsMin, settings.carriedPartsMin) = (2, 2)
        settings.freeBytesMin = 0
        settings.filterBlockBytesMin = 0
        settings.retentionPeriod = 1_000_000
        settings.ingestMemory = ingest
        settings.readMemory = reading
        settings.mergeMemory = merging
        store = try ColumnStore.open(
            directory: folder.path("store"), fileSystem: LinuxFileSystem(), clock: SystemTime(), layouts: [layout], configuration: settings,
            keyRing: TestKeyRing(3))
    }

    /// A writer's ids are 10 times the commit's number, and twice its own: an even one and the odd one after it. The last one's rows have a key.
    func write(as writer: UInt64) throws(StorageError) {
        for commit in 0..<Self.commits {
            let id = 10 * commit + 2 * writer
            let key = writer == Self.writers - 1 ? DataKeyID(number: 3) : nil
            let batches = [id, id + 1].map { TableBatch.rows([$0], window: Int32($0 % 2), group: UInt32(writer), key: key) }
            let answer = Monitor<Result<JournalPosition, StorageError>?>(nil)
            store.submit(batches, id: BatchID(high: writer, low: commit)) { result in answer.change { $0 = result } }
            _ = try answer.wait { $0 }!.get()
            acknowledged.withLock {
                _ = $0.insert(id); $0.insert(id + 1)
            }
            guard writer == 0, commit % 10 == 9 else { continue }
            // Everything but the last 30 commits of the first writer is dead now.
            layout.deadBefore.withLock { $0 = Int64(10 * max(commit, 30) - 300) * 10 }
        }
    }

    func tidy() throws(StorageError) {
        try store.seal()
        try store.merge()
    }

    func look() throws(StorageError) {
        let before = acknowledged.withLock { $0 }
        let snapshot = store.snapshot(of: .logs)
        let ids = try snapshot.rows().map(\.id)
        let found = Set(ids)
        guard found.count == ids.count else { throw Self.wrong("a row is there twice") }
        let limit = layout.deadBefore.withLock { $0 }
        let lost = before.subtracting(found).filter { Int64($0) * 10 >= limit }
        guard lost.isEmpty else { throw Self.wrong("rows \(lost.sorted()) are lost") }
        for block in snapshot.blocks.prefix(5) {
            guard let row = try block.rows().testRows.first else { continue }
            let candidates = try TableSnapshot.blocks(snapshot.blocks, thatMayHold: .key(row.id))
            guard candidates.contains(where: { $0.part === block.part && $0.place == block.place }) else {
                throw Self.wrong("row \(row.id) is not found by its key")
            }
        }
        try store.checkTables()
        _ = (store.figures, store.diskFigures, store.lowSpace)
    }

    private static func wrong(_ what: String) -> StorageError { StorageError(code: .corrupt, message: what) }
}
