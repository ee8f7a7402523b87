@testable import ColumnStore
import Platform
import SignalModel
import Simulation
import Synchronization
import Testing

struct PartTests {
    private func sealedRig(_ ids: ClosedRange<UInt64> = 1...40) throws -> Rig {
        let rig = try Rig()
        try rig.commit(ids)
        try rig.store.seal()
        return rig
    }

    private func part(_ number: UInt64) -> String { Rig.directory + "/parts/" + StoreFiles.name(part: number) }

    @Test func `blocks keep their headers and summaries over a restart`() throws {
        let rig = try sealedRig()
        let blocks = rig.store.snapshot(of: .logs).blocks, again = try rig.restarted().store.snapshot(of: .logs).blocks
        let (before, after) = (blocks.map(\.header), again.map(\.header))
        #expect(before.count == 5)
        #expect(before.map(\.times) == after.map(\.times))
        #expect(try blocks.map { try $0.summary() } == again.map { try $0.summary() })
        #expect(before.map(\.rowCount) == after.map(\.rowCount))
        #expect(before.map(\.scope) == after.map(\.scope))
    }

    @Test func `a damaged block is refused once, left out from then on, and the others keep serving`() throws {
        let rig = try sealedRig()
        try rig.commit(41...42)
        // The first block begins after the head's 16 bytes.
        try rig.disk.flipBit(1, ofByte: 16 + 60, in: part(1))
        #expect(throws: StorageError.self) { try rig.store.rows() }
        #expect(try rig.store.ids() == Array(9...42))
        #expect(rig.store.figures.damagedBlocks == 1)
        rig.maintain()
        let again = try rig.restarted()
        #expect(try again.store.ids() == Array(9...42))
        #expect(again.store.figures.damagedBlocks == 0, "it is known from the manifest")
        try again.store.checkInvariants()
    }

    @Test func `a damaged block is found at start as well`() throws {
        let rig = try sealedRig()
        try rig.disk.flipBit(1, ofByte: 16 + 60, in: part(1))
        let again = try rig.restarted()
        #expect(again.store.figures.damagedBlocks == 1)
        #expect(try again.store.ids() == Array(9...40))
    }

    @Test func `a part without a readable index is moved aside and reported`() throws {
        let rig = try sealedRig()
        try rig.commit(41...42)
        try rig.store.seal()
        let size = try rig.disk.bytes(of: part(1)).count
        try rig.disk.flipBit(1, ofByte: size - 20, in: part(1))
        let again = try rig.restarted()
        #expect(try again.store.ids() == [41, 42])
        #expect(again.store.figures.damagedParts == 1)
        #expect(try again.disk.list(Rig.directory + "/damaged") == [StoreFiles.name(part: 1)])
        let third = try again.restarted()
        #expect(try third.store.ids() == [41, 42])
        #expect(third.events.all.isEmpty)
    }

    @Test func `an index that is read again and cannot be sets its part aside`() throws {
        let rig = try sealedRig()
        try rig.commit(41...42)
        try rig.store.seal()        // what was kept of the first part's index has made room
        let blocks = rig.store.snapshot(of: .logs).blocks
        let size = try rig.disk.bytes(of: part(1)).count
        try rig.disk.flipBit(1, ofByte: size - 20, in: part(1))
        #expect(throws: StorageError.self) { try TableSnapshot.forEachSummary(of: blocks) { _, _ in } }
        #expect(throws: StorageError.self) { try blocks[3].rows() }
        #expect(rig.store.figures.damagedParts == 1, "reported once")
        #expect(try rig.store.ids() == [41, 42])
        let again = try rig.restarted()
        #expect(try again.store.ids() == [41, 42])
        #expect(try again.disk.list(Rig.directory + "/damaged") == [StoreFiles.name(part: 1)])
    }

    @Test func `a part that is missing is reported, the rest serves`() throws {
        let rig = try sealedRig()
        try rig.commit(41...42)
        let disk = rig.disk.copy()
        try disk.remove(part(1))
        let again = try Rig(disk)
        #expect(try again.store.ids() == [41, 42])
        #expect(again.store.figures.damagedParts == 1)
    }

    @Test func `a store without its manifest but with parts does not open`() throws {
        let rig = try sealedRig()
        let disk = rig.disk.copy()
        try disk.remove(Rig.directory + "/MANIFEST")
        #expect(throws: StorageError.self) { try Rig(disk) }
        #expect(disk.exists(part(1)))
    }

    @Test func `files of a seal that a crash cut short are removed`() throws {
        let rig = try sealedRig()
        let disk = rig.disk.copy()
        _ = try disk.open(part(9), .create)
        let again = try Rig(disk)
        #expect(!disk.exists(part(9)))
        #expect(try again.store.ids() == Array(1...40))
    }

    @Test func `merging keeps every row and the order of commit, and removes the old files`() throws {
        let rig = try Rig()
        for start in stride(from: 1, to: 80, by: 10) as StrideTo<UInt64> {
            try rig.commit(start..<(start + 10), window: Int32(start / 10 % 2))
            try rig.store.seal()
        }
        let before = try rig.store.rows(where: { $0.window == 0 })
        #expect(rig.store.figures.tables[.logs]?.parts == 8)
        try rig.store.merge()
        #expect(rig.store.figures.tables[.logs]?.parts == 2)
        #expect(try rig.store.rows(where: { $0.window == 0 }) == before)
        #expect(try rig.disk.list(Rig.directory + "/parts").count == 2)
        try rig.store.checkInvariants()
        #expect(try rig.restarted().store.rows(where: { $0.window == 0 }) == before)
    }

