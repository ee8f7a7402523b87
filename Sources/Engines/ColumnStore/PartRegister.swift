import Platform
import SignalModel
import Synchronization

/// Which parts count: changes the manifest on disk and then, in one step, what snapshots see. Sealing and merging take turns at it; the
/// lock is held while the manifest is written, and nobody else ever waits for it.
final class PartRegister: Sendable {
    private struct State {
        var file: ManifestFile
        /// Beyond the manifest's: numbers of parts whose seal or merge failed are not given again.
        var nextPart: UInt64
    }

    private let context: StoreContext
    private let tables: Tables
    private let state: Mutex<State>

    init(context: StoreContext, tables: Tables, file: ManifestFile) {
        self.context = context
        self.tables = tables
        state = Mutex(State(file: file, nextPart: file.current.nextPart))
    }

    /// Why parts may not change any more before a restart.
    var failure: StorageError? { state.withLock { $0.file.failure } }
    var manifest: Manifest { state.withLock { $0.file.current } }

    /// The manifest and what snapshots see, at one moment between two changes.
    func compared() -> (manifest: Manifest, served: [Part]) { state.withLock { ($0.file.current, tables.parts) } }

    func newNumber() -> UInt64 {
        state.withLock { state in
            defer { state.nextPart += 1 }
            return state.nextPart
        }
    }

    /// The frozen rows lie in `parts`, whose files are synced.
    func commitSeal(of frozen: Tables.Frozen, as parts: [Part]) throws(StorageError) {
        try state.withLock { state throws(StorageError) in
            var next = state.file.current
            next.sealedThrough = frozen.through
            next.recent = frozen.recent
            try replace([], by: parts, in: &next, &state)
            tables.sealed(as: parts)
        }
    }

    /// `new` holds what `old` held; the old files go when nobody reads them any more.
    func commitMerge(of old: [Part], as new: [Part]) throws(StorageError) {
        try state.withLock { state throws(StorageError) in
            var next = state.file.current
            try replace(old, by: new, in: &next, &state)
            tables.replace(old, by: new)
        }
        for part in old { part.retire() }
    }

    func commitDamage(_ damage: [StoreContext.Damage]) throws(StorageError) {
        try state.withLock { state throws(StorageError) in
            var next = state.file.current
            for one in damage {
                guard let place = next.parts.firstIndex(where: { $0.number == one.part }) else { continue }
                next.parts[place].damaged = Set(next.parts[place].damaged + [UInt32(one.block)]).sorted()
            }
            if next != state.file.current { try state.file.replace(by: next) }
        }
    }

    private func replace(
        _ old: [Part], by new: [Part], in next: inout Manifest, _ state: inout State
    ) throws(StorageError) {
        let gone = Set(old.map(\.number))
        next.parts.removeAll { gone.contains($0.number) }
        next.parts += new.map {
            Manifest.Entry(number: $0.number, order: $0.order, table: $0.table, partition: $0.partition, damaged: [])
        }
        next.parts.sort { $0.number < $1.number }
        next.nextPart = state.nextPart
        if !new.isEmpty {
            let files = context.files
            try onDisk { () throws(FileError) in try files.system.syncDirectory(files.parts) }
        }
        try state.file.replace(by: next)
    }
}
