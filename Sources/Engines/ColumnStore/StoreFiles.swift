import Bytes
import Platform
import SignalModel
import Synchronization

/// Where everything lies in the data directory.
///
///     MANIFEST                        the list of parts
///     journal/<generation>.journal    16 hex digits; spare-<generation> are to be used again
///     parts/<number>.part             16 hex digits
///     damaged/                        parts set aside, for a person to look at
final class StoreFiles: Sendable {
    let system: any FileSystem
    let root: String
    /// Files nobody reads any more, to be removed by whoever may block.
    private let garbage = Mutex<[Garbage]>([])

    struct Garbage: Sendable {
        let part: UInt64
        /// It has damaged blocks: kept under `damaged/`.
        let isDamaged: Bool
    }

    init(system: any FileSystem, root: String) {
        self.system = system
        self.root = root
    }

    var journal: String { root + "/journal" }
    var parts: String { root + "/parts" }
    var damaged: String { root + "/damaged" }
    var manifest: String { root + "/MANIFEST" }

    func part(_ number: UInt64) -> String { parts + "/" + Self.name(part: number) }
    func damagedPart(_ number: UInt64) -> String { damaged + "/" + Self.name(part: number) }
    static func name(part number: UInt64) -> String { Hex.encode(number) + ".part" }

    static func number(_ name: String, suffix: String) -> UInt64? {
        guard name.hasSuffix(suffix), name.utf8.count == 16 + suffix.utf8.count else { return nil }
        return UInt64(name.prefix(16), radix: 16)
    }

    /// Makes what is missing, and makes it durable up to the first directory that was there. `root` itself is synced with the manifest.
    func createDirectories() throws(FileError) {
        var directory = root
        var parents = [Self.parent(of: root)]
        while !system.exists(directory), let parent = parents.last, parent != directory {
            directory = parent
            parents.append(Self.parent(of: directory))
        }
        for directory in [root, journal, parts, damaged] { try system.createDirectory(directory) }
        for parent in parents { try syncIfAllowed(parent) }
    }

    /// Not everyone may open the directories above: those were there before us then.
    private func syncIfAllowed(_ directory: String) throws(FileError) {
        do throws(FileError) {
            try system.syncDirectory(directory)
        } catch {
            if error.code != .permission { throw error }
        }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    func discard(part: UInt64, isDamaged: Bool) { garbage.withLock { $0.append(Garbage(part: part, isDamaged: isDamaged)) } }

    /// Removes the parts that were discarded. A file that cannot be removed is left for the next start.
    /// - Parameters:
    ///   - step: bytes that are given back at once.
    ///   - rest: called before each step of removing a longer file; false when there is no time for more of them.
    /// - Returns: the first failure.
    func removeGarbage(step: Int, rest: () -> Bool) -> FileError? {
        let files = garbage.withLock { files in
            defer { files = [] }
            return files
        }
        var failure: FileError?
        for file in files {
            do throws(FileError) {
                if file.isDamaged {
                    try system.rename(part(file.part), to: damagedPart(file.part))
                } else {
                    try remove(part(file.part), step: step, rest: rest)
                }
            } catch { failure = failure ?? error }
        }
        return failure
    }

    /// Shortens a long file from its end before it removes it: a file system that tells the disk of freed space makes every sync wait for all of
    /// what was freed at once. Nobody reads the file any more, and no manifest names it.
    private func remove(_ path: String, step: Int, rest: () -> Bool) throws(FileError) {
        let file = try system.open(path, .update)
        var size = try file.size()
        while size > step, rest() {
            size -= step
            try file.truncate(to: size)
        }
        try system.remove(path)
    }

    /// Asks the file system: a few calls for each journal file.
    func figures() throws(FileError) -> StoreFigures.Disk {
        var figures = StoreFigures.Disk()
        for name in try system.list(journal) {
            do throws(FileError) {
                figures.journalBytes += try system.open(journal + "/" + name, .read).size()
                figures.journalFiles += 1
            } catch {
                guard error.code == .notFound else { throw error }  // used again under another name meanwhile
            }
        }
        figures.damagedFiles = try system.list(damaged).count
        return figures
    }
}

extension File {
    /// `count` bytes from `offset` on; fewer only at the end of the file.
    func bytes(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
        var failure: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            // The array may have more room than it was asked for.
            let target = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count])
            do throws(FileError) { filled = try read(into: target, at: offset) } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
        var failure: FileError?
        bytes.withUnsafeBytes { raw in
            do throws(FileError) { try write(raw, at: offset) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}
