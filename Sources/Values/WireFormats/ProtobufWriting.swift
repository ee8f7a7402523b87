// Protocol Buffers' wire format, written: fields appended one after the other.

/// Appends fields to a message. A message inside another is written first and appended as bytes.
///
///     var event = ProtobufWriter()
///     event.append(2, text: "exception")
///     span.append(11, event.bytes)
package struct ProtobufWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    package mutating func append(_ number: UInt32, varint value: UInt64) {
        append(tag: number << 3)
        append(varint: value)
    }

    package mutating func append(_ number: UInt32, fixed64 value: UInt64) {
        append(tag: number << 3 | 1)
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    package mutating func append(_ number: UInt32, fixed32 value: UInt32) {
        append(tag: number << 3 | 5)
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    package mutating func append(_ number: UInt32, double value: Double) { append(number, fixed64: value.bitPattern) }

    package mutating func append(_ number: UInt32, _ value: some Collection<UInt8>) {
        append(tag: number << 3 | 2)
        append(varint: UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// The beginning of a field of so many bytes; they are appended next.
    package mutating func append(length: Int, ofField number: UInt32) {
        append(tag: number << 3 | 2)
        append(varint: UInt64(length))
    }

    package mutating func append(_ number: UInt32, text: String) { append(number, text.utf8) }

    /// Fields that were written elsewhere.
    package mutating func append(fields: some Collection<UInt8>) { bytes.append(contentsOf: fields) }

    private mutating func append(tag: UInt32) { append(varint: UInt64(tag)) }

    /// Without a field: the length before a message that follows others.
    package mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
