import Bytes
import Platform
import SignalModel

/// A folder of small files that must not leave anything behind when they go.
struct KeyFolder: Sendable {
    private static let fileBytesMax = 1 << 20
    private let directory: String
    private let files: any FileSystem

    init(directory: String, files: any FileSystem) throws(StorageError) {
        self.directory = directory
        self.files = files
        try Self.onDisk { () throws(FileError) in try files.createDirectory(directory) }
    }

    /// Names and bytes of the files with this ending.
    func contents(suffix: String) throws(StorageError) -> [(name: String, bytes: [UInt8])] {
        var found: [(name: String, bytes: [UInt8])] = []
        for name in try Self.onDisk({ () throws(FileError) in try files.list(directory) }) where name.hasSuffix(suffix) {
            found.append((name, try Self.onDisk { () throws(FileError) in try read(directory + "/" + name) }))
        }
        return found
    }

    private func read(_ path: String) throws(FileError) -> [UInt8] {
        let file = try files.open(path, .read)
        var bytes = [UInt8](repeating: 0, count: min(try file.size(), Self.fileBytesMax))
        var failure: FileError?
        let count = bytes.withUnsafeMutableBytes { buffer -> Int in
            do throws(FileError) { return try file.read(into: buffer, at: 0) } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        return Array(bytes.prefix(count))
    }

    /// Durable, and in place of an older one, when it returns.
    func write(_ bytes: [UInt8], as name: String) throws(StorageError) {
        let path = directory + "/" + name, draft = path + ".new"
        try Self.onDisk { () throws(FileError) in
            if files.exists(draft) { try files.remove(draft) }
            let file = try files.open(draft, .create)
            try Self.write(bytes, to: file)
            try file.sync()
            try files.rename(draft, to: path)
            try files.syncDirectory(directory)
        }
    }

    /// Overwrites and removes; no error when it is not there.
    func erase(_ name: String) throws(StorageError) {
        let path = directory + "/" + name
        try Self.onDisk { () throws(FileError) in
            guard files.exists(path) else { return }
            try overwrite(path)
            try files.remove(path)
            try files.syncDirectory(directory)
        }
    }

    private func overwrite(_ path: String) throws(FileError) {
        let file = try files.open(path, .update)
        try Self.write([UInt8](repeating: 0, count: try file.size()), to: file)
        try file.sync()
    }

    private static func write(_ bytes: [UInt8], to file: any File) throws(FileError) {
        var failure: FileError?
        bytes.withUnsafeBytes { buffer in
            do throws(FileError) { try file.write(buffer, at: 0) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private static func onDisk<Result>(_ body: () throws(FileError) -> Result) throws(StorageError) -> Result {
        do throws(FileError) { return try body() } catch {
            throw StorageError(code: error.code == .noSpace ? .noSpace : .inputOutput, message: error.message)
        }
    }
}

/// `[8 B magic][body][8 B XXH3 of all before]`
enum KeyFile {
    static func bytes(_ body: [UInt8], magic: String) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(bytes: magic.utf8)
        writer.append(bytes: body)
        writer.append(uint64: Checksum.xxh3(writer.bytes))
        return writer.bytes
    }

    static func read<Result>(
        _ bytes: [UInt8], magic: String, _ name: String, _ body: (inout ByteReader) throws(BytesError) -> Result
    ) throws(StorageError) -> Result {
        let sum = bytes.suffix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let whole = Array(bytes.dropLast(8))
        guard bytes.count >= 16, bytes.prefix(8).elementsEqual(magic.utf8), sum == Checksum.xxh3(whole) else {
            throw StorageError(code: .corrupt, message: "cannot read key file \(name): it is damaged, or of another kind")
        }
        do throws(BytesError) { return try ByteReader.reading(Array(whole.dropFirst(8)), body) } catch {
            throw StorageError(code: .corrupt, message: "cannot read key file \(name): \(error.message)")
        }
    }
}
