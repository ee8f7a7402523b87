/// Appends numbers and byte strings in our formats' notation: little-endian fixed widths and LEB128 varints.
///
///     var writer = ByteWriter()
///     writer.append(uint32: magic)
///     writer.append(varint: UInt64(rows))
///     writer.append(lengthPrefixed: name.utf8)
///     file.write(writer.bytes)
@usableFromInline package struct ByteWriter: Sendable {
    @usableFromInline package var bytes: [UInt8]

    @inlinable package init(capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Goes on at the end of `bytes`; pass them by `consume` to keep their storage.
    @inlinable package init(appendingTo bytes: consuming [UInt8]) { self.bytes = bytes }

    @inlinable package var count: Int { bytes.count }

    @inlinable package mutating func append(uint8 value: UInt8) { bytes.append(value) }
    @inlinable package mutating func append(uint16 value: UInt16) { append(raw: value.littleEndian) }
    @inlinable package mutating func append(uint32 value: UInt32) { append(raw: value.littleEndian) }
    @inlinable package mutating func append(uint64 value: UInt64) { append(raw: value.littleEndian) }
    @inlinable package mutating func append(int64 value: Int64) { append(raw: value.littleEndian) }
    /// The IEEE bit pattern, so that NaNs and the sign of zero come back as they were.
    @inlinable package mutating func append(double value: Double) { append(raw: value.bitPattern.littleEndian) }

    /// LEB128: 7 bits a byte, the lowest first, the top bit set on all but the last; 1 to 10 bytes.
    @inlinable package mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// A varint of 0, -1, 1, -2, 2 … as 0, 1, 2, 3, 4 …: short for small numbers of either sign.
    @inlinable package mutating func append(zigzag value: Int64) {
        append(varint: UInt64(bitPattern: (value &<< 1) ^ (value &>> 63)))
    }

    @inlinable package mutating func append(bytes more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }
    @inlinable package mutating func append(bytes more: UnsafeRawBufferPointer) { bytes.append(contentsOf: more) }

    /// Their count as a varint, then the bytes. Text goes as `text.utf8`.
    @inlinable package mutating func append(lengthPrefixed more: some Collection<UInt8>) {
        append(varint: UInt64(more.count))
        bytes.append(contentsOf: more)
    }

    /// Fills in what was unknown when its place was written, such as a length.
    @inlinable package mutating func overwrite(uint32 value: UInt32, at offset: Int) {
        precondition(offset >= 0 && offset <= bytes.count - 4, "the place to overwrite lies outside what was written")
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt32.self) }
    }

    @inlinable package mutating func overwrite(uint8 value: UInt8, at offset: Int) { bytes[offset] = value }

    @inlinable package mutating func overwrite(uint64 value: UInt64, at offset: Int) {
        precondition(offset >= 0 && offset <= bytes.count - 8, "the place to overwrite lies outside what was written")
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt64.self) }
    }

    /// Takes back what was written from `count` on.
    @inlinable package mutating func truncate(to count: Int) { bytes.removeLast(bytes.count - count) }

    @inlinable mutating func append<Number: FixedWidthInteger>(raw value: Number) {
        withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
    }
}
