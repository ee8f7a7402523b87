package import Bytes
import Platform

/// The key under which secrets are sealed in the catalog: a file of its own, so that a copy of the catalog alone gives nothing away.
///
/// `access.key` in the data directory, mode 0600: 64 hexadecimal digits and a line feed.
package struct SealingKeyFile: Sendable {
    private let path: String
    private let directory: String
    private let files = LinuxFileSystem()

    package init(directory: String) {
        path = directory + "/access.key"
        self.directory = directory
    }

    package var isThere: Bool { files.exists(path) }

    /// - Throws: `FileError`; `AccessError` `.keyFile` for a file that holds no key.
    package func read() throws -> SecretKey {
        let file = try files.open(path, .read)
        guard files.isPrivate(path) else {
            throw AccessError(code: .keyFile, message: "cannot use \(path): others may read it; chmod 600 it, and make new keys if they did")
        }
        var bytes = [UInt8](repeating: 0, count: 80)
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        let digits = String(decoding: bytes.prefix(count), as: UTF8.self).filter { !$0.isNewline }
        guard let key = Hex.decode(digits).flatMap({ SecretKey($0) }) else {
            throw AccessError(code: .keyFile, message: "cannot use \(path): it holds no key of 64 hexadecimal digits")
        }
        return key
    }

    /// Makes the key, durable when it returns. Two processes must not come here at once; `AccessBook` calls it within a write of the
    /// catalog, which one process can make at a time.
    func make(_ random: RandomSource) throws -> SecretKey {
        let new = path + ".new"
        if files.exists(new) { try files.remove(new) }  // of a crash in the middle of this
        let file = try files.open(new, .create)
        try (Hex.encode(random.bytes(SecretKey.byteCount)) + "\n").utf8.withContiguousStorageIfAvailable { bytes in
            try file.write(UnsafeRawBufferPointer(bytes), at: 0)
        }
        try file.sync()
        try files.rename(new, to: path)
        try files.syncDirectory(directory)
        return try read()
    }
}
