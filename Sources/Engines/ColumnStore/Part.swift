import Platform
import SignalModel
import Synchronization

/// An immutable file of blocks of one table and partition. Its file goes when the part is obsolete and the last reference is gone.
final class Part: Sendable {
    private struct State {
        var damaged: Set<Int>
        var isFilterDamaged = false
        var isObsolete = false
    }

    let number: UInt64
    let table: TableID
    let partition: PartitionKey
    let headers: PartHeaders
    /// Of the whole file.
    let fileBytes: Int
    /// Its place among the parts of its partition: a merged part takes that of the oldest it was made of.
    let order: UInt64
    let rowCount: Int
    /// Decoded, before compression.
    let plainBytes: Int
    private let context: StoreContext
    private let state: Mutex<State>

    init(_ index: PartIndex, order: UInt64, damaged: Set<Int> = [], context: StoreContext) {
        number = index.number
        table = index.table
        partition = index.partition
        headers = PartHeaders(index)
        fileBytes = index.fileBytes
        self.order = order
        self.context = context
        rowCount = index.blocks.reduce(0) { $0 + $1.header.rowCount }
        plainBytes = index.blocks.reduce(0) { $0 + $1.plainBytes }
        state = Mutex(State(damaged: damaged))
        keep(index)
    }

    deinit {
        let (isObsolete, isDamaged) = state.withLock { ($0.isObsolete, !$0.damaged.isEmpty) }
        guard isObsolete else { return }
        context.openedMatrices.forget { $0.part == number }
        context.openedIndexes.forget(number)
        context.files.discard(part: number, isDamaged: isDamaged)
    }

    var damagedBlocks: Set<Int> { state.withLock { $0.damaged } }

    /// No manifest names it any more.
    func retire() { state.withLock { $0.isObsolete = true } }

    /// Scans from now on leave the block out; the file is kept.
    func setAside(_ place: Int, why: String) {
        let isNew = state.withLock { $0.damaged.insert(place).inserted }
        if isNew { context.note(StoreContext.Damage(part: number, block: place), why: why) }
    }

    // MARK: the index

    /// All that the part's index says, as it was kept or from the file.
    /// - Throws: `.corrupt`: then no snapshot has the part's blocks any more, and the next start sets the file aside; `.inputOutput`.
    func index() throws(StorageError) -> PartIndex {
        if let kept = context.openedIndexes[number] { return kept }
        do throws(StorageError) {
            let path = context.files.part(number)
            let file = try onDisk { () throws(FileError) in try context.files.system.open(path, .read) }
            let index = try PartFormats.index(of: number, file: file, cipher: context.cipher)
            guard index.blocks.count == headers.indices.count else { throw .corrupt("part \(number)", "its index is another than before") }
            return keep(index)
        } catch {
            if error.code == .corrupt { setAsideAll(why: error.message) }
            throw error
        }
    }

    @discardableResult
    private func keep(_ index: PartIndex) -> PartIndex {
        let index = index.inOnePiece
        context.openedIndexes.keep(index, byteCount: index.byteCount, as: number)
        return index
    }

    private func setAsideAll(why: String) {
        let isNew = state.withLock { state in
            let before = state.damaged.count
            state.damaged.formUnion(headers.indices)
            return state.damaged.count > before
        }
        if isNew { context.report(.partDamaged(part: number, why: why)) }
    }

    // MARK: blocks

    /// The blocks that are whole, in the part's order.
    func snapshotBlocks(into blocks: inout [TableSnapshot.Block]) {
        let damaged = damagedBlocks
        for place in headers.indices where !damaged.contains(place) {
            blocks.append(block(at: place, memory: context.configuration.readMemory))
        }
    }

    func block(at place: Int, memory: MemoryBudget?) -> TableSnapshot.Block {
        TableSnapshot.Block(header: headers[place], part: self, place: place, memory: memory)
    }

    func rows(ofBlock place: Int, memory: MemoryBudget?) throws(StorageError) -> TableBatch {
        let layout = try context.layout(of: table)
        let header = headers[place]
        return try rows(ofBlock: place, memory: memory, readsAll: true) { sections throws(StorageError) in
            try layout.decode(sections, of: header)
        }
    }

