@testable import ColumnStore
import Platform
import SignalModel
import Simulation
import Testing

/// Full blocks of the tests' table are carried from part to part as they are.
struct CarriedBlockTests {
    /// Four parts of ten full blocks each, and the ids 1...320.
    private func rig(key: DataKeyID? = nil, settings: ColumnStore.Configuration = Rig.settings) throws -> Rig {
        try Rig(parts: 4, ofRows: 80, key: key, settings: settings)
    }

    private func found(_ id: UInt64, in rig: Rig) throws -> [UInt64] {
        try TableSnapshot.blocks(rig.store.snapshot(of: .logs).blocks, thatMayHold: .key(id)).flatMap { try $0.rows().testRows.map(\.id) }
    }

    @Test(arguments: [nil, DataKeyID(number: 3)]) func `rows, sections and key filters are the same in the new part`(_ key: DataKeyID?) throws {
        var rig = try rig(key: key)
        let sections = try rig.store.snapshot(of: .logs).blocks.map { try $0.sections([0, 1]) }
        let wrong = try (1000...1400).map { try found($0, in: rig).count }
        for round in 1...2 {
            if round == 1 { try rig.store.merge() } else { rig = try rig.restarted() }
            #expect(rig.store.figures.tables[.logs]?.parts == 1)
            #expect(try rig.store.snapshot(of: .logs).blocks.map { try $0.sections([0, 1]) } == sections)
            for id in 1...320 as ClosedRange<UInt64> { #expect(try found(id, in: rig).contains(id)) }
            #expect(try (1000...1400).map { try found($0, in: rig).count } == wrong, "what errs by bad luck still errs, and nothing else")
        }
    }

    @Test func `a block that went through many merges opens`() throws {
        let key = DataKeyID(number: 3)
        var settings = Rig.settings
        (settings.mergePartsMin, settings.carriedPartsMin) = (2, 2)
        let rig = try Rig(keys: TestKeyRing(3), settings: settings)
        for start in stride(from: 1, to: 641, by: 16) as StrideTo<UInt64> {
            try rig.commit(start..<(start + 16), key: key)
            try rig.store.seal()
            try rig.store.merge()
        }
        #expect(try rig.store.ids() == Array(1...640))
        for id in [1, 16, 333, 640] as [UInt64] { #expect(try found(id, in: rig).contains(id)) }
        #expect(try rig.restarted().store.ids() == Array(1...640))
    }

    @Test func `blocks of more parts than are held open may come in turn`() throws {
        let rig = try Rig(parts: 6, ofRows: 80, layout: TestLayout(takesTurns: true))
        try rig.store.merge()
        #expect(rig.store.figures.tables[.logs]?.parts == 1)
        #expect(try Array(rig.store.ids().prefix(24)) == Array(1...8) + Array(81...88) + Array(161...168))
        for id in 1...480 as ClosedRange<UInt64> { #expect(try found(id, in: rig).contains(id)) }
    }

    @Test func `a damaged block is set aside, not carried on`() throws {
        let rig = try rig()
        let block = rig.store.snapshot(of: .logs).blocks[13]
        let path = Rig.directory + "/parts/" + StoreFiles.name(part: block.part.number)
        try rig.disk.flipBit(3, ofByte: block.part.index().blocks[block.place].offset + 30, in: path)
        #expect(throws: StorageError.self) { try rig.store.merge() }
        try rig.store.merge()
        let lost = Set(UInt64(13 * 8 + 1)...UInt64(14 * 8))
        #expect(try rig.store.ids() == (1...320).filter { !lost.contains($0) })
        #expect(rig.store.figures.tables[.logs]?.parts == 1)
        #expect(rig.events.all.count == 1)
    }

    @Test func `a block whose filter is damaged is carried without one`() throws {
        let rig = try rig()
        let part = rig.store.snapshot(of: .logs).blocks[0].part
        let filter = try #require(part.index().filters.first)
        let path = Rig.directory + "/parts/" + StoreFiles.name(part: part.number)
        try rig.disk.flipBit(2, ofByte: filter.offset + 9, in: path)
        try rig.store.merge()
        #expect(rig.store.figures.damagedFilters == 1)
        #expect(try rig.store.ids() == Array(1...320))
        #expect(try found(12_345, in: rig).prefix(80) == Array(1...80)[...], "nothing is known of the first part's blocks")
        #expect(try found(320, in: rig).contains(320))
    }

    @Test func `blocks of a group whose key is gone are left out`() throws {
        let rig = try rig(key: DataKeyID(number: 3))
        try rig.commit(1000..<1010, group: 7)
        try rig.store.seal()
        rig.keys.destroy(3)
        try rig.store.merge()
        #expect(try rig.store.ids() == Array(1000..<1010))
    }

    @Test func `a merge that finds no memory leaves the parts as they are`() throws {
        var settings = Rig.settings
        settings.mergeMemory = MemoryBudget(name: "merge", bytesMax: 20)
        let rig = try rig(settings: settings)
        #expect(throws: StorageError.self) { try rig.store.merge() }
        #expect(try rig.store.ids() == Array(1...320))
    }

    /// The truth are the filters as they were made; they come back out of the matrix whatever its width.
    @Test(arguments: fuzzSeeds(5)) func `columns come back out of a matrix`(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let rows = 64 * Int.random(in: 1...12, using: &random)
        let columns = (0..<Int.random(in: 1...300, using: &random)).map { _ in (0..<rows / 64).map { _ in random.next() } }
        let bits = BitTransposition.rows(Array(columns.joined()), count: columns.count, rows: rows)
        let stride = rows / 8
        for first in Swift.stride(from: 0, to: columns.count, by: 64) {
            let wanted = first..<min(first + 64, columns.count)
            var slab = [UInt8](repeating: 0, count: wanted.count * stride)
            // In two pieces, as pages come.
            let cut = 8 * Int.random(in: 0...rows / 8, using: &random)
            slab.withUnsafeMutableBufferPointer { target in
                bits.withUnsafeBytes { all in
                    for piece in [0..<cut, cut..<rows] {
                        let bytes = UnsafeRawBufferPointer(rebasing: all[piece.lowerBound / 8 * columns.count..<piece.upperBound / 8 * columns.count])
                        BitTransposition.append(
                            bytes, from: piece.lowerBound, of: columns.count, columns: wanted, to: target, stride: stride)
                    }
                }
            }
            for column in wanted {
                let start = (column - first) * stride
                let words = slab[start..<start + stride].withUnsafeBytes { Array($0.bindMemory(to: UInt64.self)) }
                #expect(words == columns[column], "seed \(seed), column \(column) of \(columns.count)")
            }
        }
    }
}
