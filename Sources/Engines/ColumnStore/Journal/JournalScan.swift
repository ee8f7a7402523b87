import Bytes
import Platform
import SignalModel

/// Finds the whole records of one journal file, through a window of it in memory.
struct JournalScan {
    private static let windowBytes = 1 << 20

    let file: any File
    let generation: UInt64
    private let salt: UInt64
    private let size: Int
    private var window: [UInt8] = []
    private var windowStart = 0

    init(_ file: any File, generation: UInt64, salt: UInt64) throws(StorageError) {
        self.file = file
        self.generation = generation
        self.salt = salt
        size = try onDisk { () throws(FileError) in try file.size() }
    }

    /// The record that begins at `offset`, checked to its last byte; nil when there is none.
    ///
    /// What fails its check is read a second time: a fault on the way from the disk is not damage on it.
    mutating func record(at offset: Int) throws(StorageError) -> JournalRecord? {
        if let record = try wholeRecord(at: offset) { return record }
        guard try mayBeRecord(at: offset) else { return nil }
        window = []
        return try wholeRecord(at: offset)
    }

    /// The payload of the record that was found at `offset`.
    mutating func payload(of record: JournalRecord, at offset: Int) throws(StorageError) -> [UInt8] {
        let start = offset + JournalRecord.headBytes
        guard try fill(from: offset, to: start + record.payloadBytes) else { return [] }
        return Array(window[(start - windowStart)..<(start - windowStart + record.payloadBytes)])
    }

    /// What follows damage at an offset.
    struct Rest {
        /// Where the first whole record begins.
        let firstOffset: Int
        /// The last sequence that any record there knows to be durable.
        let durableThrough: UInt64
    }

    /// Looks through everything after `offset`; nil when there is no whole record.
    mutating func rest(after offset: Int) throws(StorageError) -> Rest? {
        guard let first = try nextRecord(after: offset) else { return nil }
        var durable: UInt64 = 0
        var found: (record: JournalRecord, offset: Int)? = first
        while let one = found {
            durable = max(durable, one.record.durableThrough)
            found = try nextRecord(after: one.offset + one.record.storedBytes - JournalRecord.alignment)
        }
        return Rest(firstOffset: first.offset, durableThrough: durable)
    }

    /// The first whole record that begins after `offset`, and where.
    mutating func nextRecord(after offset: Int) throws(StorageError) -> (record: JournalRecord, offset: Int)? {
        var place = offset + JournalRecord.alignment
        while try fill(from: place, to: place + JournalRecord.headBytes) {
            let windowEnd = windowStart + window.count
            guard let candidate = nextMagic(from: place) else {
                // Aligned, and so that the next window begins with what could not be a whole head in this one.
                place += (windowEnd - place - JournalRecord.headBytes) / JournalRecord.alignment * JournalRecord.alignment
                place += JournalRecord.alignment
                continue
            }
            if let record = try wholeRecord(at: candidate) { return (record, candidate) }
            place = candidate + JournalRecord.alignment
        }
        return nil
    }

    /// The first place in the window, from `offset` on in steps of eight, where a head may begin. The one long loop at start.
    private func nextMagic(from offset: Int) -> Int? {
        window.withUnsafeBytes { window in
            var place = offset - windowStart
            while place + JournalRecord.headBytes <= window.count {
                if window.loadUnaligned(fromByteOffset: place, as: UInt32.self) == JournalRecord.magic.littleEndian {
                    return windowStart + place
                }
                place += JournalRecord.alignment
            }
            return nil
        }
    }

    private mutating func wholeRecord(at offset: Int) throws(StorageError) -> JournalRecord? {
        guard try fill(from: offset, to: offset + JournalRecord.headBytes) else { return nil }
        let record = window.withUnsafeBytes { window in
            let start = offset - windowStart
            return JournalRecord(
                UnsafeRawBufferPointer(rebasing: window[start..<(start + JournalRecord.headBytes)]), generation: generation, salt: salt)
        }
        guard let record, try fill(from: offset, to: offset + JournalRecord.headBytes + record.payloadBytes) else { return nil }
        let start = offset + JournalRecord.headBytes - windowStart
        let checksum = window.withUnsafeBytes { window in
            Checksum.xxh3(UnsafeRawBufferPointer(rebasing: window[start..<(start + record.payloadBytes)]), seed: salt)
        }
        return checksum == record.payloadChecksum ? record : nil
    }

    /// False for what an unused file is full of, which need not be read twice.
    private mutating func mayBeRecord(at offset: Int) throws(StorageError) -> Bool {
        guard try fill(from: offset, to: offset + JournalRecord.headBytes) else { return false }
        let start = offset - windowStart
        return window[start..<(start + JournalRecord.headBytes)].contains { $0 != 0 }
    }

    /// Brings `[start, end)` into the window.
    /// - Returns: false when the file ends before `end`.
    private mutating func fill(from start: Int, to end: Int) throws(StorageError) -> Bool {
        if start >= windowStart, end <= windowStart + window.count { return true }
        guard end <= size else { return false }
        let count = min(max(end - start, Self.windowBytes), size - start)
        let file = file
        window = try onDisk { () throws(FileError) in try file.bytes(at: start, count: count) }
        windowStart = start
        return end <= windowStart + window.count
    }
}
