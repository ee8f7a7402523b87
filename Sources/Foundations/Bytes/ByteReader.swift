/// Reads what `ByteWriter` wrote, or what an outsider claims to have written: every step is checked against the end.
///
///     try bytes.withUnsafeBytes { raw in
///         var reader = ByteReader(raw)
///         guard try reader.uint32() == magic else { … }
///         let rows = try reader.count(ofAtLeast: 9)        // a count that the rest could really hold
///         for _ in 0..<rows { … }
///         try reader.expectEnd()
///     }
///
/// It points into the buffer it was given and must not outlive it; so do the slices it returns. After a throw the position is
/// where the bad item began.
@usableFromInline package struct ByteReader {
    @usableFromInline let base: UnsafeRawBufferPointer
    @usableFromInline var position = 0

    @inlinable package init(_ bytes: UnsafeRawBufferPointer) { base = bytes }

    /// Bytes read so far.
    @inlinable package var offset: Int { position }
    @inlinable package var remaining: Int { base.count &- position }
    @inlinable package var isAtEnd: Bool { position == base.count }

    @inlinable package mutating func uint8() throws(BytesError) -> UInt8 {
        guard position < base.count else { throw truncated(1) }
        defer { position &+= 1 }
        return base[position]
    }

    @inlinable package mutating func uint16() throws(BytesError) -> UInt16 { UInt16(littleEndian: try fixed()) }
    @inlinable package mutating func uint32() throws(BytesError) -> UInt32 { UInt32(littleEndian: try fixed()) }
    @inlinable package mutating func uint64() throws(BytesError) -> UInt64 { UInt64(littleEndian: try fixed()) }
    @inlinable package mutating func int64() throws(BytesError) -> Int64 { Int64(littleEndian: try fixed()) }
    @inlinable package mutating func double() throws(BytesError) -> Double { Double(bitPattern: try uint64()) }

    /// LEB128, at most 10 bytes; more, or bits beyond the 64th, are malformed.
    @inlinable package mutating func varint() throws(BytesError) -> UInt64 {
        if position < base.count, base[position] < 0x80 {
            defer { position &+= 1 }
            return UInt64(base[position])
        }
        return try longVarint()
    }

    @inlinable package mutating func zigzag() throws(BytesError) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value &>> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A varint that says how many items of at least `itemBytes` follow: one that the remaining bytes cannot hold is refused
    /// before anything is allocated for it.
    @inlinable package mutating func count(ofAtLeast itemBytes: Int = 1) throws(BytesError) -> Int {
        let start = position
        let value = try varint()
        guard value <= UInt64(remaining / itemBytes) else {
            position = start
            throw tooMany(value, itemBytes)
        }
        return Int(value)
    }

    /// The next `count` bytes, in place.
    @inlinable package mutating func bytes(_ count: Int) throws(BytesError) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= remaining else { throw truncated(count) }
        defer { position &+= count }
        return UnsafeRawBufferPointer(rebasing: base[position..<(position &+ count)])
    }

    /// A varint count and that many bytes, in place.
    @inlinable package mutating func lengthPrefixed() throws(BytesError) -> UnsafeRawBufferPointer {
        let count = try count()
        return try bytes(count)
    }

    /// A varint count and that many bytes of valid UTF-8.
    package mutating func text() throws(BytesError) -> String {
        let start = position
        let raw = try lengthPrefixed()
        guard let text = String(validating: raw, as: UTF8.self) else {
            position = start
            throw BytesError(code: .malformed, message: "cannot read text at byte \(start): not UTF-8")
        }
        return text
    }

    @inlinable package mutating func skip(_ count: Int) throws(BytesError) { _ = try bytes(count) }

    package func expectEnd() throws(BytesError) {
        guard isAtEnd else {
            throw BytesError(code: .malformed, message: "cannot read bytes: \(remaining) more than expected from byte \(position)")
        }
    }

    @inlinable mutating func fixed<Number: FixedWidthInteger>() throws(BytesError) -> Number {
        guard remaining >= MemoryLayout<Number>.size else { throw truncated(MemoryLayout<Number>.size) }
        defer { position &+= MemoryLayout<Number>.size }
        return base.loadUnaligned(fromByteOffset: position, as: Number.self)
    }

    @inline(never) @usableFromInline mutating func longVarint() throws(BytesError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        for index in position..<min(base.count, position + 10) {
            let byte = base[index]
            guard shift < 63 || byte <= 1 else { throw tooLong() }
            value |= UInt64(byte & 0x7f) &<< shift
            if byte < 0x80 {
                position = index + 1
                return value
            }
            shift += 7
        }
        throw truncated(remaining + 1)      // ten bytes would have been decided on
    }

    @inline(never) func tooLong() -> BytesError {
        BytesError(code: .malformed, message: "cannot read varint at byte \(position): longer than 64 bits")
    }

    @inline(never) @usableFromInline func truncated(_ count: Int) -> BytesError {
        BytesError(code: .truncated, message: "cannot read \(count) bytes at byte \(position): \(remaining) left")
    }

    @inline(never) @usableFromInline func tooMany(_ count: UInt64, _ itemBytes: Int) -> BytesError {
        BytesError(
            code: .truncated,
            message: "cannot read \(count) items of \(itemBytes) bytes or more at byte \(position): \(remaining) bytes left")
    }
}
