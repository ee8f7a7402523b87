package import SignalModel
import Synchronization

/// What a store holds and has done since its start, for the program's own metrics.
package struct StoreFigures: Sendable, Equatable {
    package struct Table: Sendable, Equatable {
        package var parts = 0
        package var blocks = 0
        package var rows = 0
        /// On disk, envelopes included.
        package var bytes = 0
        package var unsealedRows = 0
        /// Left out because they cannot be read; their files are kept.
        package var damagedBlocks = 0
    }

    package struct Disk: Sendable, Equatable {
        /// The written, the waiting and the spare ones.
        package var journalFiles = 0
        package var journalBytes = 0
        /// Parts set aside, in this life of the store or an earlier one, that nobody has removed.
        package var damagedFiles = 0
    }

    package var tables: [TableID: Table] = [:]
    /// In memory; in the journal only.
    package var unsealedBytes = 0
    /// Waiting for the committer.
    package var waitingBytes = 0
    package var isClosed = false

    package var commits = 0
    package var repeatedCommits = 0
    package var refusedCommits = 0
    package var syncs = 0
    package var seals = 0
    package var merges = 0
    package var droppedParts = 0
    /// Whose rows went on to another partition.
    package var movedParts = 0
    package var damagedParts = 0
    package var damagedBlocks = 0
    package var damagedFilters = 0
    package var lostCommits = 0
    package var erasedRows = 0
    package var failedWork = 0
}

/// Events counted since start.
final class Counters: Sendable {
    private let figures = Mutex(StoreFigures())

    var current: StoreFigures { figures.withLock { $0 } }

    func add(to figure: any WritableKeyPath<StoreFigures, Int> & Sendable, _ count: Int = 1) {
        figures.withLock { $0[keyPath: figure] += count }
    }

    func count(_ event: StoreEvent) {
        switch event {
        case .journalDamaged(_, let lost): add(to: \.lostCommits, Int(clamping: lost))
        case .partDamaged: add(to: \.damagedParts)
        case .blockDamaged: add(to: \.damagedBlocks)
        case .filterDamaged: add(to: \.damagedFilters)
        case .rowsErased(_, let rows): add(to: \.erasedRows, rows)
        case .workFailed: add(to: \.failedWork)
        case .closed: break
        }
    }
}