    @Test func `a merged part takes the place of the oldest it was made of`() throws {
        let rig = try Rig()
        for id in 1...4 as ClosedRange<UInt64> {
            try rig.commit([id])
            try rig.store.seal()
        }
        try rig.store.merge()
        try rig.commit([5])
        try rig.store.seal()
        #expect(try rig.store.ids() == [1, 2, 3, 4, 5])
        #expect(try rig.restarted().store.ids() == [1, 2, 3, 4, 5])
    }

    @Test func `in the middle of a seal or a merge every row is seen once, and commits go on`() throws {
        let rig = try Rig()
        let expected = Mutex(Array(1...5 as ClosedRange<UInt64>))
        try rig.commit(1...5)
        nonisolated(unsafe) let unsafe = rig  // one thread: the closure runs within the calls below
        rig.layout.onEncode.withLock {
            $0 = {
                let next = expected.withLock { $0.last! + 1 }
                do {
                    #expect(try unsafe.store.ids() == expected.withLock { $0 })
                    // Enough to fill journal files while the seal runs.
                    for id in next..<(next + 40) { try unsafe.commit([id]) }
                    expected.withLock { $0 += next..<(next + 40) }
                    #expect(try unsafe.store.ids() == expected.withLock { $0 })
                    try unsafe.store.checkTables()
                } catch { Issue.record(error) }
            }
        }
        for _ in 0..<5 {
            try rig.store.seal()
            #expect(try rig.store.ids() == expected.withLock { $0 })
            #expect(try rig.restarted().store.ids() == expected.withLock { $0 })
        }
        try rig.store.merge()
        #expect(rig.store.figures.merges == 1)
        #expect(try rig.store.ids() == expected.withLock { $0 })
        #expect(try rig.restarted().store.ids() == expected.withLock { $0 })
    }

    @Test func `a snapshot keeps the files of parts that are merged away`() throws {
        let rig = try Rig()
        for id in 1...4 as ClosedRange<UInt64> {
            try rig.commit([id])
            try rig.store.seal()
        }
        var snapshot: TableSnapshot? = rig.store.snapshot(of: .logs)
        try rig.store.merge()
        #expect(try rig.disk.list(Rig.directory + "/parts").count == 5)
        #expect(try snapshot?.rows().map(\.id) == [1, 2, 3, 4])
        snapshot = nil
        rig.maintain()
        #expect(try rig.disk.list(Rig.directory + "/parts").count == 1)
    }

    @Test func `a merge leaves damaged blocks out and keeps their file`() throws {
        let rig = try Rig()
        for start in stride(from: 1, to: 64, by: 16) as StrideTo<UInt64> {
            try rig.commit(start..<(start + 16))
            try rig.store.seal()
        }
        try rig.disk.flipBit(1, ofByte: 16 + 60, in: part(2))
        #expect(throws: StorageError.self) { try rig.store.merge() }
        try rig.store.merge()
        #expect(try rig.store.ids() == Array(1...16) + Array(25...64))
        #expect(try rig.disk.list(Rig.directory + "/damaged") == [StoreFiles.name(part: 2)])
    }

    @Test func `parts of nothing but dead rows are dropped when the archive lets them go`() throws {
        let mayDrop = Mutex(false)
        var settings = Rig.settings
        settings.mayDrop = { _, _ in mayDrop.withLock { $0 } }
        (settings.mergePartsMin, settings.carriedPartsMin) = (2, 2)
        let rig = try Rig(settings: settings)
        try rig.commit(1...10)
        try rig.store.seal()
        try rig.commit(11...20)
        try rig.store.seal()
        rig.layout.deadBefore.withLock { $0 = 101 }
        try rig.store.merge()
        #expect(try rig.store.ids() == Array(1...20), "not even by a merge")
        mayDrop.withLock { $0 = true }
        rig.layout.deadBefore.withLock { $0 = 201 }
        try rig.commit(21...25)
        try rig.store.seal()
        try rig.store.merge()
        #expect(try rig.store.ids() == Array(21...25))
        #expect(rig.store.figures.droppedParts == 1)
        #expect(try rig.disk.list(Rig.directory + "/parts").count == 1)
        #expect(try rig.restarted().store.ids() == Array(21...25))
    }

    @Test func `a part is rewritten once a third of it is dead, not before`() throws {
        let rig = try sealedRig()
        rig.layout.deadBefore.withLock { $0 = 81 }
        try rig.store.merge()
        #expect(try rig.store.ids() == Array(1...40))
        rig.layout.deadBefore.withLock { $0 = 161 }
        try rig.store.merge()
        #expect(try rig.store.ids() == Array(17...40))
    }

    @Test func `the schedule seals what is large or old, and merges`() throws {
        var settings = Rig.settings
        settings.sealBytes = 20_000
        let rig = try Rig(settings: settings)
        try rig.commit(1...5)
        rig.maintain()
        #expect(rig.store.figures.seals == 0)
        rig.clock.advance(bySeconds: 601)
        rig.maintain()
        #expect(rig.store.figures.seals == 1)
        var id: UInt64 = 100
        while rig.store.figures.unsealedBytes < 20_000 {
            try rig.commit(id..<(id + 20))
            id += 20
        }
        rig.maintain()
        #expect(rig.store.figures.seals == 2)
        #expect(try rig.store.ids() == Array(1...5) + Array(100..<id))
    }
}
