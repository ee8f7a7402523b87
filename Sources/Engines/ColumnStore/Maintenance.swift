import Platform
import SignalModel

/// What a store does by itself besides committing: seals, merges, drops what is dead, remembers damage, tidies up. One piece a step,
/// the most urgent first.
struct Maintenance {
    private let context: StoreContext
    private let queue: CommitQueue
    private let journal: JournalFiles
    private let sealer: Sealer
    private let merger: Merger
    private var register: PartRegister
    /// Found by the last look for dead rows, not done yet.
    private var deadWork: [Merger.Work] = []
    private var retentionAt: Int64
    private var sealRetry = Retry()
    private var mergeRetry = Retry()
    private var spareRetry = Retry()

    init(context: StoreContext, tables: Tables, queue: CommitQueue, journal: JournalFiles, register: PartRegister) {
        self.context = context
        self.queue = queue
        self.journal = journal
        self.register = register
        sealer = Sealer(context: context, tables: tables, journal: journal)
        merger = Merger(context: context, tables: tables)
        retentionAt = context.clock.monotonicNanoseconds
    }

    var manifest: Manifest { register.manifest }

    mutating func step() -> NextStep {
        guard register.failure == nil else { return .whenWoken }
        let now = context.clock.monotonicNanoseconds
        tidy()
        if sealStep(now) || mergeStep(now) || spareStep(now) { return .atOnce }
        return .after(nanoseconds: rest(now))
    }

    /// Seals what is there, whether or not it is due.
    mutating func seal() throws(StorageError) {
        if let failure = register.failure { throw failure }
        defer { closeIfBroken() }
        try sealer.seal(&register)
        tidy()
    }

    /// Does all the merging and dropping that is worth it now.
    mutating func merge() throws(StorageError) {
        if let failure = register.failure { throw failure }
        defer { closeIfBroken() }
        let now = context.clock.wallNanoseconds
        for work in try merger.deadWork(now: now) { try merger.act(work, &register, now: now) }
        while let work = merger.mergeWork() { try merger.act(work, &register, now: now) }
        tidy()
    }

    private mutating func sealStep(_ now: Int64) -> Bool {
        guard sealRetry.isOver(now), sealer.isDue(now: now) else { return false }
        do throws(StorageError) {
            try sealer.seal(&register)
            sealRetry.succeeded()
        } catch { failed("seal", error, &sealRetry, now) }
        return true
    }

    private mutating func mergeStep(_ now: Int64) -> Bool {
        guard mergeRetry.isOver(now) else { return false }
        do throws(StorageError) {
            guard let work = try nextMerge(now) else { return false }
            try merger.act(work, &register, now: context.clock.wallNanoseconds)
            mergeRetry.succeeded()
        } catch {
            deadWork = []  // its parts may have changed
            failed("merge", error, &mergeRetry, now)
        }
        return true
    }

    /// Dropping comes first: it gives space without costing any.
    private mutating func nextMerge(_ now: Int64) throws(StorageError) -> Merger.Work? {
        if deadWork.isEmpty, now >= retentionAt {
            retentionAt = now + context.configuration.retentionPeriod
            deadWork = try merger.deadWork(now: context.clock.wallNanoseconds).reversed()
        }
        return deadWork.popLast() ?? merger.mergeWork()
    }

    private mutating func spareStep(_ now: Int64) -> Bool {
        guard spareRetry.isOver(now) else { return false }
        do throws(FileError) {
            guard try journal.prepareSpare() else { return false }
            spareRetry.succeeded()
        } catch { failed("prepare a journal file", StorageError(error), &spareRetry, now) }
        return true
    }

    private mutating func tidy() {
        let damage = context.takeDamage()
        do throws(StorageError) {
            if !damage.isEmpty { try register.commitDamage(damage) }
        } catch {
            context.report(.workFailed(work: "remember damage", error: error))
            closeIfBroken()
        }
        guard register.failure == nil else { return }  // a restart may find a manifest that still names them
        if let error = context.files.removeGarbage() {
            context.report(.workFailed(work: "remove old parts", error: StorageError(error)))
        }
    }

    private func failed(_ work: String, _ error: StorageError, _ retry: inout Retry, _ now: Int64) {
        retry.failed(now, rest: context.configuration.retryAfter)
        context.report(.workFailed(work: work, error: error))
        closeIfBroken()
    }

    /// Which manifest a restart would find is unknown: no row more is accepted that it would have to take in.
    private func closeIfBroken() {
        guard let failure = register.failure, queue.closed == nil else { return }
        queue.close(StorageError(code: .closed, message: "cannot commit before a restart: \(failure.message)"))
        context.report(.closed(error: failure))
    }

    private func rest(_ now: Int64) -> Int64 {
        let waits = [sealRetry.rest(now) ?? sealer.rest(now: now), mergeRetry.rest(now) ?? retentionAt - now, spareRetry.rest(now)]
        return max(0, waits.compactMap { $0 }.min() ?? 0)
    }
}

/// Rests after failures, twice as long each time, up to sixty-four times.
private struct Retry {
    private var failures = 0
    private var at: Int64?

    func isOver(_ now: Int64) -> Bool { at.map { now >= $0 } ?? true }

    /// Nil when there is nothing to wait for.
    func rest(_ now: Int64) -> Int64? { at.map { $0 - now } }

    mutating func succeeded() { self = Retry() }

    mutating func failed(_ now: Int64, rest: Int64) {
        at = now + rest << min(failures, 6)
        failures += 1
    }
}
