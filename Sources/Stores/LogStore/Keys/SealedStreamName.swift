import Bytes
import ColumnStore
import Platform
import SignalModel

/// The name of a stream of an encrypted group, as the catalog keeps it: a keyed hash to find it by, and the name sealed.
struct SealedStreamName {
    private let key: SecretKey
    private let number: UInt64

    init(_ id: DataKeyID, _ keys: LogDataKeys) throws(StorageError) {
        key = try keys.key(id)
        number = id.number
    }

    /// What stands for the name in a document's key. A clear name cannot look so: it has no `*`.
    func hash(of name: String) -> String {
        let sum = key.withBytes { Digest.hmacSHA256(Array("stream name \(name)".utf8), key: Array($0)) }
        return "*" + Hex.encode(sum.prefix(16))
    }

    func sealed(_ name: String, random: RandomSource) -> String {
        guard let nonce = AESGCM.Nonce(random.bytes(AESGCM.Nonce.byteCount)) else { preconditionFailure("a nonce has 12 bytes") }
        return Base64.encode(nonce.bytes + AESGCM.seal(Array(name.utf8), key: key, nonce: nonce, additional: Array("stream name".utf8)))
    }

    func opened(_ sealed: String) throws(StorageError) -> String {
        guard let bytes = Base64.decode(sealed), bytes.count > AESGCM.Nonce.byteCount,
            let nonce = AESGCM.Nonce(Array(bytes.prefix(AESGCM.Nonce.byteCount)))
        else { throw StorageError(code: .corrupt, message: "cannot read a stream's name: it is damaged") }
        do throws(BytesError) {
            let name = try AESGCM.open(
                Array(bytes.dropFirst(AESGCM.Nonce.byteCount)), key: key, nonce: nonce, additional: Array("stream name".utf8))
            return String(decoding: name, as: UTF8.self)
        } catch {
            throw StorageError(code: .corrupt, message: "cannot read a stream's name: \(error.message)")
        }
    }
}
