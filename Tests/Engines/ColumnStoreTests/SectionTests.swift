@testable import ColumnStore
import Columns
import Platform
import SignalModel
import Simulation
import Testing

struct SectionTests {
    private func sealedRig(settings: ColumnStore.Configuration = Rig.settings) throws -> Rig {
        let rig = try Rig(keys: TestKeyRing(5), settings: settings)
        try rig.commit([.rows(1...8), .rows(9...16, group: 1, key: DataKeyID(number: 5))], id: 1)
        try rig.store.seal()
        return rig
    }

    @Test func `sections are read one by one, and only those asked for`() throws {
        let rig = try sealedRig()
        for block in rig.store.snapshot(of: .logs).blocks {
            #expect(try block.part.index().blocks[block.place].sections.count == 2)
            let both = try block.sections([1, 0])
            #expect(try block.section(1) == both[0])
            #expect(both[1].count == 8 * 16, "times and ids of eight rows")
        }
    }

    @Test func `a section that is not asked for may be damaged without anyone noticing`() throws {
        let rig = try sealedRig()
        let block = rig.store.snapshot(of: .logs).blocks[0]
        let path = Rig.directory + "/parts/" + StoreFiles.name(part: block.part.number)
        let stored = try block.part.index().blocks[0]
        let texts = stored.offset + stored.sections[0].storedBytes
        try rig.disk.flipBit(1, ofByte: texts + 30, in: path)
        #expect(try block.section(0).count == 128)
        #expect(throws: StorageError.self) { try block.section(1) }
        #expect(rig.store.figures.damagedBlocks == 1)
        #expect(try rig.store.ids() == Array(9...16))
    }

    @Test func `rows can be decoded from some of the sections`() throws {
        let rig = try sealedRig()
        let block = rig.store.snapshot(of: .logs).blocks[0]
        let rows = try block.rows { sections throws(StorageError) in
            let count = try sections.section(0).count / 16
            return TableBatch(
                table: .logs, partition: block.header.partition, scope: block.header.scope, times: block.header.times, rowCount: count,
                columns: [.absent, .uint64(Array(repeating: 0, count: count)), .absent, .absent])
        }
        #expect(rows.rowCount == 8)
    }

    @Test func `a section that is not there is refused`() throws {
        let rig = try sealedRig()
        let block = rig.store.snapshot(of: .logs).blocks[0]
        #expect(throws: StorageError.self) { try block.section(2) }
        #expect(throws: StorageError.self) { try SectionReader([[1], [2]]).sections([0, 2]) }
        #expect(try SectionReader([[1], [2]]).sections([1, 1]) == [[2], [2]])
    }

    @Test func `a sealed section opens in its own place only`() throws {
        let rig = try sealedRig()
        let block = rig.store.snapshot(of: .logs).blocks[1]
        let path = Rig.directory + "/parts/" + StoreFiles.name(part: block.part.number)
        // The sections of a keyed block change places.
        let stored = try block.part.index().blocks[block.place]
        var bytes = try rig.disk.bytes(of: path)
        let (start, first, second) = (
            stored.offset, stored.sections[0].storedBytes, stored.sections[1].storedBytes
        )
        let (a, b) = (Array(bytes[start..<(start + first)]), Array(bytes[(start + first)..<(start + first + second)]))
        bytes.replaceSubrange(start..<(start + first + second), with: b + a)
        try rig.disk.overwrite(path, with: bytes)
        #expect(throws: StorageError.self) { try block.rows() }
        #expect(try rig.store.ids() == Array(1...8))
    }

    @Test func `memory is counted for the sections that are read`() throws {
        let budget = MemoryBudget(name: "queries", bytesMax: 4000)
        var settings = Rig.settings
        settings.readMemory = budget
        let rig = try sealedRig(settings: settings)
        let block = rig.store.snapshot(of: .logs).blocks[0]
        _ = try block.section(0)
        #expect(budget.bytesUsed == 0)
        let held = try budget.reserve(3800)
        do throws(StorageError) {
            _ = try block.sections([0, 1])
            Issue.record("there was no memory for it")
        } catch { #expect(error.code == .budget) }
        held.release()
    }
}
