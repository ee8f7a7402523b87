import Platform
import SignalModel

/// Joins parts and drops what is dead by itself, one piece a step, the most urgent first. Its thread gives way to everybody's.
struct MergeWork {
    private let context: StoreContext
    private let upkeep: Upkeep
    private let merger: Merger
    /// Found by the last look for dead rows, not done yet.
    private var deadWork: [Merger.Work] = []
    private var retentionAt: Int64
    private var retry = Retry()

    init(context: StoreContext, tables: Tables, upkeep: Upkeep) {
        self.context = context
        self.upkeep = upkeep
        merger = Merger(context: context, tables: tables, register: upkeep.register)
        retentionAt = context.clock.monotonicNanoseconds
    }

    mutating func step() -> NextStep {
        guard upkeep.mayWork, !context.isStopping else { return .whenWoken }
        let now = context.clock.monotonicNanoseconds
        upkeep.rememberDamage()
        upkeep.removeGarbage()
        if mergeStep(now) { return .atOnce }
        return .after(nanoseconds: max(0, retry.rest(now) ?? retentionAt - now))
    }

    /// Does all the merging and dropping that is worth it now.
    mutating func merge() throws(StorageError) {
        if let failure = upkeep.register.failure { throw failure }
        defer { upkeep.closeIfBroken() }
        let now = context.clock.wallNanoseconds
        deadWork = []  // what was found before is among what is found now
        for work in try merger.deadWork(now: now) { try merger.act(work, now: now) }
        while let work = try merger.mergeWork() { try merger.act(work, now: now) }
        upkeep.rememberDamage()
        upkeep.removeGarbage()
    }

    private mutating func mergeStep(_ now: Int64) -> Bool {
        guard retry.isOver(now) else { return false }
        do throws(StorageError) {
            guard let work = try nextWork(now) else { return false }
            try merger.act(work, now: context.clock.wallNanoseconds)
            retry.succeeded()
        } catch {
            deadWork = []  // its parts may have changed
            if !context.isStopping { upkeep.failed("merge", error, &retry, now) }
        }
        return true
    }

    private func hasRoom() throws(StorageError) -> Bool {
        let least = context.configuration.freeBytesMin
        let files = context.files
        guard least > 0 else { return true }
        return try onDisk { () throws(FileError) in try files.system.freeBytes(at: files.root) } > least
    }

    /// Dropping comes first: it gives space without costing any.
    private mutating func nextWork(_ now: Int64) throws(StorageError) -> Merger.Work? {
        if deadWork.isEmpty, now >= retentionAt {
            retentionAt = now + context.configuration.retentionPeriod
            deadWork = try merger.deadWork(now: context.clock.wallNanoseconds).reversed()
        }
        if let dead = deadWork.popLast() { return dead }
        guard try hasRoom() else { return nil }  // a merge needs its result's space before it gives any back
        return try merger.mergeWork()
    }
}
