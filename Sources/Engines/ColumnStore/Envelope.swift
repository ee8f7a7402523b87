import Bytes
import SignalModel

/// A run of bytes as it lies on disk, in the journal and in parts alike: compressed where it gains, then encrypted where a key is
/// given, always with a checksum. Layout in `Documentation/Formats/part.md`:
///
///     [1 B version][1 B compression][1 B encrypted][1 B 0][4 B body bytes][4 B plain bytes][4 B 0][8 B checksum][body]
///
/// An encrypted body is `[12 B nonce][cipher text][16 B tag]`; the first 16 bytes of the head are part of what the tag covers.
struct Envelope {
    enum Compression: UInt8, Sendable { case none = 0, lz4 = 1, zstd = 2 }

    static let headBytes = 24
    /// One piece of bytes may be this long, plain or stored.
    static let bytesMax = 1 << 30
    private static let version: UInt8 = 1
    /// The head up to the checksum.
    private static let checkedHeadBytes = 16

    let compression: Compression
    let isEncrypted: Bool
    let plainBytes: Int
    private let body: UnsafeRawBufferPointer
    private let head: UnsafeRawBufferPointer

    /// Checks the head and the checksum. The envelope points into the reader's bytes and must not outlive them.
    init(_ reader: inout ByteReader) throws(BytesError) {
        head = try reader.bytes(Self.checkedHeadBytes)
        var fields = ByteReader(head)
        let version = try fields.uint8()
        let compression = Compression(rawValue: try fields.uint8())
        let encrypted = try fields.uint16()
        let bodyBytes = Int(try fields.uint32())
        plainBytes = Int(try fields.uint32())
        let padding = try fields.uint32()
        let checksum = try reader.uint64()
        guard version == Self.version, let compression, encrypted < 2, padding == 0, plainBytes <= Self.bytesMax else {
            throw BytesError(code: .malformed, message: "cannot open envelope: unknown version or fields")
        }
        self.compression = compression
        isEncrypted = encrypted == 1
        body = try reader.bytes(bodyBytes)
        guard checksum == Self.checksum(head: head, body: body) else {
            throw BytesError(code: .malformed, message: "cannot open envelope: checksum differs")
        }
        guard compression != .none || isEncrypted || plainBytes == bodyBytes else {
            throw BytesError(code: .malformed, message: "cannot open envelope: lengths differ")
        }
    }

    /// - Parameter additional: the same bytes that it was sealed with.
    /// - Throws: `.notAuthentic` when it was moved or changed on purpose; `.malformed` also when there is a key for an
    ///   envelope in the clear, or none for an encrypted one.
    func opened(key: SecretKey?, additional: [UInt8]) throws(BytesError) -> [UInt8] {
        try checkSealed(key)
        guard let key else { return try inflated(body) }
        let compressed = try decrypted(key, additional)
        return try compressed.withRawBytes { raw throws(BytesError) in try inflated(raw) }
    }

    /// The bytes as `compression` left them, for another envelope.
    /// - Throws: as `opened`.
    func packed(key: SecretKey?, additional: [UInt8]) throws(BytesError) -> [UInt8] {
        try checkSealed(key)
        guard let key else { return Array(body) }
        return try decrypted(key, additional)
    }

    private func checkSealed(_ key: SecretKey?) throws(BytesError) {
        guard isEncrypted == (key != nil) else {
            throw BytesError(
                code: .malformed, message: "cannot open envelope: it is sealed and no key is named, or the other way round")
        }
    }

    private func decrypted(_ key: SecretKey, _ additional: [UInt8]) throws(BytesError) -> [UInt8] {
        var reader = ByteReader(body)
        let nonce = AESGCM.Nonce(Array(try reader.bytes(AESGCM.Nonce.byteCount)))!
        let sealed = try reader.bytes(reader.remaining)
        let bound = additional + Array(head)
        return try bound.withRawBytes { bound throws(BytesError) in
            try AESGCM.open(sealed, key: key, nonce: nonce, additional: bound)
        }
    }

