import Bytes
package import Platform
package import SignalModel

extension ColumnStore {
    /// Opens the store in `directory`, which is made if need be. Blocks the thread until everything acknowledged is visible again.
    ///
    /// - Parameters:
    ///   - layouts: one for every table that is or was written.
    ///   - report: is told what a person should know; called on any thread, must not block.
    ///   - isStepped: no threads are made; the caller takes the steps.
    /// - Throws: `.corrupt` when the manifest is damaged; `.inputOutput`. Damaged parts and records are set aside and reported instead.
    package static func open(
        directory: String, fileSystem: any FileSystem, clock: any TimeSource, layouts: [any TableLayout],
        configuration: Configuration = Configuration(), keyRing: (any DataKeyRing)? = nil, random: RandomSource = RandomSource(),
        isStepped: Bool = false, report: @escaping @Sendable (StoreEvent) -> Void = { _ in }
    ) throws(StorageError) -> ColumnStore {
        let sleepThread: @Sendable (Int64) -> Void = { SystemTime.sleepThread(nanoseconds: $0) }
        let context = StoreContext(
            files: StoreFiles(system: fileSystem, root: directory), cipher: Cipher(ring: keyRing ?? EmptyKeyRing(), random: random),
            clock: clock, configuration: configuration.checked, layouts: layouts,
            sleep: isStepped ? nil : sleepThread, report: report)
        let store = ColumnStore(context: context, recovery: try Recovery(context, salt: random.next()))
        store.sealLeftovers()
        if !isStepped { store.start() }
        return store
    }
}

/// Finds the state of a store on disk: manifest, then parts, then the journal after what the parts hold.
struct Recovery {
    let tables: Tables
    let register: PartRegister
    let journalFiles: JournalFiles
    private let context: StoreContext

    init(_ context: StoreContext, salt: UInt64) throws(StorageError) {
        self.context = context
        let files = context.files
        try onDisk { () throws(FileError) in try files.createDirectories() }
        var manifest = try ManifestFile(files, salt: salt)
        try Self.removeStrangers(files, manifest.current)
        let parts = try PartRecovery(context).open(&manifest)
        var recent = RecentBatches(countMax: context.configuration.recentBatchesMax)
        for id in manifest.current.recent { recent.insert(id, sequence: manifest.current.sealedThrough) }
        tables = Tables(parts: parts, recent: recent, publishedThrough: manifest.current.sealedThrough)
        journalFiles = try JournalRecovery(context, salt: manifest.current.salt).replay(into: tables)
        register = PartRegister(context: context, tables: tables, file: manifest)
        let sealedThrough = manifest.current.sealedThrough
        let journal = journalFiles
        try onDisk { () throws(FileError) in try journal.release(sealedThrough: sealedThrough) }
    }

    /// Parts of a seal or merge that a crash cut short, or that were merged away just before it.
    private static func removeStrangers(_ files: StoreFiles, _ manifest: Manifest) throws(StorageError) {
        let known = Set(manifest.parts.map { StoreFiles.name(part: $0.number) })
        try onDisk { () throws(FileError) in
            for name in try files.system.list(files.parts) where !known.contains(name) {
                try files.system.remove(files.parts + "/" + name)
            }
        }
    }
}
