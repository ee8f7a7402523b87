import Platform
import SignalModel
import Synchronization

/// Decodes the payloads of replayed records on two threads: at a start nothing else needs them.
struct ReplayDecoding {
    /// Fewer bytes are decoded sooner than a thread is made.
    private static let sharedBytesMin = 1 << 20
    /// So much is decoded at a time: what is replayed lies in memory twice only for a stretch of this size.
    static let stretchBytes = 16 << 20

    struct Record: Sendable {
        let record: JournalRecord
        let payload: [UInt8]
    }

    struct Decoded: Sendable {
        let batches: [TableBatch]
        /// Batches that were left out because their key is gone.
        let erased: [(table: TableID, rows: Int)]
    }

    let cipher: Cipher

    /// - Returns: as many results as records, in their order.
    func decoded(_ records: [Record]) -> [Result<Decoded, StorageError>] {
        let bytes = records.reduce(0) { $0 + $1.payload.count }
        guard bytes >= Self.sharedBytesMin, records.count > 1 else { return records.map(decoded) }
        let middle = Self.middle(of: records, bytes: bytes)
        let share = Share()
        let thread = WorkerThread(name: "replay") { share.put(records[middle...].map(decoded)) }
        let first = records[..<middle].map(decoded)
        thread.join()
        return first + share.take()
    }

    private final class Share: Sendable {
        private let results = Mutex<[Result<Decoded, StorageError>]>([])
        func put(_ more: [Result<Decoded, StorageError>]) { results.withLock { $0 = more } }
        func take() -> [Result<Decoded, StorageError>] { results.withLock { $0 } }
    }

    /// Where about half of the bytes are behind.
    private static func middle(of records: [Record], bytes: Int) -> Int {
        var sum = 0
        return records.firstIndex { record in
            sum += record.payload.count
            return sum >= bytes / 2
        }.map { min(max($0, 1), records.count - 1) } ?? records.count / 2
    }

    private func decoded(_ record: Record) -> Result<Decoded, StorageError> {
        Result { () throws(StorageError) in
            var erased: [(table: TableID, rows: Int)] = []
            let batches = try JournalPayload.decode(record.payload, id: record.record.id, cipher: cipher) { erased.append(($0, $1)) }
            return Decoded(batches: batches, erased: erased)
        }
    }
}
