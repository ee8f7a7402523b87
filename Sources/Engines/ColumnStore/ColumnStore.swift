package import Platform
package import SignalModel
import Synchronization

/// The embedded engine: keeps batches of columns for every signal. What is committed is durable and visible before the answer.
///
///     let store = try ColumnStore.open(directory: "/var/lib/groundwatch/store", fileSystem: files, clock: clock, layouts: layouts)
///     try await store.commit([batch], id: id)
///     for block in store.snapshot(of: .logs, where: { $0.window >= today }).blocks { let rows = try block.rows() … }
///     try await store.stop()
///
/// Rows go into the journal and into memory first; from there they are sealed into parts, and parts are merged. One thread commits, one
/// keeps the journal's next file ready, one seals, one merges; a simulation opens the store with `isStepped` and takes the steps itself.
package final class ColumnStore: BatchCommitter, Sendable {
    let context: StoreContext
    let tables: Tables
    private let queue: CommitQueue
    private let salt: UInt64
    private let journalFiles: JournalFiles
    // Each is stepped by its own thread only; the locks hand them over to `stop`, `seal` and a simulation, and are otherwise free.
    private let committer: Mutex<Committer>
    private let sparing: Mutex<SpareWork>
    private let sealing: Mutex<SealWork>
    private let merging: Mutex<MergeWork>
    private let register: PartRegister
    private let loops = Mutex<Loops>(Loops())

    private struct Loops {
        var commit: StepLoop?
        var spare: StepLoop?
        var seal: StepLoop?
        var merge: StepLoop?
    }

    init(context: StoreContext, recovery: consuming Recovery) {
        self.context = context
        let configuration = context.configuration
        tables = recovery.tables
        salt = recovery.register.manifest.salt
        journalFiles = recovery.journalFiles
        queue = CommitQueue(bytesMax: configuration.queueBytesMax)
        let journal = Journal(
            journalFiles, fileBytes: configuration.journalFileBytes, pageBytes: configuration.journalPageBytes, salt: salt, lastSequence: tables.publishedThrough)
        committer = Mutex(Committer(context: context, queue: queue, tables: tables, journal: journal))
        register = recovery.register
        let upkeep = Upkeep(context: context, queue: queue, register: register)
        sparing = Mutex(SpareWork(context: context, journal: journalFiles, upkeep: upkeep))
        sealing = Mutex(SealWork(context: context, tables: tables, journal: journalFiles, upkeep: upkeep))
        merging = Mutex(MergeWork(context: context, tables: tables, upkeep: upkeep))
    }

    // MARK: commits

    package func commit(_ batches: [TableBatch], id: BatchID) async throws(StorageError) -> JournalPosition {
        let result = await withCheckedContinuation { continuation in
            submit(batches, id: id) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// As `commit`, for who does not wait: `reply` is called once, on the committer's thread or at once.
    package func submit(
        _ batches: [TableBatch], id: BatchID, reply: @escaping @Sendable (Result<JournalPosition, StorageError>) -> Void
    ) {
        do throws(StorageError) {
            let batches = batches.filter { $0.rowCount > 0 }
            guard !batches.isEmpty else { return reply(.success(JournalPosition(sequence: tables.publishedThrough))) }
            try admit(batches)
            let held = try hold(batches)
            let payload = try JournalPayload.encode(held, id: id, cipher: context.cipher)
            try queue.put(CommitQueue.Request(batches: held, entry: Journal.Entry(id: id, payload: payload, salt: salt), reply: reply))
        } catch {
            context.counters.add(to: \.refusedCommits)
            return reply(.failure(error))
        }
        loops.withLock { $0.commit }?.wake()
    }

    private func admit(_ batches: [TableBatch]) throws(StorageError) {
        for batch in batches {
            precondition(context.layouts[batch.table] != nil, "rows of table \(batch.table.rawValue) have no layout to seal them with")
        }
        let bytes = batches.reduce(0) { $0 + $1.byteCount }
        let settings = context.configuration
        guard bytes <= settings.recordBytesMax else {
            throw StorageError(
                code: .limit, message: "cannot commit \(bytes) bytes at once: a record holds \(settings.recordBytesMax)")
        }
        if let closed = queue.closed { throw closed }
        let unsealed = tables.unsealed
        guard unsealed.bytes + queue.bytes + bytes <= settings.unsealedBytesMax else {
            throw StorageError(code: .busy, message: "cannot commit \(bytes) bytes: \(unsealed.bytes) are unsealed already")
        }
    }

    /// Takes the memory that the rows hold from now until they are sealed.
    private func hold(_ batches: [TableBatch]) throws(StorageError) -> [TableBatch] {
        guard let memory = context.configuration.ingestMemory else { return batches }
        var held: [TableBatch] = []
        for batch in batches {
            guard batch.reservation == nil else {
                held.append(batch)
                continue
            }
            do throws(MemoryBudget.Exhausted) {
                held.append(batch.holding(try memory.reserve(batch.heldBytes)))
            } catch {
                throw StorageError(
                    code: .busy, message: "cannot commit \(error.bytesAsked) bytes: \(error.bytesFree) are free for rows not yet sealed")
            }
        }
        return held
    }

    // MARK: scans

    /// What is visible now of the partitions that `keep` wants.
    package func snapshot(of table: TableID, where keep: (PartitionKey) -> Bool = { _ in true }) -> TableSnapshot {
        tables.snapshot(of: table, where: keep)
    }

    // MARK: work by itself

    /// Commits one group of what waits.
    package func stepCommitter() -> NextStep {
        let next = committer.withLock { $0.step() }
        let settings = context.configuration
        let isMuch = tables.unsealed.active.bytes >= settings.sealBytes || journalFiles.closedCount >= settings.journalFilesMax
        if isMuch { loops.withLock { $0.seal }?.wake() }
        if journalFiles.wantsSpare { loops.withLock { $0.spare }?.wake() }
        return next
    }

    /// Prepares a file for the journal, if it wants one.
    package func stepSparing() -> NextStep { sparing.withLock { $0.step() } }

    /// Does one piece of sealing or tidying.
    package func stepSealing() -> NextStep {
        let before = context.counters.current.seals
        let next = sealing.withLock { $0.step() }
        if context.counters.current.seals > before { loops.withLock { $0.merge }?.wake() }
        return next
    }

    /// Does one piece of merging, dropping or tidying.
    package func stepMerging() -> NextStep { merging.withLock { $0.step() } }

    /// Seals everything committed so far. Blocks the thread.
    package func seal() throws(StorageError) { try sealing.withLock { work throws(StorageError) in try work.seal() } }

    /// Drops what is dead and merges what is worth it. Blocks the thread.
    package func merge() throws(StorageError) { try merging.withLock { work throws(StorageError) in try work.merge() } }

    /// Seals what lives that were cut short left in the journal, when it is many files: killed again and again before its sealing thread
    /// gets anywhere, a store would take one more each time. A failure is reported and tried again like any other.
    func sealLeftovers() {
        if journalFiles.closedCount >= 2 * context.configuration.journalFilesMax { _ = stepSealing() }
    }

    func start() {
        loops.withLock { loops in
            loops.commit = StepLoop(name: "commit", CommitSteps(store: self))
            loops.spare = StepLoop(name: "spare", SpareSteps(store: self))
            loops.seal = StepLoop(name: "seal", SealSteps(store: self))
            loops.merge = StepLoop(name: "merge", nice: 19, MergeSteps(store: self))
        }
    }

    /// Finishes what waits, seals everything and writes no more. Commits after this get `.closed`.
    package func stop() async throws(StorageError) {
        let result = await withCheckedContinuation { continuation in
            _ = WorkerThread(name: "stop") {
                continuation.resume(returning: Result { () throws(StorageError) in try self.finish() })
            }
        }
        try result.get()
    }

    /// `stop` for who may block.
    package func finish() throws(StorageError) {
        queue.close(StorageError(code: .closed, message: "cannot commit: the store stops"))
        let running = loops.withLock { loops in
            defer { loops = Loops() }
            return loops
        }
        context.beginStop()
        running.commit?.stop()
        running.spare?.stop()
        running.merge?.stop()
        running.seal?.stop()
        let broken = committer.withLock { committer in
            while committer.step() == .atOnce {}
            committer.close()
            return committer.broken
        }
        // After a failed sync the disk is not to be trusted; everything acknowledged is in the journal.
        if let broken { throw broken }
        try seal()
    }

    // MARK: figures

    /// On the volume of the data; nil when the file system does not say.
    package var freeBytes: Int? {
        do throws(FileError) { return try context.files.system.freeBytes(at: context.files.root) } catch { return nil }
    }

    /// With fewer free, nothing is accepted.
    package var freeBytesMin: Int { context.configuration.freeBytesMin }

    /// What lies on the disk besides parts; nil when the file system does not say.
    package var diskFigures: StoreFigures.Disk? {
        do throws(FileError) { return try context.files.figures() } catch { return nil }
    }

    /// Why nothing is accepted for want of space; nil while there is enough.
    package var lowSpace: String? {
        let least = context.configuration.freeBytesMin
        guard least > 0, let free = freeBytes, free < least else { return nil }
        return "\(free) bytes are free on the disk, and nothing is accepted below \(least)"
    }

    package var figures: StoreFigures {
        var figures = context.counters.current
        figures.tables = tables.figures()
        let unsealed = tables.unsealed
        figures.unsealedBytes = unsealed.bytes
        figures.waitingBytes = queue.bytes
        figures.isClosed = queue.closed != nil
        return figures
    }

    /// What must hold of what snapshots see, even while a seal or merge runs on this thread.
    package func checkTables() throws(StorageError) { try tables.check() }

    /// What must always hold.
    /// - Throws: `.corrupt`, with what does not.
    package func checkInvariants() throws(StorageError) {
        try tables.check()
        let (manifest, parts) = register.compared()
        let listed = Set(manifest.parts.map(\.number))
        let served = Set(parts.map(\.number))
        guard listed == served else { throw .corrupt("store", "the manifest lists parts \(listed), snapshots show \(served)") }
        guard manifest.sealedThrough <= tables.publishedThrough else {
            throw .corrupt("store", "sealed through \(manifest.sealedThrough), published through \(tables.publishedThrough)")
        }
        // `parts` keeps the files, however soon they are merged away.
        if let missing = parts.first(where: { !context.files.system.exists(context.files.part($0.number)) }) {
            throw .corrupt("store", "part \(missing.number) has no file")
        }
    }
}

private struct CommitSteps: Stepper {
    let store: ColumnStore
    mutating func step() -> NextStep { store.stepCommitter() }
}

private struct SpareSteps: Stepper {
    let store: ColumnStore
    mutating func step() -> NextStep { store.stepSparing() }
}

private struct SealSteps: Stepper {
    /// The memory that a seal freed goes back to the system when no other seal follows in this time. While rows keep coming it is the room for
    /// the next: given back each time, a tenth of the work of ingesting log lines was getting it again, page by page.
    private static let trimRest: Int64 = 3_000_000_000
    /// But not for longer than this: what lies in pieces between rows would add up.
    private static let trimRestMax: Int64 = 30_000_000_000

    let store: ColumnStore
    private var seals: Int
    private var trimAt: Int64?
    /// Of the first seal that nothing was given back since.
    private var untrimmedSince: Int64?

    init(store: ColumnStore) {
        self.store = store
        seals = store.context.counters.current.seals
    }

    mutating func step() -> NextStep {
        let next = store.stepSealing()
        let now = store.context.clock.monotonicNanoseconds
        let sealed = store.context.counters.current.seals
        if sealed > seals {
            seals = sealed
            untrimmedSince = untrimmedSince ?? now
            trimAt = min(now + Self.trimRest, untrimmedSince! + Self.trimRestMax)
        }
        guard let trimAt else { return next }
        guard now < trimAt else {
            Machine.trimMemory()
            (self.trimAt, untrimmedSince) = (nil, nil)
            return next
        }
        switch next {
        case .atOnce: return next
        case .after(let rest): return .after(nanoseconds: min(rest, trimAt - now))
        case .whenWoken: return .after(nanoseconds: trimAt - now)
        }
    }
}

private struct MergeSteps: Stepper {
    let store: ColumnStore
    mutating func step() -> NextStep { store.stepMerging() }
}
