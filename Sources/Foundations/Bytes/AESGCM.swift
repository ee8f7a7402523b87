// AES-256-GCM (NIST SP 800-38D) through OpenSSL's libcrypto.

import CCrypto

/// Seals bytes so that nobody without the key can read them or change them unseen.
///
///     let sealed = AESGCM.seal(block, key: key, nonce: nonce, additional: header)
///     let block = try AESGCM.open(sealed, key: key, nonce: nonce, additional: header)
///
/// `additional` is not stored, only bound: opening under another header fails. Layout: [cipher text, as long as the plain][16 B tag].
package enum AESGCM {
    package static let tagBytes = 16

    /// 96 bits that must never come twice with one key: two messages under one nonce give both, and the key's protection, away.
    package struct Nonce: Hashable, Sendable {
        package static let byteCount = 12
        package let bytes: [UInt8]

        /// A writer's own number and its running count, both little-endian.
        package init(writer: UInt32, counter: UInt64) {
            var writing = ByteWriter(capacity: Self.byteCount)
            writing.append(uint32: writer)
            writing.append(uint64: counter)
            bytes = writing.bytes
        }

        /// Nil unless there are exactly 12 bytes.
        package init?(_ bytes: [UInt8]) {
            guard bytes.count == Self.byteCount else { return nil }
            self.bytes = bytes
        }
    }

    package static func seal(
        _ plain: UnsafeRawBufferPointer, key: SecretKey, nonce: Nonce, additional: UnsafeRawBufferPointer
    ) -> [UInt8] {
        precondition(plain.count <= Int(Int32.max) - tagBytes, "one sealed piece holds less than 2 GB")
        let context = Context(key, nonce, isSealing: true)
        return [UInt8](unsafeUninitializedCapacity: plain.count + tagBytes) { target, count in
            context.bind(additional)
            context.update(plain, into: target.baseAddress!)
            precondition(context.finish(target.baseAddress! + plain.count), "libcrypto cannot seal")
            context.control(EVP_CTRL_AEAD_GET_TAG, tagBytes, target.baseAddress! + plain.count)
            count = plain.count + tagBytes
        }
    }

    /// - Throws: `.notAuthentic` when key, nonce, additional data or any bit differs; nothing of the plain text is given then.
    package static func open(
        _ sealed: UnsafeRawBufferPointer, key: SecretKey, nonce: Nonce, additional: UnsafeRawBufferPointer
    ) throws(BytesError) -> [UInt8] {
        let count = sealed.count - tagBytes
        guard count >= 0, sealed.count <= Int(Int32.max) else {
            throw BytesError(code: .truncated, message: "cannot open \(sealed.count) sealed bytes: the tag alone has \(tagBytes)")
        }
        let context = Context(key, nonce, isSealing: false)
        return try filled(count) { target throws(BytesError) in
            var tag = [UInt8](sealed[count...])
            var none: UInt8 = 0
            let isAuthentic = withUnsafeMutablePointer(to: &none) { none in
                let start = target.bindMemory(to: UInt8.self).baseAddress ?? none
                context.bind(additional)
                context.update(UnsafeRawBufferPointer(rebasing: sealed[..<count]), into: start)
                context.control(EVP_CTRL_AEAD_SET_TAG, tagBytes, &tag)
                return context.finish(start)
            }
            guard isAuthentic else {
                if let start = target.baseAddress { OPENSSL_cleanse(start, count) }
                throw BytesError(
                    code: .notAuthentic, message: "cannot open \(sealed.count) sealed bytes: another key, or they were changed")
            }
        }
    }

    package static func seal(_ plain: [UInt8], key: SecretKey, nonce: Nonce, additional: [UInt8] = []) -> [UInt8] {
        plain.withUnsafeBytes { plain in
            additional.withUnsafeBytes { seal(plain, key: key, nonce: nonce, additional: $0) }
        }
    }

    package static func open(
        _ sealed: [UInt8], key: SecretKey, nonce: Nonce, additional: [UInt8] = []
    ) throws(BytesError) -> [UInt8] {
        try sealed.withRawBytes { sealed throws(BytesError) in
            try additional.withRawBytes { additional throws(BytesError) in
                try open(sealed, key: key, nonce: nonce, additional: additional)
            }
        }
    }

    /// One use of the cipher. The calls can fail only for lack of memory or a wrong use, except `finish`, which checks the tag.
    private final class Context {
        private let pointer: OpaquePointer

        init(_ key: SecretKey, _ nonce: Nonce, isSealing: Bool) {
            guard let pointer = EVP_CIPHER_CTX_new() else { preconditionFailure("out of memory") }
            self.pointer = pointer
            let isReady = key.withBytes { key in
                EVP_CipherInit_ex(
                    pointer, EVP_aes_256_gcm(), nil, key.bindMemory(to: UInt8.self).baseAddress, nonce.bytes, isSealing ? 1 : 0)
            }
            precondition(isReady == 1, "libcrypto cannot use AES-256-GCM")
        }

        deinit { EVP_CIPHER_CTX_free(pointer) }

        func bind(_ additional: UnsafeRawBufferPointer) {
            guard !additional.isEmpty else { return }
            var count: Int32 = 0
            let start = additional.bindMemory(to: UInt8.self).baseAddress
            precondition(EVP_CipherUpdate(pointer, nil, &count, start, Int32(additional.count)) == 1, "libcrypto cannot bind data")
        }

        func update(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutablePointer<UInt8>) {
            guard !bytes.isEmpty else { return }
            var count: Int32 = 0
            let start = bytes.bindMemory(to: UInt8.self).baseAddress
            precondition(EVP_CipherUpdate(pointer, target, &count, start, Int32(bytes.count)) == 1, "libcrypto cannot encipher")
        }

        func control(_ what: Int32, _ count: Int, _ bytes: UnsafeMutablePointer<UInt8>) {
            precondition(EVP_CIPHER_CTX_ctrl(pointer, what, Int32(count), bytes) == 1, "libcrypto cannot handle the tag")
        }

        func finish(_ target: UnsafeMutablePointer<UInt8>) -> Bool {
            var count: Int32 = 0
            return EVP_CipherFinal_ex(pointer, target, &count) == 1
        }
    }
}
