import Bytes
import SignalModel

/// The index of a part of version 2:
///
///     [1 B table][partition][varint runs] then each run, of one scope
///     [scope][varint blocks] then each block
///         [1 B form][times][varint rows][varint offset][varint sections]([varint stored bytes][varint plain bytes])…[varint n][summary]
///     [varint filters] then each filter
///         [varint offset][varint stored bytes][varint rows][1 B probes][varint columns][varint place - previous place]…
extension PartV2 {
    private static let sectionsMax = 4096

    // MARK: writing

    static func encodeIndex(_ index: PartIndex, cipher: Cipher) throws(StorageError) -> [UInt8] {
        var writer = ByteWriter(capacity: 64 + 128 * index.blocks.count)
        writer.append(uint8: index.table.rawValue)
        writer.append(index.partition)
        let runs = runs(of: index.blocks)
        writer.append(varint: UInt64(runs.count))
        for run in runs {
            writer.append(index.blocks[run.lowerBound].header.scope)
            writer.append(varint: UInt64(run.count))
            for place in run { try append(index.blocks[place], at: place, of: index, cipher: cipher, to: &writer) }
        }
        writer.append(varint: UInt64(index.filters.count))
        for filter in index.filters { append(filter, to: &writer) }
        return writer.bytes
    }

    private static func runs(of blocks: [PartIndex.Block]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for place in blocks.indices {
            if let last = runs.last, blocks[last.lowerBound].header.scope == blocks[place].header.scope {
                runs[runs.count - 1] = last.lowerBound..<(place + 1)
            } else {
                runs.append(place..<(place + 1))
            }
        }
        return runs
    }

    private static func append(
        _ block: PartIndex.Block, at place: Int, of index: PartIndex, cipher: Cipher, to writer: inout ByteWriter
    ) throws(StorageError) {
        writer.append(uint8: block.header.form)
        writer.append(block.header.times)
        writer.append(varint: UInt64(block.header.rowCount))
        writer.append(varint: UInt64(block.offset))
        writer.append(varint: UInt64(block.sections.count))
        for section in block.sections {
            writer.append(varint: UInt64(section.storedBytes))
            writer.append(varint: UInt64(section.plainBytes))
        }
        let scope = block.header.scope
        let bound = additional(.summary, part: index.number, block: place, table: index.table, scope: scope)
        let key = try cipher.key(scope.key)
        writer.append(lengthPrefixed: SealedSummary.seal(block.summary, key: key, cipher: cipher, bound: bound))
    }

    private static func append(_ filter: KeyMatrix, to writer: inout ByteWriter) {
        writer.append(varint: UInt64(filter.offset))
        writer.append(varint: UInt64(filter.storedBytes))
        writer.append(varint: UInt64(filter.hashing.rows))
        writer.append(uint8: UInt8(filter.hashing.probes))
        writer.append(varint: UInt64(filter.places.count))
        var last: UInt32 = 0
        for place in filter.places {
            writer.append(varint: UInt64(place - last))
            last = place
        }
    }

    // MARK: reading

    static func decodeIndex(
        _ bytes: [UInt8], number: UInt64, blocksEnd: Int, fileBytes: Int, cipher: Cipher
    ) throws(StorageError) -> PartIndex {
        let (index, summaries) = try decoding("index of part \(number)", bytes) { reader throws(BytesError) in
            try sealedIndex(&reader, number: number, blocksEnd: blocksEnd, fileBytes: fileBytes)
        }
        var blocks: [PartIndex.Block] = []
        for (place, summary) in summaries.enumerated() {
            let bound = additional(.summary, part: number, block: place, table: index.table, scope: index.blocks[place].header.scope)
            blocks.append(try SealedSummary(summary, bound: bound).opened(for: index.blocks[place], part: number, cipher: cipher))
        }
        return PartIndex(
            format: PartV2.self, number: number, table: index.table, partition: index.partition, blocks: blocks,
            filters: index.filters, fileBytes: fileBytes)
    }

