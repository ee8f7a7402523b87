@testable import ColumnStore
import Platform
import SignalModel
import Simulation
import Testing

struct LimitTests {
    private func code(_ body: () throws(StorageError) -> Void) -> StorageError.Code? {
        do throws(StorageError) {
            try body()
            return nil
        } catch { return error.code }
    }

    @Test func `commits are refused while too much is unsealed, and go on after a seal`() throws {
        var settings = Rig.settings
        (settings.sealBytes, settings.unsealedBytesMax) = (4000, 4000)
        let rig = try Rig(settings: settings)
        var id: UInt64 = 1
        var refusal: StorageError.Code?
        while refusal == nil {
            refusal = code { () throws(StorageError) in try rig.commit([id]) }
            id += 1
        }
        #expect(refusal == .busy)
        #expect(rig.store.figures.refusedCommits == 1)
        rig.maintain()
        try rig.commit([id])
    }

    @Test func `a full queue refuses, and empties`() throws {
        var settings = Rig.settings
        (settings.groupBytesMax, settings.queueBytesMax) = (500, 1000)
        let rig = try Rig(settings: settings)
        let answers = Rig.Answers()
        for id in 1...30 as ClosedRange<UInt64> { rig.store.submit([.rows([id])], id: BatchID(high: 0, low: id)) { answers.append($0) } }
        #expect(!answers.all.isEmpty)
        #expect(answers.all.allSatisfy { if case .failure(let error) = $0 { error.code == .busy } else { false } })
        let refused = answers.all.count
        while rig.store.stepCommitter() == .atOnce {}
        #expect(try rig.store.ids().count == 30 - refused)
        #expect(rig.store.figures.syncs > 1, "a group is bounded too")
        try rig.commit([99])
    }

    @Test func `a commit larger than a record is refused by name`() throws {
        let rig = try Rig()
        #expect(code { () throws(StorageError) in try rig.commit(1...500) } == .limit)
        #expect(try rig.store.ids() == [])
    }

    @Test func `below the watermark commits fail, above it they work again`() throws {
        var settings = Rig.settings
        settings.freeBytesMin = 100_000
        let rig = try Rig(settings: settings)
        try rig.commit([1])
        rig.disk.limitCapacity(to: 90_000)
        rig.clock.advance(bySeconds: 2)
        #expect(code { () throws(StorageError) in try rig.commit([2]) } == .noSpace)
        #expect(!rig.store.figures.isClosed)
        rig.disk.limitCapacity(to: 1 << 30)
        try rig.commit([3])
        #expect(try rig.store.ids() == [1, 3])
    }

    @Test func `a seal without space fails, leaves nothing behind, rests, and succeeds when there is space`() throws {
        let rig = try Rig()
        try rig.commit(1...30)
        rig.maintain()
        rig.clock.advance(bySeconds: 601)
        let used = try rig.disk.files().reduce(0) { try $0 + rig.disk.bytes(of: $1).count }
        rig.disk.limitCapacity(to: used + 100)
        #expect(rig.store.stepSealing() == .atOnce)
        #expect(rig.store.figures.failedWork == 1)
        guard case .after(let rest) = rig.store.stepSealing() else {
            Issue.record("it does not rest")
            return
        }
        #expect(rest > 0 && rest <= 10_000_000_000)
        #expect(try rig.store.ids() == Array(1...30))
        #expect(try rig.disk.list(Rig.directory + "/parts").isEmpty)
        rig.disk.limitCapacity(to: 1 << 30)
        rig.clock.advance(byNanoseconds: rest)
        rig.maintain()
        #expect(rig.store.figures.seals == 1)
        #expect(rig.store.snapshot(of: .logs).batches.isEmpty)
        #expect(try rig.store.ids() == Array(1...30))
        try rig.store.checkInvariants()
    }

    @Test func `after a failed sync nothing is taken until a restart`() throws {
        let disk = SimulatedFileSystem()
        try Rig(disk).commit([1])
        let failing = disk.copy(fault: .inputOutput, atCall: .max)
        let calls = try { () -> Int in
            let rig = try Rig(failing)
            let before = failing.callsConcerned
            try rig.commit([2])
            return failing.callsConcerned - before
        }()
        // The last call of a commit is its sync.
        let broken = disk.copy(fault: .inputOutput, atCall: failing.callsConcerned)
        let rig = try Rig(broken)
        #expect(calls > 1)
        #expect(code { () throws(StorageError) in try rig.commit([2]) } == .inputOutput)
        #expect(code { () throws(StorageError) in try rig.commit([3]) } == .closed)
        #expect(rig.store.figures.isClosed)
        #expect(try rig.store.ids() == [1])
        let again = try rig.restarted()
        try again.commit([4])
        let ids = try again.store.ids()
        #expect(ids == [1, 4] || ids == [1, 2, 4])
    }

