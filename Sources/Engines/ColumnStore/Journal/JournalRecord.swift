import Bytes
import SignalModel

/// What stands before each record's payload. Layout in `Documentation/Formats/journal.md`:
///
///     [4 B magic][4 B payload bytes][8 B generation][8 B sequence][8 B durable through][16 B batch id]
///     [8 B payload checksum][8 B head checksum]
///
/// Records begin at multiples of eight; zeros fill the gap. Both checksums are XXH3-64 with the store's salt as seed, so that no
/// bytes sent from outside can pass for a record.
struct JournalRecord: Equatable {
    static let headBytes = 64
    static let alignment = 8
    static let magic: UInt32 = 0x314A_5747  // "GWJ1"

    /// The file's, which differs each time it is used: what an earlier use left behind is thereby stale.
    let generation: UInt64
    /// 1, 2, 3 … over the whole life of the store.
    let sequence: UInt64
    /// Every record up to here was synced before this one was written: the record before its group.
    let durableThrough: UInt64
    let id: BatchID
    let payloadBytes: Int
    let payloadChecksum: UInt64

    /// From this record's start to the next one's.
    var storedBytes: Int { Self.storedBytes(payload: payloadBytes) }

    static func storedBytes(payload: Int) -> Int { headBytes + (payload + alignment - 1) / alignment * alignment }

    /// Head, payload and padding.
    func append(with payload: [UInt8], to writer: inout ByteWriter, salt: UInt64) {
        appendHead(to: &writer, salt: salt)
        writer.bytes.append(contentsOf: payload)
        writer.bytes.append(contentsOf: repeatElement(0, count: storedBytes - Self.headBytes - payload.count))
    }

    private func appendHead(to writer: inout ByteWriter, salt: UInt64) {
        let start = writer.count
        writer.append(uint32: Self.magic)
        writer.append(uint32: UInt32(payloadBytes))
        writer.append(uint64: generation)
        writer.append(uint64: sequence)
        writer.append(uint64: durableThrough)
        writer.append(uint64: id.high)
        writer.append(uint64: id.low)
        writer.append(uint64: payloadChecksum)
        let checksum = writer.bytes.withUnsafeBytes { Checksum.xxh3(UnsafeRawBufferPointer(rebasing: $0[start...]), seed: salt) }
        writer.append(uint64: checksum)
    }

    /// - Parameter head: `headBytes` bytes.
    /// - Returns: nil unless they are the whole head of a record of this generation.
    init?(_ head: UnsafeRawBufferPointer, generation: UInt64, salt: UInt64) {
        var reader = ByteReader(head)
        guard let magic = try? reader.uint32(), magic == Self.magic,  // too short a head is no record, which is the answer here
            let fields = try? Self.fields(&reader), fields.generation == generation,
            (1..<UInt64(Int64.max)).contains(fields.record.sequence),
            fields.checksum == Checksum.xxh3(UnsafeRawBufferPointer(rebasing: head[..<(Self.headBytes - 8)]), seed: salt)
        else { return nil }
        self = fields.record
    }

    private static func fields(
        _ reader: inout ByteReader
    ) throws(BytesError) -> (record: JournalRecord, generation: UInt64, checksum: UInt64) {
        let payloadBytes = Int(try reader.uint32())
        let generation = try reader.uint64()
        let record = JournalRecord(
            generation: generation, sequence: try reader.uint64(), durableThrough: try reader.uint64(),
            id: BatchID(high: try reader.uint64(), low: try reader.uint64()), payloadBytes: payloadBytes,
            payloadChecksum: try reader.uint64())
        return (record, generation, try reader.uint64())
    }

    init(generation: UInt64, sequence: UInt64, durableThrough: UInt64, id: BatchID, payloadBytes: Int, payloadChecksum: UInt64) {
        self.generation = generation
        self.sequence = sequence
        self.durableThrough = durableThrough
        self.id = id
        self.payloadBytes = payloadBytes
        self.payloadChecksum = payloadChecksum
    }
}
