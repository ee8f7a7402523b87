package import Bytes
package import Platform
package import SignalModel
import Synchronization

/// Named keys in files of our own, for who has no key service. Who can read the folder can read what they seal.
///
/// A key has versions: sealing takes the newest, opening the one that it was sealed with. `keys/<XXH3 of the name>.master`, written anew
/// and renamed at each change: `[8 B magic][varint length][name][varint versions][32 B a version][8 B XXH3 of all before]`.
package final class LocalGroupKeys: GroupKeyProvider {
    private static let magic = "GWMKEY01"
    private static let suffix = ".master"

    private let folder: KeyFolder
    private let random: RandomSource
    private let keys = Mutex<[String: [SecretKey]]>([:])

    /// - Throws: `.corrupt` for a damaged file: what it sealed could not be read, and nobody should find that out late.
    package init(directory: String, files: any FileSystem, random: RandomSource) throws(StorageError) {
        folder = try KeyFolder(directory: directory, files: files)
        self.random = random
        var found: [String: [SecretKey]] = [:]
        for (name, bytes) in try folder.contents(suffix: Self.suffix) {
            let (key, versions) = try KeyFile.read(bytes, magic: Self.magic, name) { reader throws(BytesError) in
                let key = try reader.text()
                var versions: [SecretKey] = []
                for _ in 0..<(try reader.count(ofAtLeast: SecretKey.byteCount)) {
                    if let version = SecretKey(Array(try reader.bytes(SecretKey.byteCount))) { versions.append(version) }
                }
                return (key, versions)
            }
            found[key] = versions
        }
        keys.withLock { $0 = found }
    }

    /// Makes a key, or a new version of one that is there. Durable when it returns.
    package func addVersion(of name: String) throws(StorageError) {
        guard let version = SecretKey(random.bytes(SecretKey.byteCount)) else { preconditionFailure("a key has 32 bytes") }
        let versions = (keys.withLock { $0[name] } ?? []) + [version]
        var writer = ByteWriter()
        writer.append(lengthPrefixed: name.utf8)
        writer.append(varint: UInt64(versions.count))
        for version in versions { version.withBytes { writer.append(bytes: $0) } }
        try folder.write(KeyFile.bytes(writer.bytes, magic: Self.magic), as: Self.file(of: name))
        keys.withLock { $0[name] = versions }
    }

    /// Everything sealed under it is lost.
    package func destroy(_ name: String) throws(StorageError) {
        keys.withLock { $0[name] = nil }
        try folder.erase(Self.file(of: name))
    }

    package func seal(_ dataKey: SecretKey, under name: String, context: [UInt8]) throws(StorageError) -> [UInt8] {
        guard let versions = keys.withLock({ $0[name] }), let newest = versions.last else { throw Self.missing(name) }
        // Random nonces: a key seals a few data keys in its life, not 2^32.
        guard let nonce = AESGCM.Nonce(random.bytes(AESGCM.Nonce.byteCount)) else { preconditionFailure("a nonce has 12 bytes") }
        var writer = ByteWriter()
        writer.append(uint32: UInt32(versions.count - 1))
        writer.append(bytes: nonce.bytes)
        writer.append(bytes: dataKey.withBytes { AESGCM.seal(Array($0), key: newest, nonce: nonce, additional: context) })
        return writer.bytes
    }

    package func open(_ sealed: [UInt8], under name: String, context: [UInt8]) throws(StorageError) -> SecretKey {
        guard let versions = keys.withLock({ $0[name] }) else { throw Self.missing(name) }
        do throws(BytesError) {
            let bytes = try ByteReader.reading(sealed) { reader throws(BytesError) in
                let version = Int(try reader.uint32())
                let nonce = AESGCM.Nonce(Array(try reader.bytes(AESGCM.Nonce.byteCount)))
                let body = Array(try reader.bytes(reader.remaining))
                guard let nonce, version < versions.count else { throw BytesError(code: .notAuthentic, message: "an unknown version") }
                return try AESGCM.open(body, key: versions[version], nonce: nonce, additional: context)
            }
            guard let key = SecretKey(bytes) else { throw BytesError(code: .malformed, message: "not 32 bytes") }
            return key
        } catch {
            throw StorageError(code: .corrupt, message: "cannot open a data key under \(name): \(error.message)")
        }
    }

    private static func file(of name: String) -> String { String(Checksum.xxh3(Array(name.utf8)), radix: 16) + suffix }

    private static func missing(_ name: String) -> StorageError {
        StorageError(code: .keyGone, message: "cannot find the key \(name): it was never made, or destroyed")
    }
}
