import Bytes
import Simulation
import Testing

struct CursorTests {
    @Test func `everything written is read back in order`() throws {
        var writer = ByteWriter(capacity: 64)
        writer.append(uint8: 0xfe)
        writer.append(uint16: 0xabcd)
        writer.append(uint32: 0xdead_beef)
        writer.append(uint64: .max - 1)
        writer.append(int64: .min)
        writer.append(double: -0.0)
        writer.append(lengthPrefixed: "naïve".utf8)
        writer.append(bytes: [1, 2, 3])
        try ByteReader.reading(writer.bytes) { reader throws(BytesError) in
            #expect(try reader.uint8() == 0xfe)
            #expect(try reader.uint16() == 0xabcd)
            #expect(try reader.uint32() == 0xdead_beef)
            #expect(try reader.uint64() == .max - 1)
            #expect(try reader.int64() == .min)
            #expect(try reader.double().sign == .minus)
            #expect(try reader.text() == "naïve")
            #expect(Array(try reader.bytes(3)) == [1, 2, 3])
            try reader.expectEnd()
        }
    }

    @Test func `fixed widths are little-endian, varints LEB128`() {
        var writer = ByteWriter()
        writer.append(uint32: 0x0102_0304)
        writer.append(varint: 300)
        writer.append(zigzag: -2)
        writer.append(uint8: 9)
        #expect(writer.bytes == [4, 3, 2, 1, 0xac, 0x02, 3, 9])
        writer.overwrite(uint32: 7, at: 1)
        #expect(writer.bytes == [4, 7, 0, 0, 0, 0x02, 3, 9])
        writer.overwrite(uint64: 1, at: 0)
        #expect(writer.bytes == [1, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test(arguments: [0, 1, 127, 128, 16_383, 16_384, UInt64(UInt32.max), .max - 1, .max] as [UInt64])
    func `a varint comes back`(value: UInt64) throws {
        var writer = ByteWriter()
        writer.append(varint: value)
        writer.append(zigzag: Int64(bitPattern: value))
        try ByteReader.reading(writer.bytes) { reader throws(BytesError) in
            #expect(try reader.varint() == value)
            #expect(try reader.zigzag() == Int64(bitPattern: value))
            #expect(reader.isAtEnd)
        }
    }

    @Test(arguments: [
        ([], BytesError.Code.truncated), ([0x80], .truncated), ([UInt8](repeating: 0xff, count: 9), .truncated),
        ([UInt8](repeating: 0xff, count: 10), .malformed), ([UInt8](repeating: 0x80, count: 9) + [2], .malformed),
        ([UInt8](repeating: 0x80, count: 11), .malformed),
    ])
    func `a varint without end, or of more than 64 bits, is refused`(bytes: [UInt8], code: BytesError.Code) {
        ByteReader.reading(bytes) { reader in
            let error = #expect(throws: BytesError.self) { try reader.varint() }
            #expect(error?.code == code)
            #expect(reader.offset == 0)
        }
    }

    @Test func `every read beyond the end throws and stays where it was`() {
        let steps: [(String, (inout ByteReader) throws -> Void)] = [
            ("uint16", { _ = try $0.uint16() }), ("uint32", { _ = try $0.uint32() }), ("uint64", { _ = try $0.uint64() }),
            ("double", { _ = try $0.double() }), ("bytes", { _ = try $0.bytes(2) }), ("negative", { _ = try $0.bytes(-1) }),
            ("most", { try $0.skip(.max) }), ("text", { _ = try $0.text() }), ("count", { _ = try $0.count(ofAtLeast: 9) }),
            ("end", { try $0.expectEnd() }),
        ]
        for (name, step) in steps {
            ByteReader.reading([0x07]) { reader in
                #expect(throws: BytesError.self, "\(name)") { try step(&reader) }
                if name != "text" { #expect(reader.offset == 0, "\(name)") }
            }
        }
    }

    @Test func `a count that the rest cannot hold is refused before anything is allocated`() throws {
        var writer = ByteWriter()
        writer.append(varint: .max)
        writer.append(bytes: [0, 0])
        ByteReader.reading(writer.bytes) { reader in
            _ = #expect(throws: BytesError.self) { try reader.count(ofAtLeast: 8) }
        }
        try ByteReader.reading([2, 0, 0, 0, 0]) { reader throws(BytesError) in #expect(try reader.count(ofAtLeast: 2) == 2) }
    }

    @Test func `text must be UTF-8`() {
        ByteReader.reading([2, 0xc3, 0x28]) { reader in
            let error = #expect(throws: BytesError.self) { try reader.text() }
            #expect(error?.code == .malformed)
        }
    }

    @Test(arguments: fuzzSeeds(20))
    func `random bytes never read past their end`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<500 {
            let bytes = random.bytes(Int.random(in: 0...40, using: &random))
            ByteReader.reading(bytes) { reader in
                while let step = try? step(&reader, random.next()) { #expect(step <= bytes.count) }
            }
        }
    }

    private func step(_ reader: inout ByteReader, _ choice: UInt64) throws -> Int {
        switch choice % 7 {
        case 0: _ = try reader.varint()
        case 1: _ = try reader.uint32()
        case 2: _ = try reader.lengthPrefixed()
        case 3: _ = try reader.text()
        case 4: _ = try reader.zigzag()
        case 5: _ = try reader.count(ofAtLeast: 3)
        default: _ = try reader.uint8()
        }
        return reader.offset
    }
}
