import Bytes
import Platform
import SignalModel

/// Writes a part, block by block; nothing counts before `finish()` has synced it and the manifest names it.
struct PartWriter {
    private static let bufferBytes = 1 << 20

    let number: UInt64
    private let table: TableID
    private let partition: PartitionKey
    private let cipher: Cipher
    private let file: any File
    private var blocks: [PartIndex.Block] = []
    private var buffer = ByteWriter()
    private var flushedBytes = 0

    init(number: UInt64, table: TableID, partition: PartitionKey, files: StoreFiles, cipher: Cipher) throws(StorageError) {
        self.number = number
        self.table = table
        self.partition = partition
        self.cipher = cipher
        let path = files.part(number)
        file = try onDisk { () throws(FileError) in try files.system.open(path, .create) }
        buffer.append(uint64: PartV1.headMagic)
        buffer.append(uint64: number)
    }

    var isEmpty: Bool { blocks.isEmpty }

    /// - Throws: `.keyGone` when the scope's key is not there.
    mutating func append(_ block: EncodedBlock, scope: BlockScope) throws(StorageError) {
        guard block.payload.count <= Envelope.bytesMax else {
            throw StorageError(code: .limit, message: "cannot write block of part \(number): \(block.payload.count) bytes")
        }
        let seal = try cipher.key(scope.key).map { key in
            Envelope.Seal(
                key: key, nonce: cipher.nonce(),
                additional: PartV1.additional(.payload, part: number, block: blocks.count, table: table, scope: scope))
        }
        let start = flushedBytes + buffer.count
        block.payload.withUnsafeBytes { Envelope.append($0, compression: .zstd, seal: seal, to: &buffer) }
        let header = BlockHeader(
            scope: scope, partition: partition, rowCount: block.rowCount, times: block.times, summary: block.summary)
        blocks.append(
            PartIndex.Block(
                header: header, offset: start, storedBytes: flushedBytes + buffer.count - start, plainBytes: block.payload.count,
                isKeyGone: false))
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    /// Writes the index and syncs the file; its directory is the caller's to sync.
    mutating func finish() throws(StorageError) -> PartIndex {
        let indexOffset = flushedBytes + buffer.count
        let index = PartIndex(number: number, table: table, partition: partition, blocks: blocks, fileBytes: 0)
        let plain = try PartIndexCoding.encode(index, cipher: cipher)
        plain.withUnsafeBytes { Envelope.append($0, compression: .zstd, seal: nil, to: &buffer) }
        let indexBytes = flushedBytes + buffer.count - indexOffset
        var trailer = ByteWriter(capacity: PartV1.trailerBytes)
        trailer.append(uint64: UInt64(indexOffset))
        trailer.append(uint64: UInt64(indexBytes))
        trailer.append(uint64: number)
        trailer.append(uint64: Checksum.xxh3(trailer.bytes))
        trailer.append(uint64: PartV1.trailerMagic)
        buffer.append(bytes: trailer.bytes)
        try flush()
        let file = file
        try onDisk { () throws(FileError) in try file.sync() }
        return PartIndex(number: number, table: table, partition: partition, blocks: blocks, fileBytes: flushedBytes)
    }

    private mutating func flush() throws(StorageError) {
        let (file, bytes, offset) = (file, buffer.bytes, flushedBytes)
        try onDisk { () throws(FileError) in try file.write(bytes, at: offset) }
        flushedBytes += buffer.count
        buffer.bytes.removeAll(keepingCapacity: true)
    }
}
