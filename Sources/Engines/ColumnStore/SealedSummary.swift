import Bytes
import SignalModel

/// A block's summary as it lies in an index: it says something about the block's rows, so under a key it is an envelope, sealed like them.
struct SealedSummary {
    private let stored: [UInt8]
    /// What it is bound to.
    private let bound: [UInt8]

    init(_ stored: [UInt8], bound: [UInt8]) {
        self.stored = stored
        self.bound = bound
    }

    /// The bytes to store for a block's summary.
    static func seal(_ summary: ArraySlice<UInt8>, key: SecretKey?, cipher: Cipher, bound: [UInt8]) -> [UInt8] {
        guard let key else { return Array(summary) }
        var writer = ByteWriter()
        let seal = Envelope.Seal(key: key, nonce: cipher.nonce(), additional: bound)
        summary.withUnsafeBytes { Envelope.append($0, compression: .zstd, seal: seal, to: &writer) }
        return writer.bytes
    }

    /// The block with its summary; without one when its key is gone.
    func opened(for block: PartIndex.Block, part: UInt64, cipher: Cipher) throws(StorageError) -> PartIndex.Block {
        let scope = block.header.scope
        guard scope.key != nil else { return block.with(summary: stored[...], isKeyGone: false) }
        let key: SecretKey?
        do throws(StorageError) {
            key = try cipher.key(scope.key)
        } catch {
            guard error.code == .keyGone else { throw error }
            return block.with(summary: [], isKeyGone: true)
        }
        let plain = try decoding("index of part \(part)", stored) { reader throws(BytesError) in
            let envelope = try Envelope(&reader)
            try reader.expectEnd()
            return try envelope.opened(key: key, additional: bound)
        }
        return block.with(summary: plain[...], isKeyGone: false)
    }
}