    private static func sealedIndex(
        _ reader: inout ByteReader, number: UInt64, blocksEnd: Int, fileBytes: Int
    ) throws(BytesError) -> (PartIndex, summaries: [[UInt8]]) {
        let table = try reader.table()
        let partition = try reader.partition()
        var blocks: [PartIndex.Block] = []
        var summaries: [[UInt8]] = []
        for _ in 0..<(try reader.count(ofAtLeast: 8)) {
            let scope = try reader.scope()
            for _ in 0..<(try reader.count(ofAtLeast: 22)) {
                blocks.append(try block(&reader, scope, partition, blocksEnd: blocksEnd))
                summaries.append(Array(try reader.lengthPrefixed()))
            }
        }
        var filters: [KeyMatrix] = []
        for _ in 0..<(try reader.count(ofAtLeast: 6)) { filters.append(try filter(&reader, blocks, blocksEnd: blocksEnd)) }
        try reader.expectEnd()
        let index = PartIndex(
            format: PartV2.self, number: number, table: table, partition: partition, blocks: blocks, filters: filters,
            fileBytes: fileBytes)
        return (index, summaries)
    }

    private static func block(
        _ reader: inout ByteReader, _ scope: BlockScope, _ partition: PartitionKey, blocksEnd: Int
    ) throws(BytesError) -> PartIndex.Block {
        let form = try reader.uint8()
        let times = try reader.times()
        let rowCount = try number(&reader, max: UInt64(UInt32.max))
        let offset = try number(&reader, max: UInt64(blocksEnd))
        let count = try reader.count(ofAtLeast: 2)
        guard offset >= PartFrame.headBytes, (1...sectionsMax).contains(count) else { throw outside }
        var sections: [PartIndex.Section] = []
        var end = offset
        for _ in 0..<count {
            let storedBytes = try number(&reader, max: UInt64(blocksEnd - end))
            end += storedBytes
            sections.append(
                PartIndex.Section(storedBytes: storedBytes, plainBytes: try number(&reader, max: UInt64(Envelope.bytesMax))))
        }
        let header = BlockHeader(scope: scope, partition: partition, form: form, rowCount: rowCount, times: times)
        return PartIndex.Block(header: header, summary: [], offset: offset, sections: Stretch(sections[...]), isKeyGone: false)
    }

    private static func filter(
        _ reader: inout ByteReader, _ blocks: [PartIndex.Block], blocksEnd: Int
    ) throws(BytesError) -> KeyMatrix {
        let offset = try number(&reader, max: UInt64(blocksEnd))
        let storedBytes = try number(&reader, max: UInt64(blocksEnd - offset))
        let rows = try number(&reader, max: UInt64(KeyFilterBuilder.rowsMax))
        let probes = Int(try reader.uint8())
        let columns = try reader.count()
        guard offset >= PartFrame.headBytes, rows > 0, rows % 64 == 0, (1...32).contains(probes),
            (1...KeyFilterBuilder.columnsMax).contains(columns)
        else { throw outside }
        var places: [UInt32] = []
        var place = 0
        for index in 0..<columns {
            let step = try number(&reader, max: UInt64(blocks.count))
            place += step
            guard index == 0 || step > 0, place < blocks.count else { throw outside }
            places.append(UInt32(place))
        }
        let filter = KeyMatrix(
            hashing: KeyHashing(rows: rows, probes: probes), places: places, offset: offset, storedBytes: storedBytes)
        let scope = blocks[Int(places[0])].header.scope
        guard places.allSatisfy({ blocks[Int($0)].header.scope == scope }) else {
            throw .malformedPart("a filter speaks of several scopes")
        }
        guard scope.key != nil || storedBytes == filter.pagedBytes, filter.plainBytes <= Envelope.bytesMax else { throw outside }
        return filter
    }

    private static var outside: BytesError { .malformedPart("its index speaks of what lies outside the file") }

    private static func number(_ reader: inout ByteReader, max: UInt64) throws(BytesError) -> Int {
        let value = try reader.varint()
        guard value <= max else { throw outside }
        return Int(value)
    }
}
