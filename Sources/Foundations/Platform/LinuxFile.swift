import CPlatform
import Glibc

/// A file descriptor, closed with its last reference. Reads and writes never move a shared position.
final class LinuxFile: File {
    private let descriptor: Int32
    private let path: String

    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int {
        guard let start = buffer.baseAddress else { return 0 }
        var done = 0
        while done < buffer.count {
            let count = uninterrupted { pread(descriptor, start + done, buffer.count - done, offset + done) }
            guard count >= 0 else { throw FileError(errno, "read", path) }
            if count == 0 { break }
            done += count
        }
        return done
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
        guard let start = bytes.baseAddress else { return }
        var done = 0
        while done < bytes.count {
            let count = uninterrupted { pwrite(descriptor, start + done, bytes.count - done, offset + done) }
            // POSIX lets a write of more than nothing return 0 only for odd devices; there it would never end.
            guard count > 0 else { throw FileError(count == 0 ? EIO : errno, "write", path) }
            done += count
        }
    }

    func beginWriteOut(_ range: Range<Int>) { gw_begin_write_out(descriptor, Int64(range.lowerBound), Int64(range.count)) }

    // fdatasync also makes a changed size durable, since the data could not be read back without it; it spares the time stamps.
    // Not repeated on EINTR either: after any failure the kernel may have dropped the dirty pages.
    func sync() throws(FileError) {
        guard fdatasync(descriptor) == 0 else { throw FileError(errno, "sync", path) }
    }

    func size() throws(FileError) -> Int {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw FileError(errno, "ask for the size of", path) }
        return Int(facts.st_size)
    }

    func truncate(to size: Int) throws(FileError) {
        guard uninterrupted({ ftruncate(descriptor, size) }) == 0 else { throw FileError(errno, "truncate", path) }
    }
}
