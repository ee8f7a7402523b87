import Bytes
import Platform
import SignalModel

/// The end of the journal, where records are written. Used by the committer only.
///
///     try journal.append(group)       // one write, one sync: all of the group is durable, or nothing may be appended any more
struct Journal {
    /// A request's payload, encoded and summed by whoever sent it.
    struct Entry: Sendable {
        let id: BatchID
        let payload: [UInt8]
        let checksum: UInt64

        init(id: BatchID, payload: [UInt8], salt: UInt64) {
            self.id = id
            self.payload = payload
            checksum = Checksum.xxh3(payload, seed: salt)
        }

        var storedBytes: Int { JournalRecord.storedBytes(payload: payload.count) }
    }

    /// The buffer is not kept after a group of few but huge commits.
    private static let keptBytesMax = 8 << 20

    private let files: JournalFiles
    private let fileBytes: Int
    private let pageBytes: Int
    private let salt: UInt64
    private var file: (any File)?
    private var generation: UInt64 = 0
    private var offset = 0
    /// Of the last durable record.
    private(set) var lastSequence: UInt64
    private var buffer = ByteWriter()

    init(_ files: JournalFiles, fileBytes: Int, pageBytes: Int, salt: UInt64, lastSequence: UInt64) {
        self.files = files
        self.fileBytes = fileBytes
        self.pageBytes = pageBytes
        self.salt = salt
        self.lastSequence = lastSequence
    }

    /// Writes the entries one after the other and syncs them; the first gets `lastSequence + 1`.
    /// - Throws: what the file system threw. What is on disk is unknown then: never append again.
    mutating func append(_ entries: [Entry]) throws(FileError) {
        let size = entries.reduce(0) { $0 + $1.storedBytes }
        let file = try file(for: size)
        gather(entries, size)
        try file.write(buffer.bytes, at: offset)
        try file.sync()
        offset += size
        lastSequence += UInt64(entries.count)
    }

    /// Nothing is appended any more.
    mutating func close() {
        if file != nil { files.close(last: lastSequence) }
        file = nil
    }

    private mutating func file(for size: Int) throws(FileError) -> any File {
        if let file, offset + size <= fileBytes { return file }
        let (next, generation) = try files.advance(last: file == nil ? nil : lastSequence)
        (file, self.generation, offset) = (next, generation, 0)
        return next
    }

    private mutating func gather(_ entries: [Entry], _ size: Int) {
        buffer.bytes.removeAll(keepingCapacity: buffer.bytes.capacity <= Self.keptBytesMax)
        buffer.bytes.reserveCapacity(size + pageBytes)
        for (index, entry) in entries.enumerated() {
            let record = JournalRecord(
                generation: generation, sequence: lastSequence + 1 + UInt64(index), durableThrough: lastSequence, id: entry.id,
                payloadBytes: entry.payload.count, payloadChecksum: entry.checksum)
            record.append(with: entry.payload, to: &buffer, salt: salt)
        }
        let end = offset + size
        let pageEnd = min(fileBytes, (end + pageBytes - 1) / pageBytes * pageBytes)
        if pageEnd > end { buffer.bytes.append(contentsOf: repeatElement(0, count: pageEnd - end)) }
    }
}
