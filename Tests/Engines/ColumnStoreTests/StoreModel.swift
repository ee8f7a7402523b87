@testable import ColumnStore
import Platform
import SignalModel
import Simulation

/// A store beside a plain array that says what it must hold. Each life of the program has its own luck: it ends with a kill or, at
/// a call drawn from the seed, with the power going.
struct StoreModel {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// A commit: which rows, where they belong.
    fileprivate struct Entry {
        let id: UInt64
        let batches: [TableBatch]
    }

    private let seed: UInt64
    private let isForgetful: Bool
    private var random: SeededRandom
    private var disk: SimulatedFileSystem
    private let keys = TestKeyRing(1, 2)
    private let clock = ManualClock()
    /// What was acknowledged, in order.
    private var truth: [Entry] = []
    private var nextID: UInt64 = 1
    /// A commit that was under way when the power went: there whole, or not at all.
    private var maybe: Entry?

    /// - Parameter isForgetful: a layout that loses rows, for the test of this test.
    init(seed: UInt64, isForgetful: Bool = false) {
        self.seed = seed
        self.isForgetful = isForgetful
        random = SeededRandom(seed: seed)
        disk = SimulatedFileSystem(seed: seed)
    }

    /// - Throws: `Failure` as soon as the store does not hold what it must.
    mutating func run(lives: Int, stepsPerLife: Int) throws {
        for life in 0..<lives {
            let isPowerCut = random.oneIn(2)
            disk = disk.copy(
                seed: random.next(), fault: isPowerCut ? .powerLoss : nil, atCall: Int.random(in: 1...(6 * stepsPerLife), using: &random))
            try live(steps: stepsPerLife, "seed \(seed), life \(life), \(disk)")
            disk = disk.afterRestart()
        }
        // A last look, without any fault.
        let rig = try open()
        try check(rig, pending: maybe, "seed \(seed), at the end")
    }

    private func open() throws -> Rig {
        var settings = Rig.settings
        settings.journalFileBytes = 2048
        settings.recordBytesMax = 2000
        settings.sealBytes = 6000
        settings.journalFilesMax = 3
        (settings.mergePartsMin, settings.carriedPartsMin) = (3, 3)
        return try Rig(disk, clock: clock, layout: TestLayout(rowsPerBlock: 5, isForgetful: isForgetful), keys: keys, settings: settings)
    }

    private mutating func live(steps: Int, _ place: String) throws {
        var pending = maybe  // still open if the power goes before the store is
        do {
            let rig = try open()
            try check(rig, pending: maybe, place)
            adopt(rig)
            pending = nil
            for _ in 0..<steps {
                try step(rig, &pending)
                try check(rig, pending: nil, place)
            }
            if random.oneIn(3) { try rig.store.finish() }
        } catch let error as StorageError {
            guard disk.hasMetFault else { throw Failure(description: "\(place): \(error.message)") }
        }
        maybe = pending
    }

    /// Once the store was opened and looked right: what was under way has happened or not, for good.
    private mutating func adopt(_ rig: Rig) {
        if let entry = maybe, let visible = try? ids(rig), Set(entry.rowIDs).isSubset(of: visible) { truth.append(entry) }
        maybe = nil
    }

    private func ids(_ rig: Rig) throws -> Set<UInt64> {
        Set(try rig.store.ids() + rig.store.ids(of: .spans))
    }

    private mutating func step(_ rig: Rig, _ pending: inout Entry?) throws {
        switch Int.random(in: 0..<20, using: &random) {
        case 0: try rig.store.seal()
        case 1: try rig.store.merge()
        case 2: _ = rig.store.stepSealing()
        case 3: _ = rig.store.stepSparing()
        case 4: _ = rig.store.stepMerging()
        case 5: clock.advance(bySeconds: Int64.random(in: 1...700, using: &random))
        case 6:
            // A retry of something old stores nothing.
            if let old = truth.randomElement(using: &random) { try rig.commit(old.batches, id: old.id) }
        default:
            let entry = newEntry()
            pending = entry
            try rig.commit(entry.batches, id: entry.id)
            truth.append(entry)
            pending = nil
        }
    }

    private mutating func newEntry() -> Entry {
        let id = nextID
        var batches: [TableBatch] = []
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let rows = (0..<UInt64.random(in: 1...6, using: &random)).map { nextID + $0 }
            nextID += UInt64(rows.count)
            let group = UInt32.random(in: 0...2, using: &random)
            batches.append(
                .rows(
                    rows, table: random.oneIn(4) ? .spans : .logs, window: Int32.random(in: 0...1, using: &random), group: group,
                    key: group == 0 ? nil : DataKeyID(number: UInt64(group))))
        }
        return Entry(id: id, batches: batches)
    }

    /// Exactly once, nothing else, and in order of commit within each table, partition and scope.
    private func check(_ rig: Rig, pending: Entry?, _ place: String) throws {
        try rig.store.checkInvariants()
        try Self.checkKeys(rig.store, place)
        let visible = try Self.visible(rig.store)
        let expected = Self.expected(truth)
        guard visible != expected else { return }
        if let pending, visible == Self.expected(truth + [pending]) { return }
        throw Failure(description: "\(place): \(Self.difference(visible, expected))")
    }

    private struct Place: Hashable {
        let table: TableID
        let partition: PartitionKey
        let scope: BlockScope
    }

    private static func expected(_ entries: [Entry]) -> [Place: [TestRow]] {
        var rows: [Place: [TestRow]] = [:]
        for batch in entries.flatMap(\.batches) {
            rows[Place(table: batch.table, partition: batch.partition, scope: batch.scope), default: []] += batch.testRows
        }
        return rows
    }

    private static func visible(_ store: ColumnStore) throws -> [Place: [TestRow]] {
        var rows: [Place: [TestRow]] = [:]
        for table in [TableID.logs, .spans] {
            let snapshot = store.snapshot(of: table)
            for batch in try snapshot.blocks.map({ try $0.rows() }) + Array(snapshot.batches) {
                rows[Place(table: table, partition: batch.partition, scope: batch.scope), default: []] += batch.testRows
            }
        }
        return rows
    }

    /// No block that holds a row is left out of a look for that row's id.
    private static func checkKeys(_ store: ColumnStore, _ place: String) throws {
        let blocks = store.snapshot(of: .logs).blocks
        for block in blocks {
            let ids = try block.rows().testRows.map(\.id)
            let found = try TableSnapshot.blocks(blocks, thatMayHold: .all(ids.map { .key($0) }))
            guard found.contains(where: { $0.part === block.part && $0.place == block.place }) else {
                throw Failure(description: "\(place): a look for \(ids) leaves out their block")
            }
        }
    }

    private static func difference(_ visible: [Place: [TestRow]], _ expected: [Place: [TestRow]]) -> String {
        for (place, rows) in expected where visible[place] != rows {
            return "window \(place.partition.window) of \(place.table) has \(visible[place] ?? []), not \(rows)"
        }
        return "rows where none belong: \(Set(visible.keys).subtracting(expected.keys))"
    }
}

extension StoreModel.Entry {
    fileprivate var rowIDs: [UInt64] { batches.flatMap { $0.testRows.map(\.id) } }
}
