import Platform
import SignalModel

/// Replaces the manifest as a whole: a new file, synced, renamed over the old one, and the directory synced. Used by one thread.
struct ManifestFile {
    /// Set when a rename or the sync after it failed: which of two manifests a restart would find is unknown, so that nothing may
    /// be written or removed any more.
    private(set) var failure: StorageError?
    private(set) var current: Manifest
    private let files: StoreFiles

    /// Reads the manifest there is; makes one for a new store.
    ///
    /// - Parameter salt: for a new store.
    /// - Throws: `.corrupt` when it is damaged, or missing though there are parts: then nobody knows which of them count.
    init(_ files: StoreFiles, salt: UInt64) throws(StorageError) {
        self.files = files
        if let manifest = try Self.read(files) {
            current = manifest
            // A crash may have come between the rename and its sync; what is read below must not go back behind this.
            try onDisk { () throws(FileError) in
                try files.system.open(files.manifest, .update).sync()
                try files.system.syncDirectory(files.root)
            }
            return
        }
        let parts = try onDisk { () throws(FileError) in try files.system.list(files.parts) }
        guard !parts.contains(where: { StoreFiles.number($0, suffix: ".part") != nil }) else {
            throw .corrupt(files.manifest, "it is missing, though there are parts")
        }
        current = Manifest(salt: salt)
        try replace(by: current)
    }

    private static func read(_ files: StoreFiles) throws(StorageError) -> Manifest? {
        guard let bytes = try contents(files) else { return nil }
        do throws(StorageError) {
            return try Manifest(decoding: bytes)
        } catch {
            // Once more: a fault on the way from the disk is not damage on it.
            guard let again = try contents(files) else { throw error }
            return try Manifest(decoding: again)
        }
    }

    private static func contents(_ files: StoreFiles) throws(StorageError) -> [UInt8]? {
        do throws(FileError) {
            let file = try files.system.open(files.manifest, .read)
            return try file.bytes(at: 0, count: min(try file.size(), Manifest.bytesMax))
        } catch {
            if error.code == .notFound { return nil }
            throw StorageError(error)
        }
    }

    /// Makes `next` the durable manifest, one generation on.
    /// - Throws: the old one is still in force, unless `failure` is set.
    mutating func replace(by next: Manifest) throws(StorageError) {
        if let failure { throw failure }
        var next = next
        next.generation = current.generation + 1
        let path = files.manifest + ".new"
        let (system, bytes) = (files.system, next.encoded())
        try onDisk { () throws(FileError) in
            if system.exists(path) { try system.remove(path) }
            let file = try system.open(path, .create)
            try file.write(bytes, at: 0)
            try file.sync()
        }
        do throws(FileError) {
            try system.rename(path, to: files.manifest)
            try system.syncDirectory(files.root)
        } catch {
            failure = StorageError(error)
            throw StorageError(error)
        }
        current = next
    }
}
