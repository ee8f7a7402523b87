import Bytes
import SignalModel

/// The index of a part as bytes:
///
///     [1 B table][partition][4 B blocks] then each
///     [scope][times][4 B rows][8 B offset][4 B stored bytes][4 B plain bytes][varint n][summary]
///
/// The summary of a keyed scope says something about its rows: it is an envelope, sealed like them.
enum PartIndexCoding {
    static func encode(_ index: PartIndex, cipher: Cipher) throws(StorageError) -> [UInt8] {
        var writer = ByteWriter(capacity: 64 + 128 * index.blocks.count)
        writer.append(uint8: index.table.rawValue)
        writer.append(index.partition)
        writer.append(uint32: UInt32(index.blocks.count))
        for (place, block) in index.blocks.enumerated() {
            writer.append(block.header.scope)
            writer.append(block.header.times)
            writer.append(uint32: UInt32(block.header.rowCount))
            writer.append(uint64: UInt64(block.offset))
            writer.append(uint32: UInt32(block.storedBytes))
            writer.append(uint32: UInt32(block.plainBytes))
            writer.append(lengthPrefixed: try sealedSummary(of: block, at: place, in: index, cipher: cipher))
        }
        return writer.bytes
    }

    private static func sealedSummary(
        of block: PartIndex.Block, at place: Int, in index: PartIndex, cipher: Cipher
    ) throws(StorageError) -> [UInt8] {
        guard let key = try cipher.key(block.header.scope.key) else { return block.header.summary }
        let bound = PartV1.additional(.summary, part: index.number, block: place, table: index.table, scope: block.header.scope)
        var writer = ByteWriter()
        let seal = Envelope.Seal(key: key, nonce: cipher.nonce(), additional: bound)
        block.header.summary.withUnsafeBytes { Envelope.append($0, compression: .zstd, seal: seal, to: &writer) }
        return writer.bytes
    }

    /// - Parameter blocksEnd: the byte of the file before which all blocks must lie.
    /// - Throws: `.corrupt`; what the key ring throws, except `.keyGone`.
    static func decode(
        _ bytes: [UInt8], number: UInt64, blocksEnd: Int, fileBytes: Int, cipher: Cipher
    ) throws(StorageError) -> PartIndex {
        let (index, summaries) = try decoding("index of part \(number)", bytes) { reader throws(BytesError) in
            let table = try reader.table()
            let partition = try reader.partition()
            var blocks: [PartIndex.Block] = []
            var summaries: [[UInt8]] = []
            for _ in 0..<Int(try reader.uint32()) {
                let (block, summary) = try block(&reader, partition, blocksEnd: blocksEnd)
                blocks.append(block)
                summaries.append(summary)
            }
            try reader.expectEnd()
            return (PartIndex(number: number, table: table, partition: partition, blocks: blocks, fileBytes: fileBytes), summaries)
        }
        var blocks: [PartIndex.Block] = []
        for (place, summary) in summaries.enumerated() {
            blocks.append(try opened(summary, of: index.blocks[place], at: place, in: index, cipher: cipher))
        }
        return PartIndex(number: number, table: index.table, partition: index.partition, blocks: blocks, fileBytes: fileBytes)
    }

    private static func block(
        _ reader: inout ByteReader, _ partition: PartitionKey, blocksEnd: Int
    ) throws(BytesError) -> (PartIndex.Block, summary: [UInt8]) {
        let scope = try reader.scope()
        let times = try reader.times()
        let rowCount = Int(try reader.uint32())
        let offset = try reader.uint64()
        let storedBytes = Int(try reader.uint32())
        let plainBytes = Int(try reader.uint32())
        let summary = Array(try reader.lengthPrefixed())
        guard offset >= PartV1.headBytes, offset <= UInt64(blocksEnd), storedBytes <= blocksEnd - Int(offset),
            plainBytes <= Envelope.bytesMax
        else { throw BytesError(code: .malformed, message: "cannot read index: a block lies outside the file") }
        let header = BlockHeader(scope: scope, partition: partition, rowCount: rowCount, times: times, summary: [])
        let block = PartIndex.Block(
            header: header, offset: Int(offset), storedBytes: storedBytes, plainBytes: plainBytes, isKeyGone: false)
        return (block, summary)
    }

    private static func opened(
        _ summary: [UInt8], of block: PartIndex.Block, at place: Int, in index: PartIndex, cipher: Cipher
    ) throws(StorageError) -> PartIndex.Block {
        let scope = block.header.scope
        guard scope.key != nil else { return block.with(summary: summary, isKeyGone: false) }
        let key: SecretKey?
        do throws(StorageError) {
            key = try cipher.key(scope.key)
        } catch {
            guard error.code == .keyGone else { throw error }
            return block.with(summary: [], isKeyGone: true)
        }
        let bound = PartV1.additional(.summary, part: index.number, block: place, table: index.table, scope: scope)
        let plain = try decoding("index of part \(index.number)", summary) { reader throws(BytesError) in
            let envelope = try Envelope(&reader)
            try reader.expectEnd()
            return try envelope.opened(key: key, additional: bound)
        }
        return block.with(summary: plain, isKeyGone: false)
    }
}

extension PartIndex.Block {
    fileprivate func with(summary: [UInt8], isKeyGone: Bool) -> PartIndex.Block {
        let header = BlockHeader(
            scope: header.scope, partition: header.partition, rowCount: header.rowCount, times: header.times, summary: summary)
        return PartIndex.Block(
            header: header, offset: offset, storedBytes: storedBytes, plainBytes: plainBytes, isKeyGone: isKeyGone)
    }
}
