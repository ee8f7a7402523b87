import Glibc
import Platform

/// A folder on disk and everything below it.
struct Folder: Sendable {
    let path: String

    init(_ path: String) { self.path = path }

    /// What the files below it hold, those in folders of the given names left out.
    func bytes(without excluded: Set<String> = []) throws -> Int {
        var sum = 0
        for name in try LinuxFileSystem().list(path) where !excluded.contains(name) {
            var facts = stat()
            let entry = path + "/" + name
            guard lstat(entry, &facts) == 0 else { continue }  // gone meanwhile
            sum += Self.isFolder(facts) ? try Folder(entry).bytes(without: excluded) : Int(facts.st_size)
        }
        return sum
    }

    /// Removes it with everything in it; no error when it is not there.
    func remove() throws {
        let files = LinuxFileSystem()
        guard files.exists(path) else { return }
        for name in try files.list(path) {
            var facts = stat()
            let entry = path + "/" + name
            guard lstat(entry, &facts) == 0 else { continue }
            if Self.isFolder(facts) { try Folder(entry).remove() } else { try files.remove(entry) }
        }
        try files.remove(path)
    }

    private static func isFolder(_ facts: stat) -> Bool { facts.st_mode & S_IFMT == S_IFDIR }

    /// All of a file, one of `/proc` included, whose size is not known before it is read.
    static func contents(of path: String) throws -> [UInt8] {
        let file = try LinuxFileSystem().open(path, .read)
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = try piece.withUnsafeMutableBytes { try file.read(into: $0, at: bytes.count) }
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
        }
    }
}
