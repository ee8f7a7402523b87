import Columns
import Platform
import SignalModel
import Synchronization

/// Every table's parts and unsealed rows, changed in single steps: a snapshot sees each row exactly once, whatever seals or merges
/// meanwhile. No file is touched and nobody is called under the lock.
final class Tables: Sendable {
    private struct Table {
        /// By order.
        var parts: [Part] = []
        /// Being written to parts; still served from memory.
        var sealing: [PartitionKey: BatchList] = [:]
        var active: [PartitionKey: BatchList] = [:]

        mutating func insert(_ part: Part) {
            let place = parts.firstIndex { $0.order > part.order } ?? parts.endIndex
            parts.insert(part, at: place)
        }
    }

    private struct State {
        var tables: [TableID: Table] = [:]
        var recent: RecentBatches
        var publishedThrough: UInt64
        var active = Amount()
        /// What is being sealed, kept until it is: a seal that failed begins again with the same rows.
        var frozen: Frozen?
    }

    struct Amount: Sendable, Equatable {
        var rows = 0
        var bytes = 0
        /// When the oldest came, monotonic; nil when there are none.
        var since: Int64?

        mutating func add(_ batch: TableBatch) {
            rows += batch.rowCount
            bytes += batch.heldBytes
        }
    }

    struct Unsealed: Sendable {
        let active: Amount
        let sealing: Amount

        var bytes: Int { active.bytes + sealing.bytes }

        /// Sealing falls behind: the rest must give way.
        func isPressing(_ settings: ColumnStore.Configuration) -> Bool {
            Double(bytes) > Double(settings.unsealedBytesMax) * settings.pressingShare
        }
    }

    /// Rows to be sealed together, and what the manifest says once they are.
    struct Frozen: Sendable {
        struct Rows: Sendable {
            let table: TableID
            let partition: PartitionKey
            let batches: BatchList
        }

        /// By table and partition.
        let rows: [Rows]
        let amount: Amount
        /// The last record that is among them.
        let through: UInt64
        let recent: [BatchID]
    }

    private let state: Mutex<State>

    /// - Parameter publishedThrough: the last record whose rows lie in parts.
    init(parts: [Part], recent: RecentBatches, publishedThrough: UInt64) {
        var tables: [TableID: Table] = [:]
        for part in parts.sorted(by: { $0.order < $1.order }) { tables[part.table, default: Table()].parts.append(part) }
        state = Mutex(State(tables: tables, recent: recent, publishedThrough: publishedThrough))
    }

    // MARK: commits

    /// Where these ids were committed before; nil for those that were not, or too long ago.
    func sequences(of ids: [BatchID]) -> [UInt64?] { state.withLock { state in ids.map { state.recent[$0] } } }

    /// Shows the rows of records that are durable, all at once.
    /// - Parameter records: in order; the last one has `sequence`.
    func publish(_ records: [(id: BatchID, batches: [TableBatch])], through sequence: UInt64, now: Int64) {
        state.withLock { state in
            var next = sequence - UInt64(records.count)
            for record in records {
                next += 1
                state.recent.insert(record.id, sequence: next)
                for batch in record.batches {
                    state.tables[batch.table, default: Table()].active[batch.partition, default: BatchList()].append(batch)
                    state.active.add(batch)
                    state.active.since = state.active.since ?? now
                }
            }
            state.publishedThrough = sequence
        }
    }

    var publishedThrough: UInt64 { state.withLock { $0.publishedThrough } }

    // MARK: scans

    func snapshot(of table: TableID, where keep: (PartitionKey) -> Bool) -> TableSnapshot {
        guard let table = state.withLock({ $0.tables[table] }) else { return TableSnapshot(blocks: [], batches: BatchList()) }
        var blocks: [TableSnapshot.Block] = []
        for part in table.parts where keep(part.partition) { part.snapshotBlocks(into: &blocks) }
        var batches = BatchList()
        for partition in Set(table.sealing.keys).union(table.active.keys).sorted(by: { $0.isBefore($1) }) where keep(partition) {
            if let list = table.sealing[partition] { batches.append(contentsOf: list) }
            if let list = table.active[partition] { batches.append(contentsOf: list) }
        }
        return TableSnapshot(blocks: blocks, batches: batches)
    }

    var parts: [Part] { state.withLock { state in state.tables.values.flatMap(\.parts) }.sorted { $0.number < $1.number } }

