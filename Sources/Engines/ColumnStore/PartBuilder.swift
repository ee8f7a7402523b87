import Platform
import SignalModel

/// Turns batches, or the blocks of other parts, into one part of a partition: for sealing and merging.
struct PartBuilder {
    private let context: StoreContext
    private let table: TableID
    private let partition: PartitionKey
    let number: UInt64
    private var writer: PartWriter?
    /// Rows left out because their key is gone.
    private(set) var erasedRows = 0

    init(number: UInt64, table: TableID, partition: PartitionKey, context: StoreContext) {
        self.number = number
        self.table = table
        self.partition = partition
        self.context = context
    }

    /// - Parameter batches: of one scope, oldest first.
    mutating func append(_ batches: [TableBatch], scope: BlockScope) throws(StorageError) {
        guard try isKeyThere(scope) else {
            erasedRows += batches.reduce(0) { $0 + $1.rowCount }
            return
        }
        for block in try context.layout(of: table).encode(batches) { try append(block, scope) }
    }

    /// - Parameters:
    ///   - runs: of one scope; the blocks of each part, oldest part first.
    ///   - pause: called after each block with the bytes that it takes on disk.
    mutating func merge(
        _ runs: [[TableSnapshot.Block]], scope: BlockScope, pause: (Int) throws(StorageError) -> Void
    ) throws(StorageError) {
        guard try isKeyThere(scope) else { return }
        let context = context
        var filters: [UInt64: StoredFilters] = [:]
        try context.layout(of: table).merge(runs) { block throws(StorageError) in
            switch block {
            case .new(let block): try append(block, scope, pause)
            case .carried(let block):
                let number = block.part.number
                if filters[number] == nil {
                    if filters.count == Self.openFiltersMax { filters.removeAll() }
                    filters[number] = try StoredFilters(of: block.part, context: context)
                }
                try carry(block, &filters[number]!, pause)
            }
        }
    }

    /// Parts whose filters are held open: blocks come part by part as a rule, and from several in turn where their times overlap.
    private static let openFiltersMax = 4

    private mutating func carry(
        _ block: TableSnapshot.Block, _ filters: inout StoredFilters, _ pause: (Int) throws(StorageError) -> Void
    ) throws(StorageError) {
        let before = writer?.fileBytes ?? 0
        let (stored, sections) = try block.part.packedBlock(at: block.place, memory: block.memory)
        try begin()
        try writer!.append(sections, of: stored, filter: try filters.filter(ofBlock: block.place))
        try pause((writer?.fileBytes ?? 0) - before)
    }

    /// - Parameters: as of `merge`; the blocks are of another partition, and become what their table makes of them in this one.
    mutating func move(
        _ runs: [[TableSnapshot.Block]], scope: BlockScope, pause: (Int) throws(StorageError) -> Void
    ) throws(StorageError) {
        guard try isKeyThere(scope) else { return }
        try context.layout(of: table).move(runs, to: partition) { block throws(StorageError) in try append(block, scope, pause) }
    }

    private mutating func append(
        _ block: EncodedBlock, _ scope: BlockScope, _ pause: (Int) throws(StorageError) -> Void
    ) throws(StorageError) {
        let before = writer?.fileBytes ?? 0
        try append(block, scope)
        try pause((writer?.fileBytes ?? 0) - before)
    }

    private func isKeyThere(_ scope: BlockScope) throws(StorageError) -> Bool {
        do throws(StorageError) {
            _ = try context.cipher.key(scope.key)
            return true
        } catch {
            guard error.code == .keyGone else { throw error }
            return false
        }
    }

    private mutating func append(_ block: EncodedBlock, _ scope: BlockScope) throws(StorageError) {
        try begin()
        try writer!.append(block, scope: scope)
    }

    private mutating func begin() throws(StorageError) {
        guard writer == nil else { return }
        writer = try PartWriter(number: number, partition: partition, layout: context.layout(of: table), context: context)
    }

    /// - Parameter order: the part's place in its partition.
    /// - Returns: nil when there was nothing to write.
    mutating func finish(order: UInt64) throws(StorageError) -> Part? {
        guard writer != nil else { return nil }
        return Part(try writer!.finish(), order: order, context: context)
    }

    /// The file is of no use.
    func abandon() {
        if writer != nil { context.files.discard(part: number, isDamaged: false) }
    }
}
