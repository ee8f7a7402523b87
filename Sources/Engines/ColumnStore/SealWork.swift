import Platform
import SignalModel

/// Gives memory and the journal's space back by itself: seals what is much or old. One piece a step. It has a thread of its own, so that no
/// merge ever stands in its way.
struct SealWork {
    private let context: StoreContext
    private let upkeep: Upkeep
    private let sealer: Sealer
    private var retry = Retry()

    init(context: StoreContext, tables: Tables, journal: JournalFiles, upkeep: Upkeep) {
        self.context = context
        self.upkeep = upkeep
        sealer = Sealer(context: context, tables: tables, journal: journal, register: upkeep.register)
    }

    mutating func step() -> NextStep {
        guard upkeep.mayWork else { return .whenWoken }
        let now = context.clock.monotonicNanoseconds
        upkeep.rememberDamage()
        if sealStep(now) { return .atOnce }
        return (retry.rest(now) ?? sealer.rest(now: now)).map { .after(nanoseconds: max(0, $0)) } ?? .whenWoken
    }

    /// Seals what is there, whether or not it is due.
    mutating func seal() throws(StorageError) {
        if let failure = upkeep.register.failure { throw failure }
        defer { upkeep.closeIfBroken() }
        try sealer.seal()
        upkeep.rememberDamage()
    }

    private mutating func sealStep(_ now: Int64) -> Bool {
        guard retry.isOver(now), sealer.isDue(now: now) else { return false }
        do throws(StorageError) {
            try sealer.seal()
            retry.succeeded()
        } catch {
            upkeep.removeGarbage()  // what it had written by then: space may be what it lacked
            upkeep.failed("seal", error, &retry, now)
        }
        return true
    }
}
