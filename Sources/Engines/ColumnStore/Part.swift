import Platform
import SignalModel
import Synchronization

/// An immutable file of blocks of one table and partition. Its file goes when the part is obsolete and the last reference is gone.
final class Part: BlockSource, Sendable {
    private struct State {
        var damaged: Set<Int>
        var isObsolete = false
    }

    let index: PartIndex
    /// Its place among the parts of its partition: a merged part takes that of the oldest it was made of.
    let order: UInt64
    let rowCount: Int
    /// Decoded, before compression.
    let plainBytes: Int
    private let context: StoreContext
    private let state: Mutex<State>

    init(_ index: PartIndex, order: UInt64, damaged: Set<Int> = [], context: StoreContext) {
        self.index = index
        self.order = order
        self.context = context
        rowCount = index.blocks.reduce(0) { $0 + $1.header.rowCount }
        plainBytes = index.blocks.reduce(0) { $0 + $1.plainBytes }
        state = Mutex(State(damaged: damaged))
    }

    deinit {
        let (isObsolete, isDamaged) = state.withLock { ($0.isObsolete, !$0.damaged.isEmpty) }
        if isObsolete { context.files.discard(part: number, isDamaged: isDamaged) }
    }

    var number: UInt64 { index.number }
    var table: TableID { index.table }
    var partition: PartitionKey { index.partition }
    var damagedBlocks: Set<Int> { state.withLock { $0.damaged } }

    /// No manifest names it any more.
    func retire() { state.withLock { $0.isObsolete = true } }

    func snapshotBlocks(into blocks: inout [TableSnapshot.Block]) {
        let damaged = damagedBlocks
        for (place, block) in index.blocks.enumerated() where !damaged.contains(place) {
            blocks.append(TableSnapshot.Block(header: block.header, source: self, index: place))
        }
    }

    func rows(ofBlock place: Int) throws(StorageError) -> TableBatch {
        let block = index.blocks[place]
        let layout = try context.layout(of: table)
        let reservation = try reserve(block.storedBytes + 2 * block.plainBytes)
        defer { reservation?.release() }
        do throws(StorageError) {
            let payload = try payload(of: block, at: place)
            return try checked(try layout.decode(payload, of: block.header), block.header)
        } catch {
            if error.code == .corrupt { setAside(place, why: error.message) }
            throw error
        }
    }

    /// Scans from now on leave the block out; the file is kept.
    func setAside(_ place: Int, why: String) {
        let isNew = state.withLock { $0.damaged.insert(place).inserted }
        if isNew { context.note(StoreContext.Damage(part: number, block: place), why: why) }
    }

    private func payload(of block: PartIndex.Block, at place: Int) throws(StorageError) -> [UInt8] {
        let path = context.files.part(number)
        let file = try onDisk { () throws(FileError) in try context.files.system.open(path, .read) }
        do throws(StorageError) {
            return try PartV1.payload(of: block, at: place, in: index, file: file, cipher: context.cipher)
        } catch {
            // Once more: a fault on the way from the disk is not damage on it.
            guard error.code == .corrupt else { throw error }
            return try PartV1.payload(of: block, at: place, in: index, file: file, cipher: context.cipher)
        }
    }

    /// What the layout decoded, held against the header, with its memory accounted for.
    private func checked(_ batch: TableBatch, _ header: BlockHeader) throws(StorageError) -> TableBatch {
        guard batch.rowCount == header.rowCount else {
            throw .corrupt("block of part \(number)", "\(batch.rowCount) rows where the index has \(header.rowCount)")
        }
        return TableBatch(
            table: table, partition: header.partition, scope: header.scope, times: header.times, rowCount: batch.rowCount,
            columns: batch.columns, reservation: try reserve(batch.byteCount))
    }

    private func reserve(_ bytes: Int) throws(StorageError) -> MemoryReservation? {
        guard let budget = context.configuration.readMemory else { return nil }
        do throws(MemoryBudget.Exhausted) {
            return try budget.reserve(bytes)
        } catch {
            throw StorageError(
                code: .budget,
                message: "cannot read block of part \(number): \(bytes) bytes asked of \(error.budget), \(error.bytesFree) free")
        }
    }
}
