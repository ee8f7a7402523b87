import Bytes
import Platform
import SignalModel

/// Writes a part, block by block; nothing counts before `finish()` has synced it and the manifest names it.
struct PartWriter {
    private static let bufferBytes = 1 << 20

    let number: UInt64
    private let table: TableID
    private let partition: PartitionKey
    private let bitsPerKey: Int
    private let filterBlockBytesMin: Int
    private let cipher: Cipher
    private let file: any File
    private var blocks: [PartIndex.Block] = []
    private var filters: [KeyMatrix] = []
    /// The run of blocks that is being written.
    private var run: (scope: BlockScope, filters: KeyFilterBuilder)?
    private var buffer = ByteWriter()
    private var flushedBytes = 0

    init(number: UInt64, partition: PartitionKey, layout: any TableLayout, context: StoreContext) throws(StorageError) {
        self.number = number
        self.partition = partition
        table = layout.table
        bitsPerKey = layout.bitsPerKey
        filterBlockBytesMin = context.configuration.filterBlockBytesMin
        cipher = context.cipher
        let path = context.files.part(number)
        file = try onDisk { () throws(FileError) in try context.files.system.open(path, .create) }
        buffer.append(bytes: PartFrame.head(PartV2.magics, number: number))
    }

    /// So far.
    var fileBytes: Int { offset }

    private var offset: Int { flushedBytes + buffer.count }

    /// - Throws: `.keyGone` when the scope's key is not there.
    mutating func append(_ block: EncodedBlock, scope: BlockScope) throws(StorageError) {
        if let long = block.sections.first(where: { $0.bytes.count > Envelope.bytesMax }) {
            throw StorageError(code: .limit, message: "cannot write block of part \(number): \(long.bytes.count) bytes")
        }
        let header = BlockHeader(scope: scope, partition: partition, form: block.form, rowCount: block.rowCount, times: block.times)
        try append(header, block.summary[...], block.sections.map(\.bytes.count)) { section, seal, buffer in
            block.sections[section].bytes.withUnsafeBytes {
                Envelope.append($0, compression: Envelope.Compression(block.sections[section].compression), seal: seal, to: &buffer)
            }
        }
        guard let keys = block.keys, blocks[blocks.count - 1].storedBytes >= filterBlockBytesMin else { return }
        for group in run!.filters.add(keys, ofBlock: blocks.count - 1) { try append(group, scope: scope) }
    }

    /// Takes a block of another part of the same partition as it is. Nothing is compressed or looked at anew; under a key the seal is
    /// renewed, which binds it to its new place.
    /// - Parameter filter: the block's, nil when it has none.
    mutating func append(
        _ packed: [PackedSection], of block: PartIndex.Block, filter: (bits: [UInt64], hashing: KeyHashing)?
    ) throws(StorageError) {
        try append(block.header, block.summary, packed.map(\.plainBytes)) { section, seal, buffer in
            packed[section].bytes.withUnsafeBytes {
                Envelope.append(packed: $0, packed[section].compression, plainBytes: packed[section].plainBytes, seal: seal, to: &buffer)
            }
        }
        guard let filter else { return }
        for group in run!.filters.add(filter.bits, filter.hashing, ofBlock: blocks.count - 1) { try append(group, scope: block.header.scope) }
    }

    /// - Parameters:
    ///   - plainBytes: of each section.
    ///   - envelope: appends that of a section.
    private mutating func append(
        _ header: BlockHeader, _ summary: ArraySlice<UInt8>, _ plainBytes: [Int], _ envelope: (Int, Envelope.Seal?, inout ByteWriter) -> Void
    ) throws(StorageError) {
        if header.scope != run?.scope {
            try endRun()
            run = (header.scope, KeyFilterBuilder(bitsPerKey: bitsPerKey))
        }
        let start = offset
        var sections: [PartIndex.Section] = []
        for (section, plainBytes) in plainBytes.enumerated() {
            let seal = try seal(.section(section), block: blocks.count, scope: header.scope)
            let before = offset
            envelope(section, seal, &buffer)
            sections.append(PartIndex.Section(storedBytes: offset - before, plainBytes: plainBytes))
            if buffer.count >= Self.bufferBytes { try flush() }
        }
        blocks.append(PartIndex.Block(header: header, summary: summary, offset: start, sections: Stretch(sections[...]), isKeyGone: false))
    }

    private func seal(_ piece: PartV2.Piece, block: Int, scope: BlockScope) throws(StorageError) -> Envelope.Seal? {
        try cipher.key(scope.key).map { key in
            Envelope.Seal(
                key: key, nonce: cipher.nonce(),
                additional: PartV2.additional(piece, part: number, block: block, table: table, scope: scope))
        }
    }

    // MARK: filters

    private mutating func endRun() throws(StorageError) {
        guard var ended = run else { return }
        run = nil
        for group in ended.filters.takeAll() { try append(group, scope: ended.scope) }
    }

    private mutating func append(_ group: KeyFilterBuilder.Group, scope: BlockScope) throws(StorageError) {
        let start = offset
        let bits = BitTransposition.rows(group.columns, count: group.places.count, rows: group.hashing.rows)
        let shape = KeyMatrix(hashing: group.hashing, places: group.places, offset: start, storedBytes: 0)
        if let seal = try seal(.filter, block: Int(group.places[0]), scope: scope) {
            bits.withUnsafeBytes { Envelope.append($0, compression: .none, seal: seal, to: &buffer) }
        } else {
            bits.withUnsafeBytes { appendPages(of: shape, $0) }
        }
        filters.append(KeyMatrix(hashing: group.hashing, places: group.places, offset: start, storedBytes: offset - start))
        try flush()
    }

    private mutating func appendPages(of matrix: KeyMatrix, _ bits: UnsafeRawBufferPointer) {
        for page in 0..<matrix.pageCount {
            let body = UnsafeRawBufferPointer(rebasing: bits[matrix.bytes(ofPage: page)])
            let seed = KeyMatrix.seed(part: number, offset: matrix.offset, page: page)
            buffer.append(uint64: Checksum.xxh3(body, seed: seed))
            buffer.append(bytes: body)
        }
    }

    // MARK: the end

    /// Writes the index and syncs the file; its directory is the caller's to sync.
    mutating func finish() throws(StorageError) -> PartIndex {
        try endRun()
        let indexOffset = offset
        let plain = try PartV2.encodeIndex(index(fileBytes: 0), cipher: cipher)
        plain.withUnsafeBytes { Envelope.append($0, compression: .zstd, seal: nil, to: &buffer) }
        buffer.append(
            bytes: PartFrame.trailer(PartV2.magics, number: number, indexOffset: indexOffset, indexBytes: offset - indexOffset))
        try flush()
        let file = file
        try onDisk { () throws(FileError) in try file.sync() }
        return index(fileBytes: flushedBytes)
    }

    private func index(fileBytes: Int) -> PartIndex {
        PartIndex(
            format: PartV2.self, number: number, table: table, partition: partition, blocks: blocks, filters: filters,
            fileBytes: fileBytes)
    }

    private mutating func flush() throws(StorageError) {
        let (file, bytes, offset) = (file, buffer.bytes, flushedBytes)
        try onDisk { () throws(FileError) in try file.write(bytes, at: offset) }
        file.beginWriteOut(offset..<(offset + bytes.count))
        flushedBytes += buffer.count
        buffer.bytes.removeAll(keepingCapacity: true)
    }
}

extension Envelope.Compression {
    init(_ wish: EncodedSection.Compression) {
        switch wish {
        case .none: self = .none
        case .lz4: self = .lz4
        case .zstd: self = .zstd
        }
    }
}
