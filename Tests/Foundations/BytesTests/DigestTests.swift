import Bytes
import Simulation
import Testing

struct DigestTests {
    @Test func `digests agree with their standards' examples`() {
        let abc = Array("abc".utf8)
        #expect(Hex.encode(Digest.sha256(abc)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")      // FIPS 180-4
        #expect(Hex.encode(Digest.sha256([UInt8]())) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(Hex.encode(Digest.sha1(abc)) == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(Hex.encode(Digest.md5(abc)) == "900150983cd24fb0d6963f7d28e17f72")                                         // RFC 1321
    }

    @Test func `HMAC-SHA256 agrees with RFC 4231`() {
        let key = Array("Jefe".utf8)
        let text = Array("what do ya want for nothing?".utf8)
        #expect(
            Hex.encode(Digest.hmacSHA256(text, key: key)) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            Hex.encode(Digest.hmacSHA256([UInt8](), key: [])) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test func `checksums are XXH3 and see every changed byte`() {
        #expect(Checksum.xxh3([UInt8]()) == 0x2d06_8005_38d3_94c2)      // the specification's value for no input, seed 0
        let bytes = Array("groundwatch keeps what it acknowledged".utf8)
        let sum = Checksum.xxh3(bytes)
        #expect(Checksum.xxh3(bytes, seed: 1) != sum)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            #expect(Checksum.xxh3(changed) != sum)
        }
    }

    @Test func `fingerprints depend on the key, and not on where the bytes lie`() {
        let key = FingerprintKey(seed: [UInt8](repeating: 1, count: 16))
        let other = FingerprintKey(seed: [UInt8](repeating: 2, count: 16))
        var seen: Set<Fingerprint> = []
        for count in 0..<600 {
            let bytes = [UInt8](repeating: 7, count: count)
            #expect(seen.insert(key.fingerprint(of: bytes)).inserted)
            #expect(seen.insert(other.fingerprint(of: bytes)).inserted)
            let shifted: [UInt8] = [0] + bytes
            let again = shifted.withUnsafeBytes { key.fingerprint(of: UnsafeRawBufferPointer(rebasing: $0.dropFirst())) }
            #expect(again == key.fingerprint(of: bytes))
        }
    }

    @Test func `secrets are compared whole`() {
        #expect(ConstantTime.equal([], []))
        #expect(ConstantTime.equal([1, 2], [1, 2]))
        #expect(!ConstantTime.equal([1, 2], [1, 3]))
        #expect(!ConstantTime.equal([1, 2], [1, 2, 3]))
    }
}
