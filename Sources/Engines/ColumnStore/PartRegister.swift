import Platform
import SignalModel

/// Which parts count: changes the manifest on disk and then, in one step, what snapshots see. Used by maintenance only.
struct PartRegister {
    private let context: StoreContext
    private let tables: Tables
    private var file: ManifestFile
    /// Beyond the manifest's: numbers of parts whose seal or merge failed are not given again.
    private var nextPart: UInt64

    init(context: StoreContext, tables: Tables, file: ManifestFile) {
        self.context = context
        self.tables = tables
        self.file = file
        nextPart = file.current.nextPart
    }

    /// Why parts may not change any more before a restart.
    var failure: StorageError? { file.failure }
    var manifest: Manifest { file.current }

    mutating func newNumber() -> UInt64 {
        defer { nextPart += 1 }
        return nextPart
    }

    /// The frozen rows lie in `parts`, whose files are synced.
    mutating func commitSeal(of frozen: Tables.Frozen, as parts: [Part]) throws(StorageError) {
        var next = file.current
        next.sealedThrough = frozen.through
        next.recent = frozen.recent
        try replace([], by: parts, in: &next)
        tables.sealed(as: parts)
    }

    /// `new` holds what `old` held; the old files go when nobody reads them any more.
    mutating func commitMerge(of old: [Part], as new: [Part]) throws(StorageError) {
        var next = file.current
        try replace(old, by: new, in: &next)
        tables.replace(old, by: new)
        for part in old { part.retire() }
    }

    mutating func commitDamage(_ damage: [StoreContext.Damage]) throws(StorageError) {
        var next = file.current
        for one in damage {
            guard let place = next.parts.firstIndex(where: { $0.number == one.part }) else { continue }
            next.parts[place].damaged = Set(next.parts[place].damaged + [UInt32(one.block)]).sorted()
        }
        if next != file.current { try file.replace(by: next) }
    }

    private mutating func replace(_ old: [Part], by new: [Part], in next: inout Manifest) throws(StorageError) {
        let gone = Set(old.map(\.number))
        next.parts.removeAll { gone.contains($0.number) }
        next.parts += new.map {
            Manifest.Entry(number: $0.number, order: $0.order, table: $0.table, partition: $0.partition, damaged: [])
        }
        next.parts.sort { $0.number < $1.number }
        next.nextPart = nextPart
        if !new.isEmpty {
            let files = context.files
            try onDisk { () throws(FileError) in try files.system.syncDirectory(files.parts) }
        }
        try file.replace(by: next)
    }
}