    /// - Parameter readsAll: reads the whole block at once, because all of it will be asked for.
    func rows(
        ofBlock place: Int, memory: MemoryBudget?, readsAll: Bool, decode: (SectionReader) throws(StorageError) -> TableBatch
    ) throws(StorageError) -> TableBatch {
        let index = try index()
        let opening = try BlockOpening(of: index, place, context: context, memory: memory, decodes: true, readsAll: readsAll)
        return try settingAside(place) { () throws(StorageError) in
            let sections = SectionReader(count: index.blocks[place].sections.count, open: opening.sections)
            return try checked(try decode(sections), headers[place], memory)
        }
    }

    func sections(_ wanted: [Int], ofBlock place: Int, memory: MemoryBudget?) throws(StorageError) -> [[UInt8]] {
        let index = try index()
        let opening = try BlockOpening(of: index, place, context: context, memory: memory, decodes: false, readsAll: false)
        return try settingAside(place) { () throws(StorageError) in
            try SectionReader(count: index.blocks[place].sections.count, open: opening.sections).sections(wanted)
        }
    }

    /// A block and all its sections, checked but not opened further than their seal.
    /// - Throws: `.corrupt`: the block is set aside; `.keyGone`; `.budget`.
    func packedBlock(at place: Int, memory: MemoryBudget?) throws(StorageError) -> (PartIndex.Block, sections: [PackedSection]) {
        let index = try index()
        let held = try memory?.reserving(index.blocks[place].storedBytes, for: "block of part \(number)")
        defer { withExtendedLifetime(held) {} }
        let opening = try BlockOpening(of: index, place, context: context, memory: memory, decodes: false, readsAll: true)
        return (index.blocks[place], try settingAside(place) { () throws(StorageError) in try opening.packed() })
    }

    private func settingAside<Result>(_ place: Int, _ body: () throws(StorageError) -> Result) throws(StorageError) -> Result {
        do throws(StorageError) {
            return try body()
        } catch {
            if error.code == .corrupt { setAside(place, why: error.message) }
            throw error
        }
    }

    /// What the layout decoded, held against the header, with its memory accounted for.
    private func checked(_ batch: TableBatch, _ header: BlockHeader, _ memory: MemoryBudget?) throws(StorageError) -> TableBatch {
        guard batch.rowCount == header.rowCount else {
            throw .corrupt("block of part \(number)", "\(batch.rowCount) rows where the index has \(header.rowCount)")
        }
        return TableBatch(
            table: table, partition: header.partition, scope: header.scope, times: header.times, rowCount: batch.rowCount,
            columns: batch.columns, reservation: try memory?.reserving(batch.byteCount, for: "block of part \(number)"))
    }

    // MARK: key filters

    /// Which blocks of the part, by place, may fulfil the condition.
    /// - Parameter wanted: nothing is asked about any other, and no answer counts.
    /// - Throws: as `index()`. A damaged filter is reported, and excludes nothing.
    func places(_ wanted: some Sequence<Int>, thatMayHold condition: KeyCondition) throws(StorageError) -> [Bool] {
        let index = try index()
        var kept = [Bool](repeating: false, count: index.blocks.count)
        for place in wanted { kept[place] = true }
        let filters = index.filters.filter { filter in filter.places.contains { kept[Int($0)] } }
        guard !filters.isEmpty else { return kept }
        let path = context.files.part(number)
        let file = try onDisk { () throws(FileError) in try context.files.system.open(path, .read) }
        let lookup = KeyLookup(part: index, context: context, file: file)
        for filter in filters {
            do throws(StorageError) {
                guard let columns = try lookup.columns(of: filter, fulfilling: condition) else { continue }
                for (column, place) in filter.places.enumerated() where !columns.contains(column) { kept[Int(place)] = false }
            } catch {
                guard error.code == .corrupt else { throw error }
                reportFilter(error)
            }
        }
        return kept
    }

    func reportFilter(_ error: StorageError) {
        let isNew = state.withLock { state in
            defer { state.isFilterDamaged = true }
            return !state.isFilterDamaged
        }
        if isNew { context.report(.filterDamaged(part: number, why: error.message)) }
    }
}

extension MemoryBudget {
    /// - Throws: `.budget`.
    func reserving(_ bytes: Int, for thing: @autoclosure () -> String) throws(StorageError) -> MemoryReservation {
        do throws(Exhausted) {
            return try reserve(bytes)
        } catch {
            throw StorageError(
                code: .budget,
                message: "cannot read \(thing()): \(error.message)")
        }
    }
}
