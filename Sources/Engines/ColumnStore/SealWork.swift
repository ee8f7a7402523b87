import Platform
import SignalModel

/// Gives memory and the journal's space back by itself: seals what is much or old, and keeps the journal's next file ready. One piece a
/// step. It has a thread of its own, so that no merge ever stands in its way.
struct SealWork {
    private let context: StoreContext
    private let upkeep: Upkeep
    private let journal: JournalFiles
    private let sealer: Sealer
    private var sealRetry = Retry()
    private var spareRetry = Retry()

    init(context: StoreContext, tables: Tables, journal: JournalFiles, upkeep: Upkeep) {
        self.context = context
        self.upkeep = upkeep
        self.journal = journal
        sealer = Sealer(context: context, tables: tables, journal: journal, register: upkeep.register)
    }

    mutating func step() -> NextStep {
        guard upkeep.mayWork else { return .whenWoken }
        let now = context.clock.monotonicNanoseconds
        upkeep.tidy()
        if sealStep(now) || spareStep(now) { return .atOnce }
        let waits = [sealRetry.rest(now) ?? sealer.rest(now: now), spareRetry.rest(now)].compactMap { $0 }
        return waits.min().map { .after(nanoseconds: max(0, $0)) } ?? .whenWoken
    }

    /// Seals what is there, whether or not it is due.
    mutating func seal() throws(StorageError) {
        if let failure = upkeep.register.failure { throw failure }
        defer { upkeep.closeIfBroken() }
        try sealer.seal()
        upkeep.tidy()
    }

    private mutating func sealStep(_ now: Int64) -> Bool {
        guard sealRetry.isOver(now), sealer.isDue(now: now) else { return false }
        do throws(StorageError) {
            try sealer.seal()
            sealRetry.succeeded()
        } catch { upkeep.failed("seal", error, &sealRetry, now) }
        return true
    }

    private mutating func spareStep(_ now: Int64) -> Bool {
        guard spareRetry.isOver(now) else { return false }
        do throws(FileError) {
            guard try journal.prepareSpare() else { return false }
            spareRetry.succeeded()
        } catch { upkeep.failed("prepare a journal file", StorageError(error), &spareRetry, now) }
        return true
    }
}