    /// The parts of each partition, in order.
    func partsByPartition() -> [[Part]] {
        state.withLock { $0.tables }.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap { _, table in
            Dictionary(grouping: table.parts, by: \.partition).sorted { $0.key.isBefore($1.key) }.map(\.value)
        }
    }

    // MARK: seals and merges

    /// Unsealed rows, those being sealed included.
    var unsealed: Unsealed { state.withLock { Unsealed(active: $0.active, sealing: $0.frozen?.amount ?? Amount()) } }

    /// Sets what is in memory aside for sealing; later commits go to new lists.
    /// - Returns: what an earlier seal left unfinished, if there is such; nil when nothing was committed since the last.
    func freeze() -> Frozen? {
        state.withLock { state in
            if let frozen = state.frozen { return frozen }
            guard state.active.since != nil else { return nil }
            var rows: [Frozen.Rows] = []
            for id in state.tables.keys {
                let active = state.tables[id]?.active ?? [:]
                state.tables[id]?.sealing = active
                state.tables[id]?.active = [:]
                rows += active.map { Frozen.Rows(table: id, partition: $0.key, batches: $0.value) }
            }
            rows.sort { $0.table == $1.table ? $0.partition.isBefore($1.partition) : $0.table.rawValue < $1.table.rawValue }
            let frozen = Frozen(rows: rows, amount: state.active, through: state.publishedThrough, recent: state.recent.ids)
            state.frozen = frozen
            state.active = Amount()
            return frozen
        }
    }

    /// The frozen rows lie in `parts` now.
    func sealed(as parts: [Part]) {
        state.withLock { state in
            for table in state.tables.keys { state.tables[table]?.sealing = [:] }
            for part in parts { state.tables[part.table, default: Table()].insert(part) }
            state.frozen = nil
        }
    }

    func replace(_ old: [Part], by new: [Part]) {
        let gone = Set(old.map(\.number))
        state.withLock { state in
            for table in Set(old.map(\.table)) { state.tables[table]?.parts.removeAll { gone.contains($0.number) } }
            for part in new { state.tables[part.table, default: Table()].insert(part) }
        }
    }

    // MARK: figures

    func figures() -> [TableID: StoreFigures.Table] {
        state.withLock { $0.tables }.mapValues { table in
            var figures = StoreFigures.Table()
            for part in table.parts {
                figures.parts += 1
                figures.blocks += part.headers.indices.count
                figures.rows += part.rowCount
                figures.bytes += part.fileBytes
                figures.damagedBlocks += part.damagedBlocks.count
            }
            for list in table.sealing.values { figures.unsealedRows += list.reduce(0) { $0 + $1.rowCount } }
            for list in table.active.values { figures.unsealedRows += list.reduce(0) { $0 + $1.rowCount } }
            figures.rows += figures.unsealedRows
            return figures
        }
    }

    /// - Throws: `.corrupt`, with what does not hold.
    func check() throws(StorageError) {
        let fault: String? = state.withLock { state in
            var (active, sealing) = (Amount(), Amount())
            for table in state.tables.values {
                for list in table.active.values { Self.add(list, to: &active) }
                for list in table.sealing.values { Self.add(list, to: &sealing) }
                let orders = table.parts.map(\.order)
                guard zip(orders, orders.dropFirst()).allSatisfy(<) else { return "parts are out of order: \(orders)" }
            }
            let frozen = state.frozen?.amount ?? Amount()
            guard active.rows == state.active.rows, active.bytes == state.active.bytes else { return "active rows are miscounted" }
            guard sealing.rows == frozen.rows, sealing.bytes == frozen.bytes else { return "rows being sealed are miscounted" }
            return nil
        }
        if let fault { throw .corrupt("tables", fault) }
    }

    private static func add(_ list: BatchList, to amount: inout Amount) {
        for batch in list { amount.add(batch) }
    }
}

extension TableBatch {
    /// What the batch costs in memory: its columns with the room they have, and its own weight, so that many tiny ones count too.
    var heldBytes: Int { columns.reduce(256) { $0 + $1.heldBytes } }

    func holding(_ reservation: MemoryReservation?) -> TableBatch {
        TableBatch(
            table: table, partition: partition, scope: scope, times: times, rowCount: rowCount, columns: columns, reservation: reservation)
    }
}
