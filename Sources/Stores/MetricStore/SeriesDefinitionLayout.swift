import Bytes
import Columns
package import ColumnStore
package import SignalModel

/// The table of series definitions: number, kind, labels. Never dead: a number is never given twice.
///
/// Payload of a block, rows by ascending number: `[varint rows]` then, a row, `[varint number - previous number][u8 kind]
/// [varint length][labels in LabelSet's layout]`. Summary: `[4 B largest number]`; older blocks have none. A number may stand in several
/// blocks with the same labels.
package struct SeriesDefinitionLayout: TableLayout {
    /// Positions in the batch's columns: uint32 number, uint8 kind, bytes labels.
    enum Column: Int { case number, kind, labels }

    package let table = TableID.seriesDefinitions
    static let partition = PartitionKey(window: 0)
    private static let rowsPerBlock = 65_536

    private let index: SeriesIndex

    package init(index: SeriesIndex) { self.index = index }

    static func batch(numbers: [SeriesID], kinds: [UInt8], labels: BytesVector, tenant: Tenant) -> TableBatch {
        TableBatch(
            table: .seriesDefinitions, partition: partition, scope: BlockScope(tenant: tenant), times: 0...0, rowCount: numbers.count,
            columns: [.uint32(numbers), .uint8(kinds), .bytes(labels)])
    }

    package func encode(_ batches: [TableBatch]) throws(StorageError) -> [EncodedBlock] {
        var rows: [(number: SeriesID, kind: UInt8, labels: ArraySlice<UInt8>)] = []
        for batch in batches {
            let (numbers, kinds, labels) = try Self.columns(of: batch)
            for row in numbers.indices { rows.append((numbers[row], kinds[row], labels[row])) }
        }
        rows.sort { $0.number < $1.number }
        var blocks: [EncodedBlock] = []
        for start in stride(from: 0, to: rows.count, by: Self.rowsPerBlock) {
            let slice = rows[start..<min(start + Self.rowsPerBlock, rows.count)]
            var writer = ByteWriter()
            writer.append(varint: UInt64(slice.count))
            var last: SeriesID = 0
            for row in slice {
                writer.append(varint: UInt64(row.number - last))
                writer.append(uint8: row.kind)
                writer.append(lengthPrefixed: row.labels)
                last = row.number
            }
            var summary = ByteWriter(capacity: 4)
            summary.append(uint32: last)
            blocks.append(EncodedBlock(rowCount: slice.count, times: 0...0, summary: summary.bytes, payload: writer.bytes))
        }
        return blocks
    }

    package func decode(_ sections: SectionReader, of header: BlockHeader) throws(StorageError) -> TableBatch {
        let payload = try sections.section(0)
        var numbers: [UInt32] = []
        var kinds: [UInt8] = []
        var labels = BytesVector()
        do throws(BytesError) {
            try ByteReader.reading(payload) { reader throws(BytesError) in
                var last: UInt64 = 0
                for _ in 0..<(try reader.count(ofAtLeast: 3)) {
                    last &+= try reader.varint()
                    numbers.append(UInt32(truncatingIfNeeded: last))
                    kinds.append(try reader.uint8())
                    labels.append(try reader.lengthPrefixed())
                }
                try reader.expectEnd()
            }
        } catch {
            throw StorageError(code: .corrupt, message: "cannot decode series definitions: \(error.message)")
        }
        return TableBatch(
            table: table, partition: header.partition, scope: header.scope, times: 0...0, rowCount: numbers.count,
            columns: [.uint32(numbers), .uint8(kinds), .bytes(labels)])
    }

    package func didPublish(_ batch: TableBatch) {
        // What this process prepared or the journal's checksum vouches for is well formed; anything else is left out.
        try? define(batch)
    }

    package func didFind(_ block: TableSnapshot.Block) throws(StorageError) {
        // Numbers below are in the stored index, with their labels.
        if let largest = try Self.largestNumber(block.summary()), Int(largest) < index.storedCount { return }
        try define(block.rows())
    }

    private static func largestNumber(_ summary: ArraySlice<UInt8>) throws(StorageError) -> SeriesID? {
        guard !summary.isEmpty else { return nil }
        return try decoding("a summary of series definitions", summary) { reader throws(BytesError) in
            let largest = try reader.uint32()
            try reader.expectEnd()
            return largest
        }
    }

    package func isDead(_ header: BlockHeader, now: Int64) -> Bool { false }

    private func define(_ batch: TableBatch) throws(StorageError) {
        let (numbers, kinds, labels) = try Self.columns(of: batch)
        try index.define(numbers, kinds: kinds, labels: labels, tenant: batch.scope.tenant)
    }

    private static func columns(of batch: TableBatch) throws(StorageError) -> ([SeriesID], [UInt8], BytesVector) {
        guard batch.columns.count == 3, let numbers = batch.columns[Column.number.rawValue].uint32s,
            let kinds = batch.columns[Column.kind.rawValue].uint8s, let labels = batch.columns[Column.labels.rawValue].strings
        else { throw StorageError(code: .corrupt, message: "cannot read series definitions: columns are of the wrong type") }
        return (numbers, kinds, labels)
    }
}
