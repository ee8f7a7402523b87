// Protocol Buffers' wire format, written: fields appended one after the other.

/// Appends fields to a message. A message inside another is written first and appended as bytes.
///
///     var event = ProtobufWriter()
///     event.append(2, text: "exception")
///     span.append(11, event.bytes)
@usableFromInline package struct ProtobufWriter: Sendable {
    @usableFromInline package internal(set) var bytes: [UInt8]

    @inlinable package init() { bytes = [] }

    package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    @inlinable package mutating func append(_ number: UInt32, varint value: UInt64) {
        append(tag: number << 3)
        append(varint: value)
    }

    @inlinable package mutating func append(_ number: UInt32, fixed64 value: UInt64) {
        append(tag: number << 3 | 1)
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    @inlinable package mutating func append(_ number: UInt32, fixed32 value: UInt32) {
        append(tag: number << 3 | 5)
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    @inlinable package mutating func append(_ number: UInt32, double value: Double) { append(number, fixed64: value.bitPattern) }

    @inlinable package mutating func append(_ number: UInt32, _ value: some Collection<UInt8>) {
        append(tag: number << 3 | 2)
        append(varint: UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// The beginning of a field of so many bytes; they are appended next.
    @inlinable package mutating func append(length: Int, ofField number: UInt32) {
        append(tag: number << 3 | 2)
        append(varint: UInt64(length))
    }

    @inlinable package mutating func append(_ number: UInt32, text: String) { append(number, text.utf8) }

    /// Fields that were written elsewhere.
    @inlinable package mutating func append(fields: some Collection<UInt8>) { bytes.append(contentsOf: fields) }

    @inlinable mutating func append(tag: UInt32) { append(varint: UInt64(tag)) }

    /// Without a field: the length before a message that follows others.
    @inlinable package mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
