import Bytes
import Platform
import SignalModel
import Synchronization

/// A section as it goes from one part into another: out of its envelope, still compressed.
struct PackedSection {
    let bytes: [UInt8]
    let compression: Envelope.Compression
    let plainBytes: Int
}

/// Reads and opens sections of one block while somebody decodes it, and holds the memory for that as long as it lives.
final class BlockOpening: Sendable {
    private let part: PartIndex
    private let place: Int
    private let block: PartIndex.Block
    private let context: StoreContext
    private let memory: MemoryBudget?
    private let file: any File
    /// What decoding makes of the sections is expected to be about as large as they are.
    private let decodes: Bool
    /// The whole block as it is on disk, when it was read at once.
    private let whole: [UInt8]?
    private let held: Mutex<[MemoryReservation]>

    init(
        of part: PartIndex, _ place: Int, context: StoreContext, memory: MemoryBudget?, decodes: Bool, readsAll: Bool
    ) throws(StorageError) {
        self.part = part
        self.place = place
        self.context = context
        self.memory = memory
        self.decodes = decodes
        block = part.blocks[place]
        let path = context.files.part(part.number)
        file = try onDisk { () throws(FileError) in try context.files.system.open(path, .read) }
        let reservation = readsAll ? try memory?.reserving(block.storedBytes, for: "block of part \(part.number)") : nil
        held = Mutex(reservation.map { [$0] } ?? [])
        whole = readsAll ? try Self.read(file, part.number, block.offset, block.storedBytes) : nil
    }

    func sections(_ wanted: [Int]) throws(StorageError) -> [[UInt8]] {
        try reserve(wanted)
        guard whole == nil else {
            var opened: [[UInt8]] = []
            for section in wanted { opened.append(try plain(section, from: whole, at: block.offset)) }
            return opened
        }
        var found: [Int: [UInt8]] = [:]
        for run in Self.neighbours(wanted) {
            let start = offset(of: run.lowerBound)
            let bytes = try Self.read(file, part.number, start, offset(of: run.upperBound) - start)
            for section in run { found[section] = try plain(section, from: bytes, at: start) }
        }
        return wanted.map { found[$0]! }
    }

    /// All sections, checked, and still compressed.
    /// - Precondition: the block was read at once.
    func packed() throws(StorageError) -> [PackedSection] {
        var sections: [PackedSection] = []
        for section in block.sections.indices {
            sections.append(
                try twice(section, from: whole, at: block.offset) { envelope, key, bound throws(BytesError) in
                    PackedSection(
                        bytes: try envelope.packed(key: key, additional: bound), compression: envelope.compression, plainBytes: envelope.plainBytes)
                })
        }
        return sections
    }

    private func reserve(_ wanted: [Int]) throws(StorageError) {
        guard let memory else { return }
        let bytes = wanted.reduce(0) { sum, section in
            let section = block.sections[section]
            return sum + (whole == nil ? section.storedBytes : 0) + section.plainBytes * (decodes ? 2 : 1)
        }
        let reservation = try memory.reserving(bytes, for: "block of part \(part.number)")
        held.withLock { $0.append(reservation) }
    }

    /// Runs of sections that lie beside each other.
    private static func neighbours(_ wanted: [Int]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for section in Set(wanted).sorted() {
            if let last = runs.last, last.upperBound == section {
                runs[runs.count - 1] = last.lowerBound..<(section + 1)
            } else {
                runs.append(section..<(section + 1))
            }
        }
        return runs
    }

    private func offset(of section: Int) -> Int { block.sections[..<section].reduce(block.offset) { $0 + $1.storedBytes } }

    private func plain(_ section: Int, from bytes: [UInt8]?, at start: Int) throws(StorageError) -> [UInt8] {
        try twice(section, from: bytes, at: start) { envelope, key, bound throws(BytesError) in
            try envelope.opened(key: key, additional: bound)
        }
    }

    /// Takes a section out of its envelope; reads it again when that fails: a fault on the way from the disk is not damage on it.
    /// - Parameter bytes: a stretch of the file that holds the section, from `start` on.
    private func twice<Result>(
        _ section: Int, from bytes: [UInt8]?, at start: Int, _ body: (Envelope, SecretKey?, _ bound: [UInt8]) throws(BytesError) -> Result
    ) throws(StorageError) -> Result {
        let place = offset(of: section)
        let count = block.sections[section].storedBytes
        do throws(StorageError) {
            return try once(section, bytes!, from: place - start, count: count, body)
        } catch {
            guard error.code == .corrupt else { throw error }
            return try once(section, try Self.read(file, part.number, place, count), from: 0, count: count, body)
        }
    }

    private func once<Result>(
        _ section: Int, _ bytes: [UInt8], from start: Int, count: Int,
        _ body: (Envelope, SecretKey?, _ bound: [UInt8]) throws(BytesError) -> Result
    ) throws(StorageError) -> Result {
        let scope = block.header.scope
        let key = try context.cipher.key(scope.key)
        let bound =
            key == nil
            ? [] : part.format.additional(section: section, part: part.number, block: place, table: part.table, scope: scope)
        let plainBytes = block.sections[section].plainBytes
        return try decoding("section \(section) of block \(place) of part \(part.number)", bytes) { reader throws(BytesError) in
            try reader.skip(start)
            var own = ByteReader(try reader.bytes(count))
            let envelope = try Envelope(&own)
            try own.expectEnd()
            guard envelope.plainBytes == plainBytes else {
                throw BytesError(code: .malformed, message: "cannot open envelope: its length is not the index's")
            }
            return try body(envelope, key, bound)
        }
    }

    /// May be short when the file is; what lies beyond its end then fails its check.
    private static func read(_ file: any File, _ part: UInt64, _ offset: Int, _ count: Int) throws(StorageError) -> [UInt8] {
        try onDisk { () throws(FileError) in try file.bytes(at: offset, count: count) }
    }
}
