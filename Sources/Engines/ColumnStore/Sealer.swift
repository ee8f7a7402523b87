import Platform
import SignalModel

/// Writes what is in memory into parts, commits them, and gives the journal's space back.
struct Sealer {
    let context: StoreContext
    let tables: Tables
    let journal: JournalFiles
    let register: PartRegister

    func isDue(now: Int64) -> Bool {
        let unsealed = tables.unsealed
        guard unsealed.sealing.since == nil else { return true }  // an earlier seal failed
        guard let since = unsealed.active.since else { return false }
        let settings = context.configuration
        return unsealed.active.bytes >= settings.sealBytes || now - since >= settings.sealAge || journal.closedCount >= settings.journalFilesMax
    }

    /// Nanoseconds until the oldest rows are due; nil when there are none.
    func rest(now: Int64) -> Int64? {
        tables.unsealed.active.since.map { max(0, $0 + context.configuration.sealAge - now) }
    }

    /// - Throws: the rows stay in memory and in the journal, and the next call begins again with them.
    func seal() throws(StorageError) {
        if let frozen = tables.freeze() {
            let (parts, erased) = try write(frozen)
            do throws(StorageError) {
                try register.commitSeal(of: frozen, as: parts)
            } catch {
                for part in parts { context.files.discard(part: part.number, isDamaged: false) }
                throw error
            }
            context.counters.add(to: \.seals)
            for (table, rows) in erased { context.report(.rowsErased(table: table, rows: rows)) }
        }
        let sealedThrough = register.manifest.sealedThrough
        try onDisk { () throws(FileError) in try journal.release(sealedThrough: sealedThrough) }
    }

    private func write(_ frozen: Tables.Frozen) throws(StorageError) -> (parts: [Part], erased: [(TableID, Int)]) {
        var parts: [Part] = []
        var erased: [(TableID, Int)] = []
        for rows in frozen.rows {
            let number = register.newNumber()
            var builder = PartBuilder(number: number, table: rows.table, partition: rows.partition, context: context)
            do throws(StorageError) {
                for (scope, batches) in byScope(rows.batches) { try builder.append(batches, scope: scope) }
                if let part = try builder.finish(order: number) { parts.append(part) }
            } catch {
                builder.abandon()
                for part in parts { context.files.discard(part: part.number, isDamaged: false) }
                throw error
            }
            if builder.erasedRows > 0 { erased.append((rows.table, builder.erasedRows)) }
        }
        return (parts, erased)
    }

    /// Scopes in the order in which they came, which is the same in every run.
    private func byScope(_ batches: BatchList) -> [(BlockScope, [TableBatch])] {
        var groups: [(BlockScope, [TableBatch])] = []
        var places: [BlockScope: Int] = [:]
        for batch in batches {
            if let place = places[batch.scope] {
                groups[place].1.append(batch)
            } else {
                places[batch.scope] = groups.count
                groups.append((batch.scope, [batch]))
            }
        }
        return groups
    }
}
