import Bytes
import Columns
import ColumnStore
import Platform
import SignalModel
import Simulation
import Synchronization

/// A row of the tests' table: int64 time, uint64 id, bytes.
struct TestRow: Hashable, Sendable, CustomStringConvertible {
    var time: Int64
    var id: UInt64
    var text: String

    var description: String { "\(id)@\(time)" }

    /// The row that every test agrees on for an id.
    init(_ id: UInt64) {
        self.id = id
        time = Int64(id) * 10
        text = "row \(id) " + String(repeating: "x", count: Int(id % 17))
    }

    init(time: Int64, id: UInt64, text: String) { (self.time, self.id, self.text) = (time, id, text) }
}

let testTenant = Tenant(account: Tenant.openAccount, region: Tenant.defaultRegion)

extension TableBatch {
    /// Rows by their ids, in the table of logs.
    static func rows(
        _ ids: some Sequence<UInt64>, table: TableID = .logs, window: Int32 = 1, group: UInt32 = 0, key: DataKeyID? = nil,
        reservation: MemoryReservation? = nil
    ) -> TableBatch {
        .rows(
            ids.map(TestRow.init), table: table, partition: PartitionKey(window: window),
            scope: BlockScope(tenant: testTenant, group: group, key: key), reservation: reservation)
    }

    static func rows(
        _ rows: [TestRow], table: TableID, partition: PartitionKey, scope: BlockScope, reservation: MemoryReservation? = nil
    ) -> TableBatch {
        TableBatch(
            table: table, partition: partition, scope: scope, times: (rows.map(\.time).min() ?? 0)...(rows.map(\.time).max() ?? 0),
            rowCount: rows.count,
            columns: [.int64(rows.map(\.time)), .uint64(rows.map(\.id)), .bytes(BytesVector(rows.map(\.text))), .absent],
            reservation: reservation)
    }

    var testRows: [TestRow] {
        guard let times = columns[0].int64s, let ids = columns[1].uint64s, let texts = columns[2].strings else { return [] }
        return (0..<rowCount).map { TestRow(time: times[$0], id: ids[$0], text: texts.text(at: $0)) }
    }
}

/// Keeps rows in order of commit, a few to a block, so that tests can hold them against an array.
///
/// Form 1 of a block: a section of times and ids, one of texts; the ids are its keys. Form 0, as parts of version 1 have it: one section
/// with everything, row by row.
final class TestLayout: TableLayout {
    struct Seen: Sendable {
        var published: [UInt64] = []
        var found: [UInt64] = []
    }

    let table: TableID
    private let rowsPerBlock: Int
    /// Blocks whose times all lie before this are dead.
    let deadBefore = Mutex<Int64>(.min)
    /// The planted bug of the test of tests: the last row of full blocks gets lost.
    private let isForgetful: Bool
    /// Full blocks go from part to part as they are.
    private let carries: Bool
    /// Merges take a block of each part in turn, as those of tables sorted by time do; rows are not in order of commit then.
    private let takesTurns: Bool
    let seen = Mutex(Seen())
    /// Called in the middle of each seal or merge.
    let onEncode = Mutex<(@Sendable () -> Void)?>(nil)

    init(_ table: TableID = .logs, rowsPerBlock: Int = 8, isForgetful: Bool = false, carries: Bool = true, takesTurns: Bool = false) {
        self.table = table
        self.carries = carries
        self.takesTurns = takesTurns
        self.rowsPerBlock = rowsPerBlock
        self.isForgetful = isForgetful
    }

    func encode(_ batches: [TableBatch]) throws(StorageError) -> [EncodedBlock] {
        onEncode.withLock { $0 }?()
        let rows = batches.flatMap(\.testRows)
        return stride(from: 0, to: rows.count, by: rowsPerBlock).map { start in
            var rows = Array(rows[start..<min(rows.count, start + rowsPerBlock)])
            if isForgetful, rows.count == rowsPerBlock { rows.removeLast() }
            var numbers = ByteWriter()
            var texts = ByteWriter()
            for row in rows {
                numbers.append(int64: row.time)
                numbers.append(uint64: row.id)
                texts.append(lengthPrefixed: row.text.utf8)
            }
            var summary = ByteWriter()
            summary.append(lengthPrefixed: rows[0].text.utf8)
            return EncodedBlock(
                form: 1, rowCount: rows.count, times: rows.map(\.time).min()!...rows.map(\.time).max()!, summary: summary.bytes,
                sections: [EncodedSection(numbers.bytes, compression: .lz4), EncodedSection(texts.bytes)], keys: rows.map(\.id))
        }
    }

