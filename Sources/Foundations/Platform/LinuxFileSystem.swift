// The real file system: plain Linux calls, each failure told as "cannot <verb> <path>: <why>".

import Glibc

/// Files and directories of this machine. New ones are readable by their owner only.
package struct LinuxFileSystem: FileSystem {
    package init() {}

    package func open(_ path: String, _ mode: FileMode) throws(FileError) -> any File {
        let flags: Int32
        switch mode {
        case .read: flags = O_RDONLY
        case .update: flags = O_RDWR
        case .create: flags = O_RDWR | O_CREAT | O_EXCL
        }
        let descriptor = uninterrupted { Glibc.open(path, flags | O_CLOEXEC, 0o600) }
        guard descriptor >= 0 else { throw FileError(errno, mode == .create ? "create" : "open", path) }
        return LinuxFile(descriptor: descriptor, path: path)
    }

    package func createDirectory(_ path: String) throws(FileError) {
        if mkdir(path, 0o700) == 0 { return }
        let failure = errno
        if failure == EEXIST, isDirectory(path) { return }
        guard failure == ENOENT, let parent = parent(of: path) else { throw FileError(failure, "create directory", path) }
        try createDirectory(parent)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST && isDirectory(path) else {
            throw FileError(errno, "create directory", path)
        }
    }

    package func list(_ directory: String) throws(FileError) -> [String] {
        guard let stream = opendir(directory) else { throw FileError(errno, "list", directory) }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            // An entry ends with its name, before the end of the declared struct: never copy the whole.
            let name = UnsafeRawPointer(entry) + MemoryLayout<dirent>.offset(of: \dirent.d_name)!
            names.append(String(cString: name.assumingMemoryBound(to: CChar.self)))
        }
        guard errno == 0 else { throw FileError(errno, "list", directory) }
        return names.filter { $0 != "." && $0 != ".." }.sorted()
    }

    package func rename(_ path: String, to target: String) throws(FileError) {
        guard Glibc.rename(path, target) == 0 else { throw FileError(errno, "rename", "\(path) to \(target)") }
    }

    package func remove(_ path: String) throws(FileError) {
        if unlink(path) == 0 { return }
        guard errno == EISDIR else { throw FileError(errno, "remove", path) }
        guard rmdir(path) == 0 else { throw FileError(errno, "remove directory", path) }
    }

    package func syncDirectory(_ path: String) throws(FileError) {
        let descriptor = uninterrupted { Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw FileError(errno, "sync directory", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError(errno, "sync directory", path) }
    }

    /// Nobody but its owner can read or write the file, going by its mode.
    package func isPrivate(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & 0o077 == 0
    }

    package func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    package func freeBytes(at path: String) throws(FileError) -> Int {
        var figures = statvfs()
        guard uninterrupted({ statvfs(path, &figures) }) == 0 else { throw FileError(errno, "ask for free space at", path) }
        let (bytes, overflow) = UInt64(figures.f_bavail).multipliedReportingOverflow(by: UInt64(figures.f_frsize))
        return overflow ? .max : Int(clamping: bytes)
    }

    private func isDirectory(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }

    private func parent(of path: String) -> String? {
        let trimmed = path.last == "/" ? path.dropLast() : path[...]
        guard let slash = trimmed.lastIndex(of: "/"), slash > trimmed.startIndex else { return nil }
        return String(trimmed[..<slash])
    }
}

/// Repeats a call that a signal broke off.
@inline(__always)
func uninterrupted<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}

extension FileError {
    /// The error for a failed call; `number` is its errno.
    init(_ number: Int32, _ verb: String, _ path: String) {
        let code: Code =
            switch number {
            case ENOENT: .notFound
            case EEXIST, ENOTEMPTY: .exists
            case ENOSPC, EDQUOT: .noSpace
            case EIO: .inputOutput
            case EACCES, EPERM, EROFS: .permission
            default: .other(number)
            }
        self.init(code: code, message: "cannot \(verb) \(path): \(describe(errno: number))")
    }
}

/// The system's words for an errno, with a small first letter as our messages have.
func describe(errno number: Int32) -> String {
    let words = String(cString: strerror(number))
    // "Input/output error" → "input/output error", but "RPC …" stays.
    guard let first = words.first, words.dropFirst().first?.isLowercase == true else { return words }
    return first.lowercased() + words.dropFirst()
}
