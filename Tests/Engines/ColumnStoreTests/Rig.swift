import Columns
import ColumnStore
import Platform
import SignalModel
import Simulation
import Synchronization

/// A store on a simulated disk, stepped by hand.
final class Rig {
    static let directory = "/data/store"

    let disk: SimulatedFileSystem
    let clock: ManualClock
    let layout: TestLayout
    let keys: TestKeyRing
    let store: ColumnStore
    let events: Events

    final class Events: Sendable {
        private let list = Mutex<[StoreEvent]>([])
        var all: [StoreEvent] { list.withLock { $0 } }
        func append(_ event: StoreEvent) { list.withLock { $0.append(event) } }
    }

    static var settings: ColumnStore.Configuration {
        var settings = ColumnStore.Configuration()
        settings.journalFileBytes = 4096
        settings.journalPageBytes = 64
        settings.recordBytesMax = 4000
        settings.journalFilesMax = 1000  // they are tiny
        settings.freeBytesMin = 0
        settings.filterBlockBytesMin = 0
        settings.indexCacheBytes = 0  // one is kept, so that most are read again
        settings.carriedPartsMin = settings.mergePartsMin
        return settings
    }

    init(
        _ disk: SimulatedFileSystem = SimulatedFileSystem(), clock: ManualClock = ManualClock(), layout: TestLayout = TestLayout(),
        keys: TestKeyRing = TestKeyRing(), settings: ColumnStore.Configuration = Rig.settings
    ) throws(StorageError) {
        let events = Events()
        (self.disk, self.clock, self.layout, self.keys, self.events) = (disk, clock, layout, keys, events)
        store = try ColumnStore.open(
            directory: Self.directory, fileSystem: disk, clock: clock, layouts: [layout, TestLayout(.spans)], configuration: settings,
            keyRing: keys, random: RandomSource(SeededRandom(seed: 7)), isStepped: true, report: { events.append($0) })
    }

    /// With parts of so many rows each, of ids from 1 on. Key 3 is there, and no other.
    convenience init(
        parts: Int, ofRows rows: Int, key: DataKeyID? = nil, layout: TestLayout = TestLayout(), settings: ColumnStore.Configuration = Rig.settings
    ) throws(StorageError) {
        try self.init(layout: layout, keys: TestKeyRing(3), settings: settings)
        for part in 0..<parts {
            let first = UInt64(part * rows) + 1
            try commit(first..<(first + UInt64(rows)), key: key)
            try store.seal()
        }
    }

    /// What a start finds after the program died here, or the power went if the fault said so.
    func restarted(layout: TestLayout = TestLayout(), settings: ColumnStore.Configuration = Rig.settings) throws(StorageError) -> Rig {
        try Rig(disk.afterRestart(), clock: clock, layout: layout, keys: keys, settings: settings)
    }

    @discardableResult
    func commit(_ batches: [TableBatch], id: UInt64) throws(StorageError) -> JournalPosition {
        let answer = Mutex<Result<JournalPosition, StorageError>?>(nil)
        store.submit(batches, id: BatchID(high: 1, low: id)) { result in answer.withLock { $0 = result } }
        while answer.withLock({ $0 }) == nil { _ = store.stepCommitter() }
        return try answer.withLock { $0! }.get()
    }

    @discardableResult
    func commit(_ ids: some Sequence<UInt64>, id: UInt64? = nil, window: Int32 = 1, group: UInt32 = 0, key: DataKeyID? = nil)
        throws(StorageError) -> JournalPosition
    {
        let ids = Array(ids)
        return try commit([.rows(ids, window: window, group: group, key: key)], id: id ?? ids[0])
    }

    /// Until there is nothing to do at this moment.
    func maintain() { while store.stepSparing() == .atOnce || store.stepSealing() == .atOnce || store.stepMerging() == .atOnce {} }
}

extension ColumnStore {
    /// Every row of a table that a scan sees, in its order.
    func rows(of table: TableID = .logs, where keep: (PartitionKey) -> Bool = { _ in true }) throws(StorageError) -> [TestRow] {
        try snapshot(of: table, where: keep).rows()
    }

    func ids(of table: TableID = .logs) throws(StorageError) -> [UInt64] { try rows(of: table).map(\.id) }
}

extension TableSnapshot {
    func rows() throws(StorageError) -> [TestRow] {
        var rows: [TestRow] = []
        for block in blocks { rows += try block.rows().testRows }
        for batch in batches { rows += batch.testRows }
        return rows
    }
}

extension Rig {
    final class Answers: Sendable {
        private let list = Mutex<[Result<JournalPosition, StorageError>]>([])
        var all: [Result<JournalPosition, StorageError>] { list.withLock { $0 } }
        func append(_ answer: Result<JournalPosition, StorageError>) { list.withLock { $0.append(answer) } }
    }
}
