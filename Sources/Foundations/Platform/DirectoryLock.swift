import Glibc

/// Keeps a data directory to one server: two that write the same files would ruin both.
///
///     let lock = try DirectoryLock(directory)      // throws: another process holds it
///     …                                            // held until `lock` goes
///
/// A lock of the kernel (flock) on the file `LOCK`, so it ends with the process however that dies; the file itself stays.
package final class DirectoryLock: Sendable {
    private let descriptor: Int32

    package init(_ directory: String) throws(FileError) {
        let path = directory + "/LOCK"
        let opened = uninterrupted { open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
        guard opened >= 0 else { throw FileError(errno, "lock", directory) }
        descriptor = opened
        guard uninterrupted({ flock(opened, LOCK_EX | LOCK_NB) }) == 0 else {
            let failure = errno
            guard failure == EWOULDBLOCK else { throw FileError(failure, "lock", directory) }
            throw FileError(
                code: .other(failure), message: "cannot lock \(directory): process \(Self.owner(opened)) uses it")
        }
        Self.sign(opened)
    }

    deinit { close(descriptor) }

    /// The process number the owner wrote, for the message only.
    private static func owner(_ descriptor: Int32) -> String {
        var text = [UInt8](repeating: 0, count: 20)
        let count = pread(descriptor, &text, text.count, 0)
        let digits = text.prefix(max(0, count)).prefix { $0 &- 48 < 10 }
        return digits.isEmpty ? "of unknown number" : String(decoding: digits, as: UTF8.self)
    }

    private static func sign(_ descriptor: Int32) {
        let text = Array("\(getpid())\n".utf8)
        // Only a hint for people: the lock holds whether or not the number could be written.
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
    }
}