    private func inflated(_ bytes: UnsafeRawBufferPointer) throws(BytesError) -> [UInt8] {
        switch compression {
        case .lz4: return try LZ4.decompress(bytes, exactly: plainBytes)
        case .zstd: return try Zstd.decompress(bytes, exactly: plainBytes)
        case .none:
            guard bytes.count == plainBytes else { throw BytesError(code: .malformed, message: "cannot open envelope: lengths differ") }
            return Array(bytes)
        }
    }

    private static func checksum(head: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer) -> UInt64 {
        Checksum.xxh3(body, seed: Checksum.xxh3(head))
    }
}

extension Envelope {
    /// What makes an envelope secret: a key, a nonce that it never saw before, and what the bytes are bound to.
    struct Seal {
        let key: SecretKey
        let nonce: AESGCM.Nonce
        let additional: [UInt8]
    }

    /// Bytes too few to be worth a compression's fixed cost.
    private static let compressedBytesMin = 64

    /// - Precondition: at most `bytesMax` plain bytes.
    static func append(_ plain: UnsafeRawBufferPointer, compression: Compression, seal: Seal?, to writer: inout ByteWriter) {
        precondition(plain.count <= bytesMax, "an envelope holds at most \(bytesMax) bytes")
        guard let compressed = compress(plain, compression) else {
            return append(packed: plain, .none, plainBytes: plain.count, seal: seal, to: &writer)
        }
        compressed.withUnsafeBytes { append(packed: $0, compression, plainBytes: plain.count, seal: seal, to: &writer) }
    }

    /// Bytes that were compressed already, as another envelope's `packed` gave them.
    static func append(
        packed: UnsafeRawBufferPointer, _ compression: Compression, plainBytes: Int, seal: Seal?, to writer: inout ByteWriter
    ) {
        guard let seal else { return append(head(compression, nil, packed.count, plainBytes), packed, to: &writer) }
        let head = head(compression, seal, packed.count + AESGCM.Nonce.byteCount + AESGCM.tagBytes, plainBytes)
        encrypted(Array(packed), seal, head).withUnsafeBytes { append(head, $0, to: &writer) }
    }

    /// Nil when it does not gain a sixteenth: reading it in the clear is cheaper then.
    private static func compress(_ plain: UnsafeRawBufferPointer, _ compression: Compression) -> [UInt8]? {
        guard plain.count >= compressedBytesMin else { return nil }
        let compressed: [UInt8]
        switch compression {
        case .none: return nil
        case .lz4: compressed = LZ4.compress(plain)
        case .zstd: compressed = Zstd.compress(plain)
        }
        return compressed.count <= plain.count - plain.count / 16 ? compressed : nil
    }

    private static func encrypted(_ packed: [UInt8], _ seal: Seal, _ head: [UInt8]) -> [UInt8] {
        seal.nonce.bytes + AESGCM.seal(packed, key: seal.key, nonce: seal.nonce, additional: seal.additional + head)
    }

    private static func head(_ compression: Compression, _ seal: Seal?, _ bodyBytes: Int, _ plainBytes: Int) -> [UInt8] {
        var writer = ByteWriter(capacity: checkedHeadBytes)
        writer.append(uint8: version)
        writer.append(uint8: compression.rawValue)
        writer.append(uint16: seal == nil ? 0 : 1)
        writer.append(uint32: UInt32(bodyBytes))
        writer.append(uint32: UInt32(plainBytes))
        writer.append(uint32: 0)
        return writer.bytes
    }

    private static func append(_ head: [UInt8], _ body: UnsafeRawBufferPointer, to writer: inout ByteWriter) {
        writer.bytes.append(contentsOf: head)
        writer.append(uint64: head.withUnsafeBytes { checksum(head: $0, body: body) })
        writer.bytes.append(contentsOf: body)
    }
}
