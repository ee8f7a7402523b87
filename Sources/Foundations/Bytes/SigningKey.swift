import CCrypto

/// An RSA key of ours that signs what we send, and the self-signed certificate by which receivers check it.
///
///     let key = try SigningKey.generate()
///     let signature = try key.sign(bytes, with: .sha1)            // PKCS #1 v1.5
///     let pem = try key.certificate(commonName: "sns", from: now, days: 3650)
///
/// Not to be confused with `SecretKey`: that one seals, this one shows who sent.
package final class SigningKey: Sendable {
    package enum DigestAlgorithm: String, Sendable { case sha1 = "SHA1", sha256 = "SHA256" }

    private static let bits: Int32 = 2048
    // OpenSSL counts references to a key atomically and does not change it when it signs.
    private nonisolated(unsafe) let key: OpaquePointer

    private init(owning key: OpaquePointer) { self.key = key }

    deinit { EVP_PKEY_free(key) }

    /// Takes a tenth of a second or so.
    package static func generate() throws(BytesError) -> SigningKey {
        guard let context = EVP_PKEY_CTX_new_from_name(nil, "RSA", nil) else { throw failure("make a signing key") }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits) == 1,
            EVP_PKEY_generate(context, &key) == 1, let key
        else { throw failure("make a signing key") }
        return SigningKey(owning: key)
    }

    /// The private key in DER, to be kept as a secret.
    package var der: [UInt8] {
        get throws(BytesError) {
            var bytes: UnsafeMutablePointer<UInt8>?
            let count = i2d_PrivateKey(key, &bytes)
            guard count > 0, let bytes else { throw Self.failure("write a signing key") }
            defer { CRYPTO_free(bytes, nil, 0) }
            return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
        }
    }

    package convenience init(der: [UInt8]) throws(BytesError) {
        let key = der.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            var place = bytes.baseAddress
            return d2i_AutoPrivateKey(nil, &place, bytes.count)
        }
        guard let key else { throw Self.failure("read a signing key") }
        self.init(owning: key)
    }

    package func sign(_ bytes: [UInt8], with algorithm: DigestAlgorithm) throws(BytesError) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { throw Self.failure("sign") }
        defer { EVP_MD_CTX_free(context) }
        var count = 0
        guard EVP_DigestSignInit_ex(context, nil, algorithm.rawValue, nil, nil, key, nil) == 1,
            EVP_DigestSign(context, nil, &count, bytes, bytes.count) == 1
        else { throw Self.failure("sign") }
        var signature = [UInt8](repeating: 0, count: count)
        guard EVP_DigestSign(context, &signature, &count, bytes, bytes.count) == 1 else { throw Self.failure("sign") }
        return Array(signature.prefix(count))
    }

    /// True when `signature` is this key's over `bytes`.
    package func verifies(_ signature: [UInt8], of bytes: [UInt8], with algorithm: DigestAlgorithm) -> Bool {
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit_ex(context, nil, algorithm.rawValue, nil, nil, key, nil) == 1
            && EVP_DigestVerify(context, signature, signature.count, bytes, bytes.count) == 1
    }

    /// A self-signed X.509 certificate in PEM. The serial number is made from the name and the time.
    /// - Parameter seconds: since the epoch; the certificate is valid from then on.
    package func certificate(commonName: String, from seconds: Int, days: Int) throws(BytesError) -> String {
        guard let certificate = X509_new() else { throw Self.failure("make a certificate") }
        defer { X509_free(certificate) }
        guard X509_set_version(certificate, 2) == 1, let serial = X509_get_serialNumber(certificate),
            ASN1_INTEGER_set_uint64(serial, Checksum.xxh3(Array("\(commonName) \(seconds)".utf8)) >> 1) == 1,
            ASN1_TIME_set(X509_getm_notBefore(certificate), seconds) != nil,
            ASN1_TIME_set(X509_getm_notAfter(certificate), seconds + days * 86_400) != nil,
            X509_set_pubkey(certificate, key) == 1, let name = X509_get_subject_name(certificate),
            X509_NAME_add_entry_by_txt(name, "CN", Self.asciiString, Array(commonName.utf8), Int32(commonName.utf8.count), -1, 0) == 1,
            X509_set_issuer_name(certificate, name) == 1, X509_sign(certificate, key, EVP_sha256()) > 0
        else { throw Self.failure("make a certificate") }
        guard let memory = BIO_new(BIO_s_mem()) else { throw Self.failure("make a certificate") }
        defer { BIO_free(memory) }
        guard PEM_write_bio_X509(memory, certificate) == 1 else { throw Self.failure("write a certificate") }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = BIO_read(memory, &bytes, Int32(bytes.count))
        guard count > 0 else { throw Self.failure("write a certificate") }
        return String(decoding: bytes.prefix(Int(count)), as: UTF8.self)
    }

    /// `MBSTRING_ASC`: a macro that is a sum, which does not cross into Swift.
    private static let asciiString: Int32 = 0x1000 | 1

    private static func failure(_ verb: String) -> BytesError {
        ERR_clear_error()
        return BytesError(code: .malformed, message: "cannot \(verb): libcrypto refused")
    }
}
