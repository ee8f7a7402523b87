/// Protobuf messages written by hand, so that a test can also write wrong ones.
struct ProtobufBytes {
    private(set) var bytes: [UInt8] = []

    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func field(_ number: UInt64, varint value: UInt64) {
        varint(number << 3)
        varint(value)
    }

    mutating func field(_ number: UInt64, bits: UInt64) {
        varint(number << 3 | 1)
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift))) }
    }

    mutating func field(_ number: UInt64, _ content: some Collection<UInt8>) {
        varint(number << 3 | 2)
        varint(UInt64(content.count))
        bytes += content
    }

    mutating func field(_ number: UInt64, _ build: (inout ProtobufBytes) -> Void) {
        var inner = ProtobufBytes()
        build(&inner)
        field(number, inner.bytes)
    }

    static func message(_ build: (inout ProtobufBytes) -> Void) -> [UInt8] {
        var message = ProtobufBytes()
        build(&message)
        return message.bytes
    }
}

extension ProtobufBytes {
    mutating func label(_ name: String, _ value: String) {
        field(1) {
            $0.field(1, Array(name.utf8))
            $0.field(2, Array(value.utf8))
        }
    }

    mutating func sample(_ value: Double, at milliseconds: Int64) {
        field(2) {
            $0.field(1, bits: value.bitPattern)
            $0.field(2, varint: UInt64(bitPattern: milliseconds))
        }
    }

    mutating func series(_ labels: [(String, String)], _ samples: [(Double, Int64)]) {
        field(1) { series in
            for label in labels { series.label(label.0, label.1) }
            for sample in samples { series.sample(sample.0, at: sample.1) }
        }
    }
}
