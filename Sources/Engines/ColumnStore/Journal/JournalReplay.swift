import Platform
import SignalModel

/// Decides which of the records found in the journal's files count, and says when acknowledged ones are missing.
///
/// A group of records is written at once and synced before the next one is begun. A record that is torn, and everything of its
/// group after it, was never acknowledged: there replay of a file ends. But when a record further on says that the torn one had
/// been durable (`durableThrough`, or the next file's beginning), then it was damaged since: it is counted, and what follows is kept.
struct JournalReplay {
    /// The sequence of the next record to deliver.
    private(set) var next: UInt64
    /// Acknowledged records that are not there any more.
    private(set) var lost: UInt64 = 0

    /// - Parameter sealedThrough: records up to here lie in parts.
    init(sealedThrough: UInt64) { next = sealedThrough + 1 }

    /// - Parameters:
    ///   - limit: the sequence before the first one of the file after this; nil for the last file.
    ///   - deliver: takes the records that are not in parts, in order; payload, and where in the file it is.
    /// - Returns: the last sequence of the file's whole records that count, 0 when there are none; and how many were found lost.
    mutating func replay(
        _ scan: inout JournalScan, limit: UInt64?, deliver: (JournalRecord, [UInt8], Int) throws(StorageError) -> Void
    ) throws(StorageError) -> (last: UInt64, lost: UInt64) {
        var known = limit ?? 0  // every record up to here was durable once, or has been seen whole
        var isSearched = false
        var last: UInt64 = 0
        var offset = 0
        let lostBefore = lost
        while true {
            guard let record = try scan.record(at: offset) else {
                guard let after = try place(after: offset, &scan, &known, &isSearched) else { break }
                offset = after
                continue
            }
            known = max(known, record.durableThrough)
            guard record.sequence <= limit ?? .max, record.sequence <= known &+ 1 else { break }
            known = max(known, record.sequence)
            last = record.sequence
            if record.sequence >= next {
                skip(to: record.sequence)
                try deliver(record, try scan.payload(of: record, at: offset), offset)
                next = record.sequence + 1
            }
            offset += record.storedBytes
        }
        if let limit { skip(to: limit + 1) }
        return (last, lost - lostBefore)
    }

    /// Where the records go on after damage. The first search looks through the whole rest of the file for who knows what was durable.
    private func place(
        after offset: Int, _ scan: inout JournalScan, _ known: inout UInt64, _ isSearched: inout Bool
    ) throws(StorageError) -> Int? {
        guard !isSearched else { return try scan.nextRecord(after: offset)?.offset }
        isSearched = true
        guard let rest = try scan.rest(after: offset) else { return nil }
        known = max(known, rest.durableThrough)
        return rest.firstOffset
    }

    private mutating func skip(to sequence: UInt64) {
        guard sequence > next else { return }
        lost += sequence - next
        next = sequence
    }
}
