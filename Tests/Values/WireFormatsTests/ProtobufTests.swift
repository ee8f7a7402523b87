import Simulation
import Testing

@testable import WireFormats

struct ProtobufTests {
    private func fields(_ bytes: [UInt8]) throws(WireError) -> [String] {
        let result: Result<[String], WireError> = bytes.withUnsafeBytes { raw in
            Result { () throws(WireError) in
                var reader = ProtobufReader(raw)
                var found: [String] = []
                while let field = try reader.nextField() {
                    switch field.type {
                    case .varint: found.append("\(field.number)=\(try reader.varint())")
                    case .fixed64: found.append("\(field.number)=\(try reader.fixed64())")
                    case .fixed32: found.append("\(field.number)=\(try reader.fixed32())")
                    case .bytes: found.append("\(field.number)=\([UInt8](try reader.bytes()))")
                    }
                }
                return found
            }
        }
        return try result.get()
    }

    @Test func `the specification's examples are read`() throws {
        #expect(try fields([0x08, 0x96, 0x01]) == ["1=150"])
        #expect(try fields([0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]) == ["2=[116, 101, 115, 116, 105, 110, 103]"])
        #expect(try fields([0x1d, 1, 0, 0, 0, 0x21, 2, 0, 0, 0, 0, 0, 0, 0]) == ["3=1", "4=2"])
        #expect(try fields([0x08] + [UInt8](repeating: 0xff, count: 9) + [0x01]) == ["1=\(UInt64.max)"])
        #expect(try fields([]) == [])
    }

    @Test(arguments: [
        ([0x08], 1), ([0x08, 0x80], 1), ([0x12, 0x05, 1, 2], 2), ([0x09, 1, 2, 3], 1), ([0x0d, 1], 1),
        ([0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], 11),
    ] as [([UInt8], Int)])
    func `what ends inside a field is refused at its place`(bytes: [UInt8], position: Int) {
        let error = #expect(throws: WireError.self) { try fields(bytes) }
        #expect(error?.code == .truncated)
        #expect(error?.position == position)
    }

    @Test(arguments: [[0x00], [0x0b], [0x0e, 0], [0x08] + [UInt8](repeating: 0xff, count: 10), [0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0]] as [[UInt8]])
    func `tags and varints that cannot be are refused`(bytes: [UInt8]) {
        let error = #expect(throws: WireError.self) { try fields(bytes) }
        #expect(error?.code != .truncated)
    }

    @Test func `positions of a message inside count from the outermost start`() throws {
        let bytes: [UInt8] = [0x08, 0x01, 0x12, 0x02, 0x08, 0x80]
        bytes.withUnsafeBytes { raw in
            let error = #expect(throws: WireError.self) {
                var reader = ProtobufReader(raw)
                _ = try reader.nextField()
                _ = try reader.varint()
                _ = try reader.nextField()
                var inner = try reader.message()
                _ = try inner.nextField()
                _ = try inner.varint()
            }
            #expect(error?.position == 5)
        }
    }

    @Test func `random bytes never read beyond their end`() {
        var random = SeededRandom(seed: 5)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            do { _ = try fields(bytes) } catch { #expect(error.position <= bytes.count) }
        }
    }
}
