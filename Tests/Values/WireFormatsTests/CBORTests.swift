import Bytes
import Simulation
import Testing

@testable import WireFormats

private func parse(_ hex: String) throws -> WireNode { try WireDocument(cbor: try #require(Hex.decode(hex))).root }

@Suite struct CBORTests {
    @Test func `whatever is encoded reads back equal`() throws {
        for seed in 0..<300 as Range<UInt64> {
            var values = RandomValues(seed: seed)
            let value = values.structure()
            #expect(isSame(try WireDocument(cbor: CBOR.encode(value)).root, value), "seed \(seed)")
        }
    }

    @Test func `every truncation is an error`() throws {
        var values = RandomValues(seed: 3)
        let bytes = CBOR.encode(.structure([("A", values.structure()), ("B", .list([values.structure(), .double(1), "text"]))]))
        for count in 0..<bytes.count {
            #expect(throws: WireError.self, "\(count) bytes") { try WireDocument(cbor: Array(bytes[..<count])) }
        }
    }

    @Test func `random and changed bytes give an error or a document, never a crash`() {
        var values = RandomValues(seed: 5)
        var outcomes = (read: 0, refused: 0)
        for round in 0..<4000 {
            var bytes = round % 2 == 0 ? CBOR.encode(values.structure(depth: 2)) : values.random.bytes(24)
            bytes[Int.random(in: 0..<bytes.count, using: &values.random)] = UInt8(truncatingIfNeeded: values.random.next())
            do throws(WireError) {
                #expect(walk(try WireDocument(cbor: bytes).root) > 0)
                outcomes.read += 1
            } catch {
                #expect(0...bytes.count ~= error.position)
                outcomes.refused += 1
            }
        }
        #expect(outcomes.read > 50 && outcomes.refused > 50)
    }

    /// RFC 8949 appendix A.
    @Test(arguments: [
        ("00", 0), ("17", 23), ("1818", 24), ("1903e8", 1000), ("1a000f4240", 1_000_000), ("1b000000e8d4a51000", 1_000_000_000_000), ("20", -1),
        ("3863", -100), ("3903e7", -1000), ("3b7fffffffffffffff", .min), ("1b7fffffffffffffff", .max),
    ] as [(String, Int64)])
    func `integers`(_ hex: String, _ value: Int64) throws {
        #expect(try parse(hex).kind == .integer)
        #expect(try parse(hex).integer == value)
    }

    @Test(arguments: [
        ("f90000", 0), ("f93c00", 1), ("f93e00", 1.5), ("f97bff", 65504), ("f90001", 5.960464477539063e-8), ("f90400", 0.00006103515625),
        ("f9c400", -4), ("fa47c35000", 100_000), ("fa7f7fffff", 3.4028234663852886e+38), ("fb3ff199999999999a", 1.1), ("f97c00", .infinity),
        ("f9fc00", -.infinity), ("fb7e37e43c8800759c", 1e300), ("1bffffffffffffffff", 18446744073709551616), ("3bffffffffffffffff", -18446744073709551616),
    ] as [(String, Double)])
    func `floats of each width, and integers beyond 64 bits`(_ hex: String, _ value: Double) throws {
        #expect(try parse(hex).kind == .double)
        #expect(try parse(hex).double == value)
    }

    @Test func `half floats agree with their definition for every pattern`() throws {
        for pattern in UInt16.min...UInt16.max {
            let (exponent, fraction) = (Double(pattern >> 10 & 31), Double(pattern & 1023))
            var expected = exponent == 0 ? fraction * 0x1p-24 : exponent == 31 ? (fraction == 0 ? .infinity : .nan) : (1 + fraction / 1024)
            if 1...30 ~= exponent { for _ in 0..<Int(abs(exponent - 15)) { expected *= exponent < 15 ? 0.5 : 2 } }
            if pattern & 0x8000 != 0 { expected = -expected }
            let read = try WireDocument(cbor: [0xF9, UInt8(pattern >> 8), UInt8(pattern & 255)]).root.double
            guard read == expected || (read?.isNaN == true && expected.isNaN) else {
                Issue.record("\(pattern): \(String(describing: read)) is not \(expected)")
                return
            }
        }
    }

    @Test func `texts, blobs, simple values and containers of both lengths`() throws {
        #expect(try parse("6449455446").text == "IETF")
        #expect(try parse("62c3bc").text == "ü")
        #expect(try parse("7f657374726561646d696e67ff").text == "streaming")
        #expect(try parse("4401020304").blob == [1, 2, 3, 4])
        #expect(try parse("5f42010243030405ff").blob == [1, 2, 3, 4, 5])
        #expect(try parse("f5").bool == true && parse("f4").bool == false && parse("f6").isNull && parse("f7").isNull)
        #expect(try parse("83010203").children.map(\.integer) == [1, 2, 3])
        #expect(try parse("9f01820203ff").children.map(\.childCount) == [0, 2])
        #expect(try parse("bf61610161629f0203ffff")["b"]?.children.map(\.integer) == [2, 3])
        #expect(try parse("a26161016162820203")["a"]?.integer == 1)
        #expect(try parse("bf7f61616162ff01ff")["ab"]?.integer == 1)
        #expect(try parse("80").childCount == 0 && parse("a0").childCount == 0 && parse("9fff").childCount == 0 && parse("bfff").childCount == 0)
        #expect(try parse("d9d9f7a0").kind == .map)
    }

    @Test func `timestamps are tag 1 with integer or float, or tag 0 with text`() throws {
        #expect(try parse("c11a514b67b0").timestamp == 1_363_896_240_000_000_000)
        #expect(try parse("c1fb41d452d9ec200000").timestamp == 1_363_896_240_500_000_000)
        #expect(try parse("c120").timestamp == -1_000_000_000)
        #expect(try parse("c074323031332d30332d32315432303a30343a30305a").timestamp == 1_363_896_240_000_000_000)
        #expect(try parse("c11a514b67b0").kind == .timestamp)
        // Without the tag it is a number, which a timestamp getter takes as epoch seconds.
        #expect(try parse("1a514b67b0").timestamp == 1_363_896_240_000_000_000)
    }

    @Test(arguments: [
        "", "18", "1c", "1f", "3f", "5c", "df00", "ff", "9f", "bf", "a1", "a161", "a10101", "a1410101", "61ff", "62c328", "7f4161ff", "5f6161ff",
        "7f7f6161ffff", "81", "8201", "0000", "f8ff", "f818", "e0", "c2410a", "c16161", "c1f97e00", "c1fb7fefffffffffffff", "c06161", "c11bffffffffffffffff",
        "d8206161", "bf6161ff", "9b0000000100000000", "bbffffffffffffffff", "5bffffffffffffffff", "7b7fffffffffffffff00", "9affffffff00",
    ])
    func `what is not CBOR for us is refused`(_ hex: String) {
        #expect(throws: WireError.self) { try parse(hex) }
    }

    @Test func `nesting is limited, through tags too`() throws {
        func nested(_ depth: Int) -> [UInt8] { [UInt8](repeating: 0x81, count: depth) + [0] }
        #expect(walk(try WireDocument(cbor: nested(WireLimits.depthMax)).root) == WireLimits.depthMax + 1)
        let selfDescribed = Array(repeating: [0xD9, 0xD9, 0xF7] as [UInt8], count: 100_000).joined()
        for bytes in [nested(WireLimits.depthMax + 1), nested(1_000_000), Array(selfDescribed), [UInt8](repeating: 0x9F, count: 1_000_000)] {
            let error = #expect(throws: WireError.self) { try WireDocument(cbor: bytes) }
            #expect(error?.code == .limit)
        }
    }

    @Test func `values are written in their shortest heads`() throws {
        let value: WireValue = [
            "a": 23, "b": 24, "c": -500, "d": .double(1.1), "e": .timestamp(1_000_000_000), "f": .timestamp(1_500_000_000), "g": .blob([1]),
            "h": [true, false], "i": .doubles([]),
        ]
        #expect(
            Hex.encode(CBOR.encode(value))
                == "a9" + "616117" + "61621818" + "61633901f3" + "6164fb3ff199999999999a" + "6165c101" + "6166c1fb3ff8000000000000" + "61674101"
                + "616882f5f4" + "616980")
    }
}