    @Test func `memory reserved for rows is given back when they are sealed`() throws {
        let budget = MemoryBudget(name: "ingest", bytesMax: 1000)
        let rig = try Rig()
        try rig.commit([.rows(1...3, reservation: try budget.reserve(300))], id: 1)
        #expect(budget.bytesUsed == 300)
        try rig.store.seal()
        #expect(budget.bytesUsed == 0)
    }

    @Test func `rows hold memory from their commit until they are sealed, and without it nothing is taken`() throws {
        let budget = MemoryBudget(name: "ingest", bytesMax: 5000)
        var settings = Rig.settings
        settings.ingestMemory = budget
        let rig = try Rig(settings: settings)
        try rig.commit(1...3)
        let held = budget.bytesUsed
        #expect(held > 256)
        #expect(held == rig.store.figures.unsealedBytes)
        let others = try budget.reserve(5000 - held)
        #expect(code { () throws(StorageError) in try rig.commit(4...6) } == .busy)
        #expect(budget.bytesUsed == 5000)
        others.release()
        try rig.commit(4...6)
        try rig.store.seal()
        #expect(budget.bytesUsed == 0)
        #expect(try rig.store.ids() == Array(1...6))
    }

    @Test func `rows that a restart finds in the journal hold their memory too, even more than there is`() throws {
        let rig = try Rig()
        for start in [1, 11, 21] as [UInt64] { try rig.commit(start..<(start + 10)) }
        var settings = Rig.settings
        let budget = MemoryBudget(name: "ingest", bytesMax: 1000)
        settings.ingestMemory = budget
        let again = try rig.restarted(settings: settings)
        #expect(try again.store.ids() == Array(1...30))
        #expect(budget.bytesUsed > 1000)
        #expect(code { () throws(StorageError) in try again.commit([31]) } == .busy)
        try again.store.seal()
        #expect(budget.bytesUsed == 0)
        try again.commit([31])
    }

    @Test func `a merge reads into counted memory, and takes no more parts than its share can hold`() throws {
        let budget = MemoryBudget(name: "merge", bytesMax: 60_000)
        var settings = Rig.settings
        settings.mergeMemory = budget
        let rig = try Rig(layout: TestLayout(carries: false), settings: settings)
        for start in stride(from: 1, to: 81, by: 10) as StrideTo<UInt64> {
            try rig.commit(start..<(start + 10))
            try rig.store.seal()
        }
        let held = try budget.reserve(59_990)
        #expect(code { () throws(StorageError) in try rig.store.merge() } == .budget)
        #expect(try rig.store.ids() == Array(1...80))
        held.release()
        try rig.store.merge()
        #expect(rig.store.figures.tables[.logs]?.parts == 1)
        #expect(budget.bytesUsed == 0)
        #expect(try rig.store.ids() == Array(1...80))
        settings.mergeMemory = MemoryBudget(name: "merge", bytesMax: 100)
        let small = try rig.restarted(layout: TestLayout(carries: false), settings: settings)
        for start in stride(from: 81, to: 161, by: 10) as StrideTo<UInt64> {
            try small.commit(start..<(start + 10))
            try small.store.seal()
        }
        try small.store.merge()
        #expect(small.store.figures.tables[.logs]?.parts == 9, "not one is small enough")
    }

    @Test func `blocks are read into counted memory`() throws {
        let budget = MemoryBudget(name: "queries", bytesMax: 4000)
        var settings = Rig.settings
        settings.readMemory = budget
        let rig = try Rig(settings: settings)
        try rig.commit(1...8)
        try rig.store.seal()
        var rows: TableBatch? = try rig.store.snapshot(of: .logs).blocks[0].rows()
        #expect(budget.bytesUsed == rows?.byteCount)
        rows = nil
        #expect(budget.bytesUsed == 0)
        let all = try budget.reserve(3900)
        #expect(code { () throws(StorageError) in _ = try rig.store.snapshot(of: .logs).blocks[0].rows() } == .budget)
        all.release()
        #expect(try rig.store.ids() == Array(1...8))
    }

    @Test func `defaults hold their relations`() {
        let settings = ColumnStore.Configuration().checked
        #expect(settings.recordBytesMax < settings.journalFileBytes)
        #expect(settings.sealBytes < settings.unsealedBytesMax)
    }

    @Test func `only so many batch ids are remembered, the oldest go first`() {
        var recent = RecentBatches(countMax: 3)
        for low in 1...5 as ClosedRange<UInt64> { recent.insert(BatchID(high: 0, low: low), sequence: low) }
        #expect(recent.ids.map(\.low) == [3, 4, 5])
        #expect(recent[BatchID(high: 0, low: 2)] == nil)
        #expect(recent[BatchID(high: 0, low: 4)] == 4)
    }
}
