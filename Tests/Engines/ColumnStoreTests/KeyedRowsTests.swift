@testable import ColumnStore
import SignalModel
import Simulation
import Testing

struct KeyedRowsTests {
    private let key = DataKeyID(number: 5)
    private let secret = "the eagle has landed"

    private func batch(_ ids: ClosedRange<UInt64>, group: UInt32 = 1, key: DataKeyID?) -> TableBatch {
        let rows = ids.map { TestRow(time: Int64($0), id: $0, text: "\(secret) \($0)") }
        return .rows(
            rows, table: .logs, partition: PartitionKey(window: 1), scope: BlockScope(tenant: testTenant, group: group, key: key))
    }

    private func isFound(on disk: SimulatedFileSystem) throws -> Bool {
        let wanted = Array(secret.utf8)
        return try disk.files().contains { path in
            let bytes = try disk.bytes(of: path)
            return bytes.indices.contains { bytes[$0...].starts(with: wanted) }
        }
    }

    @Test func `rows of a keyed scope are in no file's bytes, from the journal to the merged part`() throws {
        let rig = try Rig(keys: TestKeyRing(5))
        for start in stride(from: 1, to: 40, by: 10) as StrideTo<UInt64> {
            try rig.commit([batch(start...(start + 9), key: key)], id: start)
            #expect(try !isFound(on: rig.disk))
            try rig.store.seal()
            #expect(try !isFound(on: rig.disk))
        }
        try rig.store.merge()
        #expect(rig.store.figures.tables[.logs]?.parts == 1)
        #expect(try !isFound(on: rig.disk))
        #expect(try rig.store.ids() == Array(1...40))
        #expect(try rig.restarted().store.ids() == Array(1...40))
        // The same rows in the clear are found: the test can see.
        let open = try Rig()
        try open.commit([batch(1...3, key: nil)], id: 1)
        #expect(try isFound(on: open.disk))
    }

    @Test func `without the key blocks cannot be read, and everyone else's can`() throws {
        let rig = try Rig(keys: TestKeyRing(5))
        try rig.commit([batch(1...3, key: key), batch(10...12, group: 2, key: nil)], id: 1)
        try rig.store.seal()
        rig.keys.destroy(5)
        for store in [rig.store, try rig.restarted().store] {
            var read: [UInt64] = []
            for block in store.snapshot(of: .logs).blocks {
                do throws(StorageError) {
                    read += try block.rows().testRows.map(\.id)
                } catch {
                    #expect(error.code == .keyGone)
                    #expect(block.header.scope.group == 1)
                }
            }
            #expect(read == [10, 11, 12])
        }
        let again = try rig.restarted()
        let unreadable = try #require(again.store.snapshot(of: .logs).blocks.first { $0.header.scope.group == 1 })
        #expect(throws: StorageError.self) { try unreadable.summary() }
        try again.store.merge()
        #expect(try again.store.ids() == [10, 11, 12])
        #expect(again.store.snapshot(of: .logs).blocks.allSatisfy { $0.header.scope.group == 2 })
    }

    @Test func `replay leaves out rows whose key is gone and counts them`() throws {
        let rig = try Rig(keys: TestKeyRing(5))
        try rig.commit([batch(1...3, key: key), batch(10...12, group: 2, key: nil)], id: 1)
        rig.keys.destroy(5)
        let again = try rig.restarted()
        #expect(try again.store.ids() == [10, 11, 12])
        #expect(again.store.figures.erasedRows == 3)
        // Rows still in memory when their key goes are not sealed either.
        try rig.store.seal()
        #expect(try rig.store.ids() == [10, 11, 12])
        #expect(rig.store.figures.erasedRows == 3)
    }

    @Test func `a commit under an unknown key is refused`() throws {
        let rig = try Rig()
        #expect(throws: StorageError.self) { try rig.commit([batch(1...3, key: DataKeyID(number: 8))], id: 1) }
        #expect(try rig.store.ids() == [])
    }

    @Test func `a sealed block moved to another place does not open`() throws {
        // Two parts with one block each of the same size and scope; swap their bytes behind the heads, checksums and all.
        let rig = try Rig(keys: TestKeyRing(5))
        for id in [1, 2] as [UInt64] {
            try rig.commit([batch(id...id, key: key)], id: id)
            try rig.store.seal()
        }
        let paths = [1, 2].map { Rig.directory + "/parts/" + StoreFiles.name(part: $0) }
        let (first, second) = (try rig.disk.bytes(of: paths[0]), try rig.disk.bytes(of: paths[1]))
        let block = try rig.store.tables.parts[0].index().blocks[0]
        let range = block.offset..<(block.offset + block.storedBytes)
        #expect(try block.storedBytes == rig.store.tables.parts[1].index().blocks[0].storedBytes)
        var moved = first
        moved.replaceSubrange(range, with: second[range])
        try rig.disk.overwrite(paths[0], with: moved)
        #expect(throws: StorageError.self) { try rig.store.rows() }
        #expect(try rig.store.ids() == [2])
    }
}
