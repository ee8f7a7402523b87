import Platform
import SignalModel

/// What sealing and merging both see to: remembering damage, and stopping when the manifest can no longer be trusted; and removing files that
/// nobody reads any more.
struct Upkeep {
    let context: StoreContext
    let queue: CommitQueue
    let register: PartRegister

    /// False: parts may not change any more.
    var mayWork: Bool { register.failure == nil }

    /// Between two steps of removing a long file.
    private static let removalRest: Int64 = 50_000_000

    func rememberDamage() {
        let damage = context.takeDamage()
        do throws(StorageError) {
            if !damage.isEmpty { try register.commitDamage(damage) }
        } catch {
            context.report(.workFailed(work: "remember damage", error: error))
            closeIfBroken()
        }
    }

    /// May take seconds; at once when the store stops.
    func removeGarbage() {
        guard mayWork else { return }  // a restart may find a manifest that still names them
        let error = context.files.removeGarbage(step: context.configuration.removalStepBytes) {
            guard !context.isStopping else { return false }
            context.sleep?(Self.removalRest)
            return true
        }
        if let error { context.report(.workFailed(work: "remove old parts", error: StorageError(error))) }
    }

    func failed(_ work: String, _ error: StorageError, _ retry: inout Retry, _ now: Int64) {
        retry.failed(now, rest: context.configuration.retryAfter)
        context.report(.workFailed(work: work, error: error))
        closeIfBroken()
    }

    /// Which manifest a restart would find is unknown: no row more is accepted that it would have to take in.
    func closeIfBroken() {
        guard let failure = register.failure, queue.closed == nil else { return }
        queue.close(StorageError(code: .closed, message: "cannot commit before a restart: \(failure.message)"))
        context.report(.closed(error: failure))
    }
}
