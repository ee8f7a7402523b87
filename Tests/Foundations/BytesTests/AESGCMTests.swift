import Bytes
import Simulation
import Testing

struct AESGCMTests {
    private let key = SecretKey([UInt8](repeating: 9, count: 32))!
    private let nonce = AESGCM.Nonce(writer: 1, counter: 2)

    @Test func `sealing agrees with the published test case 14 for AES-256-GCM`() throws {
        let zeros = try #require(SecretKey([UInt8](repeating: 0, count: 32)))
        let nonce = try #require(AESGCM.Nonce([UInt8](repeating: 0, count: 12)))
        let sealed = AESGCM.seal([UInt8](repeating: 0, count: 16), key: zeros, nonce: nonce)
        #expect(Hex.encode(sealed) == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919")
    }

    @Test(arguments: [0, 1, 15, 16, 17, 100_000])
    func `what is sealed opens with the same key, nonce and header`(count: Int) throws {
        let plain = [UInt8](repeating: 3, count: count)
        let sealed = AESGCM.seal(plain, key: key, nonce: nonce, additional: [1, 2])
        #expect(sealed.count == count + 16)
        #expect(try AESGCM.open(sealed, key: key, nonce: nonce, additional: [1, 2]) == plain)
    }

    @Test func `any difference refuses to open`() throws {
        let sealed = AESGCM.seal([1, 2, 3], key: key, nonce: nonce, additional: [1, 2])
        let other = try #require(SecretKey([UInt8](repeating: 8, count: 32)))
        #expect(code { try AESGCM.open(sealed, key: other, nonce: nonce, additional: [1, 2]) } == .notAuthentic)
        #expect(code { try AESGCM.open(sealed, key: key, nonce: .init(writer: 1, counter: 3), additional: [1, 2]) } == .notAuthentic)
        #expect(code { try AESGCM.open(sealed, key: key, nonce: nonce, additional: [1]) } == .notAuthentic)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 0x80
            #expect(code { try AESGCM.open(changed, key: key, nonce: nonce, additional: [1, 2]) } == .notAuthentic)
        }
        #expect(code { try AESGCM.open(Array(sealed.dropLast()), key: key, nonce: nonce, additional: [1, 2]) } == .notAuthentic)
        #expect(code { try AESGCM.open([1, 2, 3], key: key, nonce: nonce) } == .truncated)
    }

    @Test func `a key never shows itself`() {
        var text = ""
        dump(key, to: &text)
        for shown in ["\(key)", String(describing: key), String(reflecting: key), text] {
            #expect(shown.contains("hidden"))
            #expect(!shown.contains("9"))
        }
    }

    @Test func `keys and nonces have one size`() {
        #expect(SecretKey([1]) == nil)
        #expect(AESGCM.Nonce([1]) == nil)
        #expect(AESGCM.Nonce(writer: 1, counter: 2).bytes == [1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])
        var random = SeededRandom(seed: 1)
        let (a, b) = (SecretKey(using: &random), SecretKey(using: &random))
        #expect(a.withBytes { Array($0) } != b.withBytes { Array($0) })
    }

    private func code(_ body: () throws -> [UInt8]) -> BytesError.Code? {
        do { _ = try body() } catch { return (error as? BytesError)?.code }
        return nil
    }
}
