@testable import ColumnStore
import Platform
import SignalModel
import Simulation
import Synchronization
import Testing

/// A layout that joins block by block: the test table's rows are kept in order of commit, so every old block can be written as it is.
private struct BlockwiseLayout: TableLayout {
    let inner = TestLayout()
    let counts: Counts

    final class Counts: Sendable {
        struct Numbers {
            var read = 0
            var unwritten = 0
            var unwrittenMax = 0
        }
        let numbers = Mutex(Numbers())
    }

    var table: TableID { .logs }
    var mergeManner: MergeManner { .blockByBlock }

    func merge(
        _ runs: [[TableSnapshot.Block]], emit: (MergedBlock) throws(StorageError) -> Void
    ) throws(StorageError) {
        for run in runs {
            for block in run {
                let rows = try block.rows()
                counts.numbers.withLock {
                    $0.read += 1
                    $0.unwritten += 1
                    $0.unwrittenMax = max($0.unwrittenMax, $0.unwritten)
                }
                for block in try inner.encode([rows]) { try emit(.new(block)) }
                counts.numbers.withLock { $0.unwritten -= 1 }
            }
        }
    }

    func encode(_ batches: [TableBatch]) throws(StorageError) -> [EncodedBlock] { try inner.encode(batches) }
    func decode(_ sections: SectionReader, of header: BlockHeader) throws(StorageError) -> TableBatch {
        try inner.decode(sections, of: header)
    }
    func didPublish(_ batch: TableBatch) {}
    func didFind(_ block: TableSnapshot.Block) throws(StorageError) {}
    func isDead(_ header: BlockHeader, now: Int64) -> Bool { false }
}

struct BlockwiseMergeTests {
    @Test func `a layout that joins block by block holds one at a time, in little memory`() throws {
        let counts = BlockwiseLayout.Counts()
        var settings = Rig.settings
        settings.mergeMemory = MemoryBudget(name: "merge", bytesMax: 2000)
        let store = try ColumnStore.open(
            directory: Rig.directory, fileSystem: SimulatedFileSystem(), clock: ManualClock(),
            layouts: [BlockwiseLayout(counts: counts)], configuration: settings, isStepped: true)
        for start in stride(from: 1, to: 161, by: 40) as StrideTo<UInt64> {
            store.submit([.rows(start..<(start + 40))], id: BatchID(high: 0, low: start)) { _ in }
            _ = store.stepCommitter()
            try store.seal()
        }
        try store.merge()
        #expect(store.figures.tables[.logs]?.parts == 1)
        #expect(try store.ids() == Array(1...160))
        #expect(counts.numbers.withLock(\.read) == 20)
        #expect(counts.numbers.withLock(\.unwrittenMax) == 1)
        #expect(try TableSnapshot.blocks(store.snapshot(of: .logs).blocks, thatMayHold: .key(77)).count < 4)
    }
}
