package import SignalModel

/// What the engine tells its owner about: things that a person should know. Reported from the engine's threads; must not block.
package enum StoreEvent: Sendable {
    /// Acknowledged commits are missing from the journal: damaged records with whole ones after them.
    case journalDamaged(file: String, commitsLost: UInt64)
    /// A whole part cannot be read; it lies under `damaged/` now, or is not there at all.
    case partDamaged(part: UInt64, why: String)
    /// One block cannot be read; scans leave it out from now on.
    case blockDamaged(part: UInt64, block: Int, why: String)
    /// The key filters of a part cannot be read: looks for a key read more of its blocks than they need to.
    case filterDamaged(part: UInt64, why: String)
    /// Rows were dropped because their key is gone.
    case rowsErased(table: TableID, rows: Int)
    /// Sealing or merging failed and will be tried again.
    case workFailed(work: String, error: StorageError)
    /// The journal or the manifest could not be written: nothing is accepted until restart.
    case closed(error: StorageError)
}
