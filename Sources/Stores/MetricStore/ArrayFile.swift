import Bytes
import Platform
import SignalModel

/// A file of numbered arrays, each with its own checksum: written from memory and read into memory without a second copy of it.
///
///     [8 B magic] then for each array: [8 B bytes][8 B XXH3-64 of them, the array's number as seed][bytes][zeros up to a multiple of 8]
///
/// Elements are as memory has them: little-endian.
struct ArrayFileWriter {
    private let file: any File
    private var offset: Int
    private var number: UInt64 = 0

    init(_ file: any File, magic: UInt64) throws(FileError) {
        self.file = file
        offset = 0
        try write([magic])
    }

    mutating func append<Element: BitwiseCopyable>(_ array: [Element]) throws(FileError) {
        let (bytes, checksum) = array.withUnsafeBytes { ($0.count, Checksum.xxh3($0, seed: number)) }
        try write([UInt64(bytes), checksum])
        try write(array)
        try write([UInt8](repeating: 0, count: (8 - bytes % 8) % 8))
        number += 1
    }

    func finish() throws(FileError) { try file.sync() }

    private mutating func write<Element: BitwiseCopyable>(_ array: [Element]) throws(FileError) {
        guard !array.isEmpty else { return }
        var failure: FileError?
        let (file, offset) = (file, offset)
        array.withUnsafeBytes { bytes in
            do throws(FileError) { try file.write(bytes, at: offset) } catch { failure = error }
        }
        if let failure { throw failure }
        self.offset += array.count * MemoryLayout<Element>.stride
    }
}

struct ArrayFileReader {
    private let file: any File
    private let size: Int
    private var offset = 8
    private var number: UInt64 = 0

    /// - Throws: `.corrupt` when the file does not begin with `magic`.
    init(_ file: any File, magic: UInt64) throws(StorageError) {
        self.file = file
        size = try Self.onDisk { () throws(FileError) in try file.size() }
        guard size >= 8, try Self.array(of: UInt64.self, count: 1, file, 0) == [magic] else { throw Self.corrupt("it is of another kind") }
    }

    /// The next array.
    /// - Throws: `.corrupt` when it is not whole, or has not `count` elements.
    mutating func next<Element: BitwiseCopyable>(_ type: Element.Type, count: Int? = nil) throws(StorageError) -> [Element] {
        guard offset + 16 <= size else { throw Self.corrupt("it ends early") }
        let head = try Self.array(of: UInt64.self, count: 2, file, offset)
        let stride = MemoryLayout<Element>.stride
        guard head.count == 2, head[0] <= UInt64(size - offset - 16), Int(head[0]) % stride == 0,
            count.map({ $0 * stride == Int(head[0]) }) ?? true
        else { throw Self.corrupt("array \(number) has a length that does not fit") }
        let array = try Self.array(of: type, count: Int(head[0]) / stride, file, offset + 16)
        let seed = number
        guard array.count * stride == Int(head[0]), array.withUnsafeBytes({ Checksum.xxh3($0, seed: seed) }) == head[1] else {
            throw Self.corrupt("array \(number) is damaged")
        }
        offset += 16 + (Int(head[0]) + 7) / 8 * 8
        number += 1
        return array
    }

    /// - Throws: `.corrupt` when there is more.
    func expectEnd() throws(StorageError) {
        guard offset == size else { throw Self.corrupt("there is more in it than should be") }
    }

    static func corrupt(_ why: String) -> StorageError {
        StorageError(code: .corrupt, message: "cannot read the stored series: \(why)")
    }

    private static func array<Element: BitwiseCopyable>(
        of type: Element.Type, count: Int, _ file: any File, _ offset: Int
    ) throws(StorageError) -> [Element] {
        var failure: FileError?
        let array = [Element](unsafeUninitializedCapacity: count) { buffer, filled in
            // The array may have more room than it was asked for.
            let target = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
            do throws(FileError) { filled = try file.read(into: target, at: offset) / MemoryLayout<Element>.stride } catch { failure = error }
        }
        if let failure { throw StorageError(code: .inputOutput, message: failure.message) }
        return array
    }

    private static func onDisk<Result>(_ body: () throws(FileError) -> Result) throws(StorageError) -> Result {
        do throws(FileError) { return try body() } catch { throw StorageError(code: .inputOutput, message: error.message) }
    }
}
