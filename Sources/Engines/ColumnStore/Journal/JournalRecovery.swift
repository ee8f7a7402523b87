import Platform
import SignalModel

/// Replays the journal's files after what the parts hold, and makes sure that what is shown now is durable.
struct JournalRecovery {
    private let context: StoreContext
    private let salt: UInt64
    private var files: StoreFiles { context.files }

    init(_ context: StoreContext, salt: UInt64) {
        self.context = context
        self.salt = salt
    }

    /// - Parameter tables: hold the parts; get the unsealed rows.
    func replay(into tables: Tables) throws(StorageError) -> JournalFiles {
        let names = try onDisk { () throws(FileError) in try files.system.list(files.journal) }
        let generations = names.compactMap(JournalFiles.generation).sorted()
        var scans: [JournalScan] = []
        for generation in generations { scans.append(try scan(generation)) }
        let limits = try limits(of: &scans)
        var replay = JournalReplay(sealedThrough: tables.publishedThrough)
        var found: [(generation: UInt64, last: UInt64)] = []
        for place in scans.indices {
            var rewrite = JournalRewrite(scans[place].file, salt: salt)
            var stretch: [ReplayDecoding.Record] = []
            var stretchBytes = 0
            let result = try replay.replay(&scans[place], limit: limits[place]) { record, payload, offset throws(StorageError) in
                try rewrite.add(record, payload, at: offset)
                stretch.append(ReplayDecoding.Record(record: record, payload: payload))
                stretchBytes += payload.count
                guard stretchBytes >= ReplayDecoding.stretchBytes else { return }
                try publish(stretch, into: tables)
                (stretch, stretchBytes) = ([], 0)
            }
            try publish(stretch, into: tables)
            try rewrite.finish()
            if result.lost > 0 { report(generations[place], result.lost) }
            found.append((generations[place], result.last))
        }
        return JournalFiles(files, fileBytes: context.configuration.journalFileBytes, names: names, found: found)
    }

    private func scan(_ generation: UInt64) throws(StorageError) -> JournalScan {
        let path = files.journal + "/" + JournalFiles.name(generation)
        let file = try onDisk { () throws(FileError) in try files.system.open(path, .update) }
        return try JournalScan(file, generation: generation, salt: salt)
    }

    /// For each file the sequence before the first one of the next file that has any; nil for the last.
    private func limits(of scans: inout [JournalScan]) throws(StorageError) -> [UInt64?] {
        var limits: [UInt64?] = []
        var limit: UInt64?
        for place in scans.indices.reversed() {
            limits.append(limit)
            limit = try firstSequence(&scans[place]).map { $0 - 1 } ?? limit
        }
        return limits.reversed()
    }

    private func firstSequence(_ scan: inout JournalScan) throws(StorageError) -> UInt64? {
        if let record = try scan.record(at: 0) { return record.sequence }
        // The first was damaged; what follows knows at least where its own group began.
        return try scan.nextRecord(after: 0).map { $0.record.durableThrough + 1 }
    }

    private func publish(_ records: [ReplayDecoding.Record], into tables: Tables) throws(StorageError) {
        for (record, result) in zip(records, ReplayDecoding(cipher: context.cipher).decoded(records)) {
            let decoded = try result.get()
            for batches in decoded.erased { context.report(.rowsErased(table: batches.table, rows: batches.rows)) }
            for batch in decoded.batches { _ = try context.layout(of: batch.table) }
            // They were acknowledged: they are there, whatever the memory setting is by now.
            let held = decoded.batches.map { batch in
                batch.holding(context.configuration.ingestMemory?.reserveRegardless(batch.heldBytes))
            }
            let id = record.record.id
            tables.publish([(id, held)], through: record.record.sequence, now: context.clock.monotonicNanoseconds)
            for batch in held { context.layouts[batch.table]?.didPublish(batch) }
        }
    }

    private func report(_ generation: UInt64, _ lost: UInt64) {
        context.report(.journalDamaged(file: JournalFiles.name(generation), commitsLost: lost))
    }
}
