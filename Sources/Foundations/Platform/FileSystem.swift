// The only door to files. The real one is `LinuxFileSystem`; tests use a simulated one that refuses, lies and loses power.

/// Why a file call failed.
package struct FileError: Error, Sendable {
    package enum Code: Sendable, Equatable {
        case notFound, exists, noSpace, inputOutput, permission, other(Int32)
    }

    package let code: Code
    /// "cannot <verb> <path>: <why>"
    package let message: String

    package init(code: Code, message: String) {
        self.code = code
        self.message = message
    }
}

/// An open file. Reads and writes name their offset, so one file may be used from several threads.
package protocol File: AnyObject, Sendable {
    /// Fills `buffer` from `offset` on.
    /// - Returns: the number of bytes read; less than asked only at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int

    /// Writes all of `bytes` at `offset`; the file grows as needed. Durable only after `sync()`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError)

    /// Asks that what was written there begin to go to the disk, and does not wait: so a long file's `sync()` has little left to do, and others'
    /// syncs do not queue behind it. Promises nothing.
    func beginWriteOut(_ range: Range<Int>)

    /// Makes what was written durable (data and size). After a failure the file's state is unknown: never retry.
    func sync() throws(FileError)

    func size() throws(FileError) -> Int
    func truncate(to size: Int) throws(FileError)
}

extension File {
    package func beginWriteOut(_ range: Range<Int>) {}
}

package enum FileMode: Sendable {
    case read
    /// Reads and writes; fails with `.notFound` when it is not there.
    case update
    /// Reads and writes; fails with `.exists` when it is already there.
    case create
}

/// Paths are plain strings with `/`; a directory entry (creation, rename, removal) is durable only after `syncDirectory` of its parent.
package protocol FileSystem: Sendable {
    func open(_ path: String, _ mode: FileMode) throws(FileError) -> any File
    /// Creates the directory and its missing parents; no error when it is there.
    func createDirectory(_ path: String) throws(FileError)
    /// Names of the entries, sorted, without `.` and `..`.
    func list(_ directory: String) throws(FileError) -> [String]
    /// Replaces `target` if it is there, atomically.
    func rename(_ path: String, to target: String) throws(FileError)
    /// Removes a file, or an empty directory.
    func remove(_ path: String) throws(FileError)
    func syncDirectory(_ path: String) throws(FileError)
    func exists(_ path: String) -> Bool
    /// Bytes that may still be written on the volume that holds `path`.
    func freeBytes(at path: String) throws(FileError) -> Int
}

extension FileSystem {
    /// A whole small file.
    /// - Throws: when it has more than `bytesMax`, and what `open` and `read` throw.
    package func contents(of path: String, bytesMax: Int) throws -> [UInt8] {
        let file = try open(path, .read)
        let size = try file.size()
        guard size <= bytesMax else { throw FileError(code: .other(27 /* EFBIG */), message: "cannot read \(path): it has \(size) bytes, and \(bytesMax) are read") }
        var bytes = [UInt8](repeating: 0, count: size)
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        return Array(bytes.prefix(count))
    }
}
