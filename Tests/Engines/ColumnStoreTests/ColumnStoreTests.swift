import ColumnStore
import Platform
import SignalModel
import Simulation
import Synchronization
import Testing

struct ColumnStoreTests {
    @Test func `committed rows are visible at once, sealed or not, after a restart or not`() throws {
        let rig = try Rig()
        try rig.commit(1...5)
        try rig.commit(6...9)
        #expect(try rig.store.rows() == (1...9).map(TestRow.init))
        #expect(try rig.restarted().store.rows() == (1...9).map(TestRow.init))
        try rig.store.seal()
        #expect(rig.store.snapshot(of: .logs).batches.isEmpty)
        try rig.commit(10...12)
        #expect(try rig.store.rows() == (1...12).map(TestRow.init))
        let again = try rig.restarted()
        #expect(try again.store.rows() == (1...12).map(TestRow.init))
        #expect(again.layout.seen.withLock(\.found) == Array(1...9))
        #expect(again.layout.seen.withLock(\.published) == Array(10...12))
        try again.store.checkInvariants()
    }

    @Test func `a commit of several tables and partitions is one record`() throws {
        let rig = try Rig()
        try rig.commit([.rows(1...3), .rows(4...6, window: 2), .rows(7...8, table: .spans)], id: 1)
        #expect(rig.store.figures.commits == 1)
        #expect(rig.store.figures.syncs == 1)
        #expect(try rig.store.rows(where: { $0.window == 2 }).map(\.id) == [4, 5, 6])
        #expect(try rig.store.ids(of: .spans) == [7, 8])
        try rig.store.finish()
        let again = try rig.restarted()
        #expect(try again.store.rows(where: { $0.window == 2 }).map(\.id) == [4, 5, 6])
        #expect(try again.store.ids(of: .spans) == [7, 8])
        #expect(again.store.figures.tables[.logs]?.parts == 2)
    }

    @Test func `what waits is committed as one group with one sync`() throws {
        let rig = try Rig()
        for id in 1...10 as ClosedRange<UInt64> {
            rig.store.submit([.rows([id])], id: BatchID(high: 0, low: id)) { _ in }
        }
        #expect(try rig.store.ids() == [])
        _ = rig.store.stepCommitter()
        #expect(try rig.store.ids() == Array(1...10))
        #expect(rig.store.figures.syncs == 1)
    }

    @Test func `tasks commit at the same time with threads of the store's own`() async throws {
        let layout = TestLayout()
        let store = try ColumnStore.open(
            directory: "/data", fileSystem: SimulatedFileSystem(), clock: SystemTime(), layouts: [layout], configuration: Rig.settings)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for task in 0..<8 as Range<UInt64> {
                tasks.addTask {
                    for id in (task * 100)..<(task * 100 + 50) {
                        _ = try await store.commit([.rows([id])], id: BatchID(high: 1, low: id))
                        #expect(try store.ids().contains(id))
                    }
                }
            }
            try await tasks.waitForAll()
        }
        #expect(try store.ids().count == 400)
        try await store.stop()
        await #expect(throws: StorageError.self) { try await store.commit([.rows([1])], id: BatchID(high: 9, low: 9)) }
        #expect(store.snapshot(of: .logs).batches.isEmpty)
        #expect(Set(try store.ids()).count == 400)
    }

    @Test func `a repeated batch id stores nothing, not even after restarts`() throws {
        var rig = try Rig()
        let first = try rig.commit(1...3, id: 77)
        #expect(try rig.commit(1...3, id: 77) == first)
        rig = try rig.restarted()
        #expect(try rig.commit(1...3, id: 77) == first)
        try rig.store.seal()
        #expect(try rig.commit(1...3, id: 77) == first)
        rig = try rig.restarted()
        #expect(try rig.commit(1...3, id: 77) >= first)
        #expect(try rig.store.ids() == [1, 2, 3])
    }

    @Test func `of two requests with one id in one group both are answered and one is stored`() throws {
        let rig = try Rig()
        let answers = Rig.Answers()
        rig.store.submit([.rows([1])], id: BatchID(high: 5, low: 5)) { answers.append($0) }
        rig.store.submit([.rows([1])], id: BatchID(high: 5, low: 5)) { answers.append($0) }
        _ = rig.store.stepCommitter()
        #expect(answers.all.compactMap { try? $0.get().sequence } == [1, 1])
        #expect(try rig.store.ids() == [1])
    }

    @Test func `positions grow over restarts`() throws {
        var rig = try Rig()
        var last = try rig.commit([1])
        for id in 2...9 as ClosedRange<UInt64> {
            if id % 3 == 0 { try rig.store.seal() }
            if id % 2 == 0 { rig = try rig.restarted() }
            let position = try rig.commit([id])
            #expect(position > last)
            last = position
        }
    }
}
