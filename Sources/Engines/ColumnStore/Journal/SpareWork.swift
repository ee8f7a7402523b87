import Platform
import SignalModel

/// Keeps the journal's next file ready. On a thread of its own: behind a seal it came too late, and a file that has to grow makes each sync
/// wait until what seals and merges have written is on the disk too.
struct SpareWork {
    private let context: StoreContext
    private let upkeep: Upkeep
    private let journal: JournalFiles
    private var retry = Retry()

    init(context: StoreContext, journal: JournalFiles, upkeep: Upkeep) {
        self.context = context
        self.upkeep = upkeep
        self.journal = journal
    }

    mutating func step() -> NextStep {
        guard upkeep.mayWork else { return .whenWoken }
        let now = context.clock.monotonicNanoseconds
        if retry.isOver(now) {
            do throws(FileError) {
                guard try journal.prepareSpare() else { return .whenWoken }
                retry.succeeded()
                return .atOnce
            } catch { upkeep.failed("prepare a journal file", StorageError(error), &retry, now) }
        }
        return .after(nanoseconds: max(0, retry.rest(now) ?? 0))
    }
}
