import Bytes
import Simulation
import Testing

struct TextFormsTests {
    @Test func `hexadecimal text is read in either case, and only that`() {
        #expect(Hex.encode([0x00, 0x9f, 0xff]) == "009fff")
        #expect(Hex.encode(UInt64(0x1f)) == "000000000000001f" && Hex.encode(UInt64.max) == "ffffffffffffffff")
        #expect(Hex.decode("009FfF") == [0x00, 0x9f, 0xff])
        #expect(Hex.decode("") == [])
        for wrong in ["0", "0g", "0x", "é0", " 00", "00\n"] { #expect(Hex.decode(wrong) == nil, "\(wrong)") }
    }

    @Test func `base64 agrees with RFC 4648`() {
        let pairs = [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ]
        for (plain, text) in pairs {
            #expect(Base64.encode(Array(plain.utf8)) == text)
            #expect(Base64.decode(text) == Array(plain.utf8))
        }
    }

    @Test func `base64 has one text for each byte string`() {
        for wrong in ["Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "=Zg=", "Zg==Zg==", "Zm 9v", "Zm9v\n", "Zm9-", "====", "Zm==9v=="] {
            #expect(Base64.decode(wrong) == nil, "\(wrong)")
        }
        var random = SeededRandom(seed: 5)
        for count in 0..<200 {
            let bytes = random.bytes(count)
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
    }

    @Test func `ids are version 4 UUIDs that read back`() throws {
        var random = SeededRandom(seed: 1)
        let ids = (0..<1000).map { _ in RandomID(using: &random) }
        #expect(Set(ids).count == 1000)
        for id in ids {
            let text = Array(id.description.utf8)
            #expect(text.count == 36 && text[14] == UInt8(ascii: "4") && "89ab".utf8.contains(text[19]))
            #expect(RandomID(id.description) == id)
            #expect(RandomID(id.description.uppercased()) == id)
            #expect(id.hex == id.description.filter { $0 != "-" })
        }
        for wrong in ["", "f81d4fae", "f81d4fae-7dec-41d0-a765-00a0c91e6bfg", "f81d4fae7dec-41d0-a765-00a0-c91e6bf6", "-----"] {
            #expect(RandomID(wrong) == nil)
        }
    }
}
