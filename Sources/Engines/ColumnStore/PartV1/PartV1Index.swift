import Bytes
import SignalModel

/// The index of a part of version 1:
///
///     [1 B table][partition][4 B blocks] then each
///     [scope][times][4 B rows][8 B offset][4 B stored bytes][4 B plain bytes][varint n][summary]
extension PartV1 {
    static func decodeIndex(
        _ bytes: [UInt8], number: UInt64, blocksEnd: Int, fileBytes: Int, cipher: Cipher
    ) throws(StorageError) -> PartIndex {
        let (table, partition, sealed) = try decoding("index of part \(number)", bytes) { reader throws(BytesError) in
            let table = try reader.table()
            let partition = try reader.partition()
            var blocks: [(PartIndex.Block, summary: [UInt8])] = []
            for _ in 0..<Int(try reader.uint32()) { blocks.append(try block(&reader, partition, blocksEnd: blocksEnd)) }
            try reader.expectEnd()
            return (table, partition, blocks)
        }
        var blocks: [PartIndex.Block] = []
        for (place, (block, summary)) in sealed.enumerated() {
            let bound = additional(.summary, part: number, block: place, table: table, scope: block.header.scope)
            blocks.append(try SealedSummary(summary, bound: bound).opened(for: block, part: number, cipher: cipher))
        }
        return PartIndex(
            format: PartV1.self, number: number, table: table, partition: partition, blocks: blocks, filters: [], fileBytes: fileBytes)
    }

    private static func block(
        _ reader: inout ByteReader, _ partition: PartitionKey, blocksEnd: Int
    ) throws(BytesError) -> (PartIndex.Block, summary: [UInt8]) {
        let scope = try reader.scope()
        let times = try reader.times()
        let rowCount = Int(try reader.uint32())
        let offset = try reader.uint64()
        let section = PartIndex.Section(storedBytes: Int(try reader.uint32()), plainBytes: Int(try reader.uint32()))
        let summary = Array(try reader.lengthPrefixed())
        guard offset >= PartFrame.headBytes, offset <= UInt64(blocksEnd), section.storedBytes <= blocksEnd - Int(offset),
            section.plainBytes <= Envelope.bytesMax
        else { throw .malformedPart("a block lies outside the file") }
        let header = BlockHeader(scope: scope, partition: partition, rowCount: rowCount, times: times)
        return (PartIndex.Block(header: header, summary: [], offset: Int(offset), sections: Stretch([section]), isKeyGone: false), summary)
    }
}
