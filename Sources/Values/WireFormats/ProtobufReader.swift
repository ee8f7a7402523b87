// Protocol Buffers' wire format (protobuf.dev/programming-guides/encoding), read in place. The one file of this format that works
// with raw pointers: every step is held against the end before it is taken.

/// Walks one message field by field. It points into the bytes it was given and must not outlive them; so do the slices it returns.
///
///     var message = ProtobufReader(bytes)
///     while let field = try message.nextField() {
///         switch field {
///         case .init(1, .bytes): series(try message.message())
///         case .init(2, .varint): count = try message.varint()
///         default: try message.skip(field)       // a newer sender's
///         }
///     }
///
/// Groups are refused: no protocol here has them.
@usableFromInline package struct ProtobufReader {
    @usableFromInline package enum WireType: UInt8, Sendable { case varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 }

    /// Number and type as they stand before a value: patterns of a switch are single numbers for the compiler.
    @usableFromInline package struct Field: Sendable, Equatable {
        @usableFromInline let tag: UInt32

        /// - Precondition: a number below 2^29.
        @inlinable @inline(__always) package init(_ number: UInt32, _ type: WireType) { tag = number << 3 | UInt32(type.rawValue) }

        @inlinable @inline(__always) init(tag: UInt32) { self.tag = tag }

        @inlinable package var number: UInt32 { tag >> 3 }
        @inlinable package var type: WireType {
            switch tag & 7 {
            case 0: .varint
            case 1: .fixed64
            case 2: .bytes
            default: .fixed32           // no other tag is let through
            }
        }

        @inlinable @inline(__always) package static func == (one: Field, other: Field) -> Bool { one.tag == other.tag }
        @inlinable @inline(__always) package static func ~= (pattern: Field, field: Field) -> Bool { pattern.tag == field.tag }
    }

    /// Where the outermost message begins: positions in errors count from there.
    @usableFromInline let origin: UnsafeRawPointer
    @usableFromInline let end: UnsafeRawPointer
    @usableFromInline var place: UnsafeRawPointer

    @inlinable package init(_ bytes: UnsafeRawBufferPointer) {
        // An empty buffer may have no address; then nothing is ever read from this one.
        let start = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)!
        self.init(origin: start, start: start, count: bytes.count)
    }

    @inlinable @inline(__always) init(origin: UnsafeRawPointer, start: UnsafeRawPointer, count: Int) {
        self.origin = origin
        place = start
        end = start + count
    }

    /// Bytes from the start of the outermost message.
    @inlinable @inline(__always) package var position: Int { place - origin }
    @inlinable @inline(__always) package var isAtEnd: Bool { place == end }

    /// Nil at the end of the message.
    @inlinable @inline(__always) package mutating func nextField() throws(WireError) -> Field? {
        guard place < end else { return nil }
        let tag = try varint()
        // Types 0, 1, 2 and 5.
        guard tag >> 3 > 0, tag < 1 << 32, 0b10_0111 >> (tag & 7) & 1 == 1 else { throw unreadableTag(tag) }
        return Field(tag: UInt32(truncatingIfNeeded: tag))
    }

    @inlinable @inline(__always) package mutating func varint() throws(WireError) -> UInt64 {
        if place < end {
            let byte = place.load(as: UInt8.self)
            if byte < 0x80 {
                place += 1
                return UInt64(byte)
            }
        }
        return try longVarint()
    }

    @inlinable @inline(__always) package mutating func fixed64() throws(WireError) -> UInt64 {
        guard end - place >= 8 else { throw truncated() }
        defer { place += 8 }
        return UInt64(littleEndian: place.loadUnaligned(as: UInt64.self))
    }

    @inlinable @inline(__always) package mutating func fixed32() throws(WireError) -> UInt32 {
        guard end - place >= 4 else { throw truncated() }
        defer { place += 4 }
        return UInt32(littleEndian: place.loadUnaligned(as: UInt32.self))
    }

    /// Bit for bit, so that a stale marker's NaN stays one.
    @inlinable @inline(__always) package mutating func double() throws(WireError) -> Double { Double(bitPattern: try fixed64()) }

    /// A length and that many bytes, in place.
    @inlinable @inline(__always) package mutating func bytes() throws(WireError) -> UnsafeRawBufferPointer {
        let count = try length()
        defer { place += count }
        return UnsafeRawBufferPointer(start: place, count: count)
    }

    /// A message inside this one.
    @inlinable @inline(__always) package mutating func message() throws(WireError) -> ProtobufReader {
        let count = try length()
        defer { place += count }
        return ProtobufReader(origin: origin, start: place, count: count)
    }

    /// What was read since `position` was `start`, in place.
    @inlinable package func bytes(from start: Int) -> UnsafeRawBufferPointer {
        precondition(start >= 0 && start <= position, "only what was read already can be had again")
        return UnsafeRawBufferPointer(start: origin + start, count: position - start)
    }

    @inlinable @inline(__always) package mutating func skip(_ field: Field) throws(WireError) {
        switch field.type {
        case .varint: _ = try varint()
        case .fixed64: _ = try fixed64()
        case .bytes: _ = try bytes()
        case .fixed32: _ = try fixed32()
        }
    }

    @inlinable @inline(__always) mutating func length() throws(WireError) -> Int {
        let count = try varint()
        guard count <= UInt64(end - place) else { throw truncated() }
        return Int(truncatingIfNeeded: count)
    }

    @inline(never) @usableFromInline mutating func longVarint() throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        var next = place
        while next < end {
            let byte = next.load(as: UInt8.self)
            guard shift < 63 || byte <= 1 else {
                throw WireError(code: .malformed, position: position, message: "cannot read protobuf: a varint is longer than 64 bits")
            }
            value |= UInt64(byte & 0x7f) << shift
            next += 1
            if byte < 0x80 {
                place = next
                return value
            }
            shift += 7
        }
        throw truncated()
    }

    /// A field that the protocol knows came as another type: a broken sender's.
    @inline(never) @usableFromInline package func wrongType(of field: Field) -> WireError {
        WireError(code: .malformed, position: position, message: "cannot read field \(field.number): it is of the wrong type")
    }

    @inline(never) @usableFromInline func truncated() -> WireError {
        WireError(code: .truncated, position: position, message: "cannot read protobuf: it ends inside a field")
    }

    @inline(never) @usableFromInline func unreadableTag(_ tag: UInt64) -> WireError {
        let isGroup = tag & 7 == 3 || tag & 7 == 4
        return WireError(
            code: isGroup ? .unsupported : .malformed, position: position,
            message: isGroup ? "cannot read protobuf: groups are not supported" : "cannot read protobuf: there is no such field tag")
    }
}
