// Digests through OpenSSL's libcrypto. MD5 and SHA-1 are here because old protocols name them, never to protect anything.

import CCrypto

package enum Digest {
    /// Fetched once: OpenSSL would look each up by name on every call.
    private struct Algorithm: @unchecked Sendable {     // an EVP_MD is immutable and counted atomically
        let pointer: OpaquePointer
        let byteCount: Int

        init(_ name: String) {
            guard let fetched = EVP_MD_fetch(nil, name, nil) else { preconditionFailure("libcrypto has no \(name)") }
            pointer = fetched
            byteCount = Int(EVP_MD_get_size(fetched))
        }
    }

    private static let sha256Algorithm = Algorithm("SHA256")
    private static let sha1Algorithm = Algorithm("SHA1")
    private static let md5Algorithm = Algorithm("MD5")

    package static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { digest(bytes, sha256Algorithm) }
    package static func sha1(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { digest(bytes, sha1Algorithm) }
    package static func md5(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { digest(bytes, md5Algorithm) }

    package static func sha256(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes(sha256) }
    package static func sha1(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes(sha1) }
    package static func md5(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes(md5) }

    /// RFC 2104 with SHA-256: 32 bytes.
    package static func hmacSHA256(_ bytes: UnsafeRawBufferPointer, key: [UInt8]) -> [UInt8] {
        // A null key means "the one before" to OpenSSL; an empty one needs an address.
        let padded = key.isEmpty ? [0] : key
        return [UInt8](unsafeUninitializedCapacity: sha256Algorithm.byteCount) { target, count in
            let source = bytes.bindMemory(to: UInt8.self).baseAddress
            let result = HMAC(sha256Algorithm.pointer, padded, Int32(key.count), source, bytes.count, target.baseAddress, nil)
            precondition(result != nil, "libcrypto cannot make an HMAC")
            count = sha256Algorithm.byteCount
        }
    }

    package static func hmacSHA256(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { hmacSHA256($0, key: key) }
    }

    private static func digest(_ bytes: UnsafeRawBufferPointer, _ algorithm: Algorithm) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: algorithm.byteCount) { target, count in
            let isDone = EVP_Digest(bytes.baseAddress, bytes.count, target.baseAddress, nil, algorithm.pointer, nil)
            precondition(isDone == 1, "libcrypto cannot make a digest")
            count = algorithm.byteCount
        }
    }
}

package enum ConstantTime {
    /// Compares without telling by its duration where the first difference is. The counts are no secret.
    package static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        a.count == b.count && (a.isEmpty || CRYPTO_memcmp(a, b, a.count) == 0)
    }
}
