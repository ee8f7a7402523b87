// XXH3 (xxhash 0.8 specification, stable since 0.8.0): fast sums that find damage, not forgery.

import CXXHash

package enum Checksum {
    /// XXH3-64 of the bytes.
    package static func xxh3(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
        XXH3_64bits_withSeed(bytes.baseAddress, bytes.count, seed)
    }

    package static func xxh3(_ bytes: [UInt8], seed: UInt64 = 0) -> UInt64 { bytes.withUnsafeBytes { xxh3($0, seed: seed) } }
}

/// 128 bits that stand for a byte string: two that differ have different fingerprints for all practical purposes.
@usableFromInline package struct Fingerprint: Hashable, BitwiseCopyable, Sendable {
    @usableFromInline package let high: UInt64
    @usableFromInline package let low: UInt64

    @inlinable package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// As a hash table's hash the low half is already as good as any.
    @inlinable package func hash(into hasher: inout Hasher) { hasher.combine(low) }
}

/// A secret that makes fingerprints unpredictable from outside, so that nobody can send colliding label sets on purpose.
/// Kept beside the tables made with it: without it they cannot be asked.
package struct FingerprintKey: Sendable {
    /// XXH3's own secret is as long as this; it wants at least 136 bytes of high entropy.
    private static let secretBytes = 192
    /// To be kept beside tables that are stored, and from everybody else.
    package let secret: [UInt8]

    /// - Parameter seed: 16 random bytes or more, spread over the whole secret by HMAC-SHA256 of a running number.
    package init(seed: [UInt8]) {
        precondition(seed.count >= 16, "a fingerprint key of fewer than 128 bits could be guessed")
        secret = (0..<UInt8(Self.secretBytes / 32)).flatMap { Digest.hmacSHA256([$0], key: seed) }
    }

    /// A key as it was stored.
    /// - Returns: nil for another length than secrets have.
    package init?(secret: [UInt8]) {
        guard secret.count == Self.secretBytes else { return nil }
        self.secret = secret
    }

    /// XXH3-128 with this secret.
    package func fingerprint(of bytes: UnsafeRawBufferPointer) -> Fingerprint {
        let hash = secret.withUnsafeBytes { XXH3_128bits_withSecret(bytes.baseAddress, bytes.count, $0.baseAddress, $0.count) }
        return Fingerprint(high: hash.high64, low: hash.low64)
    }

    package func fingerprint(of bytes: [UInt8]) -> Fingerprint { bytes.withUnsafeBytes(fingerprint) }
}