    var mergeManner: MergeManner { carries ? .carrying : .atOnce }

    func merge(
        _ runs: [[TableSnapshot.Block]], emit: (MergedBlock) throws(StorageError) -> Void
    ) throws(StorageError) {
        onEncode.withLock { $0 }?()
        var small: [TableBatch] = []
        for block in takesTurns ? Self.inTurn(runs) : Array(runs.joined()) {
            guard carries, block.header.form == 1, block.header.rowCount == rowsPerBlock else {
                small.append(try block.rows())
                continue
            }
            for block in try encode(small) { try emit(.new(block)) }
            small = []
            try emit(.carried(block))
        }
        for block in try encode(small) { try emit(.new(block)) }
    }

    private static func inTurn(_ runs: [[TableSnapshot.Block]]) -> [TableSnapshot.Block] {
        (0..<(runs.map(\.count).max() ?? 0)).flatMap { place in runs.compactMap { $0.indices.contains(place) ? $0[place] : nil } }
    }

    func decode(_ sections: SectionReader, of header: BlockHeader) throws(StorageError) -> TableBatch {
        let opened = try sections.sections(Array(0..<(header.form == 0 ? 1 : 2)))
        do throws(BytesError) {
            let rows = header.form == 0 ? try Self.mixedRows(opened[0]) : try Self.rows(numbers: opened[0], texts: opened[1])
            return .rows(rows, table: table, partition: header.partition, scope: header.scope)
        } catch { throw StorageError(code: .corrupt, message: error.message) }
    }

    private static func mixedRows(_ bytes: [UInt8]) throws(BytesError) -> [TestRow] {
        try ByteReader.reading(bytes) { reader throws(BytesError) in
            var rows: [TestRow] = []
            while !reader.isAtEnd {
                rows.append(TestRow(time: try reader.int64(), id: try reader.uint64(), text: try reader.text()))
            }
            return rows
        }
    }

    private static func rows(numbers: [UInt8], texts: [UInt8]) throws(BytesError) -> [TestRow] {
        try ByteReader.reading(numbers) { numbers throws(BytesError) in
            try ByteReader.reading(texts) { texts throws(BytesError) in
                var rows: [TestRow] = []
                while !numbers.isAtEnd {
                    rows.append(TestRow(time: try numbers.int64(), id: try numbers.uint64(), text: try texts.text()))
                }
                try texts.expectEnd()
                return rows
            }
        }
    }

    func didPublish(_ batch: TableBatch) { seen.withLock { $0.published += batch.testRows.map(\.id) } }

    func didFind(_ block: TableSnapshot.Block) throws(StorageError) {
        let ids = try block.rows().testRows.map(\.id)
        seen.withLock { $0.found += ids }
    }

    func isDead(_ header: BlockHeader, now: Int64) -> Bool { header.times.upperBound < deadBefore.withLock { $0 } }
}

/// Keys that can be destroyed.
final class TestKeyRing: DataKeyRing {
    private let keys: Mutex<[DataKeyID: SecretKey]>

    init(_ numbers: UInt64...) {
        var generator = SeededRandom(seed: 99)
        keys = Mutex(Dictionary(uniqueKeysWithValues: numbers.map { (DataKeyID(number: $0), SecretKey(using: &generator)) }))
    }

    func destroy(_ number: UInt64) { keys.withLock { $0[DataKeyID(number: number)] = nil } }

    func key(_ id: DataKeyID) throws(StorageError) -> SecretKey {
        guard let key = keys.withLock({ $0[id] }) else {
            throw StorageError(code: .keyGone, message: "cannot find data key \(id.number)")
        }
        return key
    }
}
