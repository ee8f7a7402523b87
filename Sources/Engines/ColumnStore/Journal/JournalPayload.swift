import Bytes
import Columns
import SignalModel

/// One request's batches as the payload of a journal record. Layout in `Documentation/Formats/journal.md`:
///
///     [4 B batches] then each [1 B table][partition][scope][times][4 B rows][envelope of the columns]
enum JournalPayload {
    /// Smaller bodies gain too little from lz4.
    private static let compressedBytesMin = 16 << 10

    /// - Throws: `.keyGone` when a batch's key is not there.
    static func encode(_ batches: [TableBatch], id: BatchID, cipher: Cipher) throws(StorageError) -> [UInt8] {
        var writer = ByteWriter(capacity: batches.reduce(64) { $0 + $1.byteCount + 160 })
        writer.append(uint32: UInt32(batches.count))
        for (index, batch) in batches.enumerated() { try append(batch, at: index, id: id, cipher: cipher, to: &writer) }
        return writer.bytes
    }

    private static func append(
        _ batch: TableBatch, at index: Int, id: BatchID, cipher: Cipher, to writer: inout ByteWriter
    ) throws(StorageError) {
        let start = writer.count
        writer.append(uint8: batch.table.rawValue)
        writer.append(batch.partition)
        writer.append(batch.scope)
        writer.append(batch.times)
        writer.append(uint32: UInt32(batch.rowCount))
        let seal = try cipher.key(batch.scope.key).map { key in
            Envelope.Seal(
                key: key, nonce: cipher.nonce(), additional: additional(id: id, index: index, head: Array(writer.bytes[start...])))
        }
        var columns = ByteWriter(capacity: batch.byteCount + 16 * batch.columns.count + 16)
        columns.append(batch.columns)
        let compression: Envelope.Compression = columns.count > compressedBytesMin ? .lz4 : .none
        columns.bytes.withUnsafeBytes { Envelope.append($0, compression: compression, seal: seal, to: &writer) }
    }

    /// - Parameter onErased: a batch whose key is gone is left out; its table and number of rows.
    /// - Throws: `.corrupt`; what the key ring throws, except `.keyGone`.
    static func decode(
        _ payload: [UInt8], id: BatchID, cipher: Cipher, onErased: (TableID, Int) -> Void
    ) throws(StorageError) -> [TableBatch] {
        let result = try decoding("journal record", payload) { reader throws(BytesError) in
            try batches(&reader, payload, id, cipher, onErased)
        }
        return try result.get()
    }

    /// - Returns: the failure is the key ring's: none of the bytes' fault.
    private static func batches(
        _ reader: inout ByteReader, _ payload: [UInt8], _ id: BatchID, _ cipher: Cipher, _ onErased: (TableID, Int) -> Void
    ) throws(BytesError) -> Result<[TableBatch], StorageError> {
        var batches: [TableBatch] = []
        for index in 0..<Int(try reader.uint32()) {
            let start = reader.offset
            let head = try Head(&reader)
            let bound = head.scope.key == nil ? [] : additional(id: id, index: index, head: Array(payload[start..<reader.offset]))
            let envelope = try Envelope(&reader)
            switch Result(catching: { () throws(StorageError) in try cipher.key(head.scope.key) }) {
            case .success(let key): batches.append(try head.batch(try envelope.opened(key: key, additional: bound)))
            case .failure(let error) where error.code == .keyGone: onErased(head.table, head.rowCount)
            case .failure(let error): return .failure(error)
            }
        }
        try reader.expectEnd()
        return .success(batches)
    }

    /// Ties a sealed batch to its request and its place there.
    private static func additional(id: BatchID, index: Int, head: [UInt8]) -> [UInt8] {
        var writer = ByteWriter(capacity: 32 + head.count)
        writer.append(bytes: "journal".utf8)
        writer.append(uint64: id.high)
        writer.append(uint64: id.low)
        writer.append(uint32: UInt32(index))
        writer.append(bytes: head)
        return writer.bytes
    }

    private struct Head {
        let table: TableID
        let partition: PartitionKey
        let scope: BlockScope
        let times: ClosedRange<Int64>
        let rowCount: Int

        init(_ reader: inout ByteReader) throws(BytesError) {
            table = try reader.table()
            partition = try reader.partition()
            scope = try reader.scope()
            times = try reader.times()
            rowCount = Int(try reader.uint32())
        }

        func batch(_ bytes: [UInt8]) throws(BytesError) -> TableBatch {
            let columns = try ByteReader.reading(bytes) { reader throws(BytesError) in
                let columns = try reader.columns(rowCount: rowCount)
                try reader.expectEnd()
                return columns
            }
            return TableBatch(table: table, partition: partition, scope: scope, times: times, rowCount: rowCount, columns: columns)
        }
    }
}
