// CBOR (RFC 8949) into a document, as far as Smithy's RPC v2 uses it: text-keyed maps, definite and indefinite lengths,
// floats of three widths, tag 1 (epoch) and tag 0 (text) timestamps.
//
// A head is [3 b major type][5 b argument]; arguments 24 to 27 say that 1, 2, 4 or 8 bytes follow, 31 is indefinite.

extension WireDocument {
    /// - Throws: `WireError` when the bytes are not exactly one item, or use what no AWS protocol sends.
    package init(cbor bytes: [UInt8]) throws(WireError) {
        guard bytes.count <= WireLimits.documentBytesMax else {
            throw WireError(code: .limit, position: 0, message: "cannot read CBOR: too large")
        }
        var decoder = CBORDecoder(bytes)
        try decoder.item(key: .none, depth: 0)
        guard decoder.position == bytes.count else { throw decoder.malformed("bytes follow the value", at: decoder.position) }
        self = decoder.tape.finish(isTyped: true)
    }
}

private struct CBORDecoder {
    let bytes: [UInt8]
    var position = 0
    /// The arena is the input itself; only joined chunks are appended to it.
    var tape: TapeBuilder

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        tape = TapeBuilder(arena: bytes, expectedNodes: bytes.count / 8 + 1)
    }

    // MARK: Items

    mutating func item(key: ByteSlice, depth: Int) throws(WireError) {
        guard depth <= WireLimits.depthMax else {
            throw WireError(code: .limit, position: position, message: "cannot read CBOR: nested too deeply")
        }
        let start = position
        let head = try head()
        switch head.major {
        case 0: appendInteger(try argument(head, at: start), isNegative: false, key: key)
        case 1: appendInteger(try argument(head, at: start), isNegative: true, key: key)
        case 2: tape.append(.blob, try string(head, at: start).packed, key: key)
        case 3: tape.append(.text, try text(head, at: start).packed, key: key)
        case 4: try list(head, at: start, key: key, depth: depth)
        case 5: try map(head, at: start, key: key, depth: depth)
        case 6: try tagged(try argument(head, at: start), at: start, key: key, depth: depth)
        default: try simple(head, at: start, key: key)
        }
    }

    /// Integers beyond 64 signed bits become their nearest double, as in JSON.
    private mutating func appendInteger(_ magnitude: UInt64, isNegative: Bool, key: ByteSlice) {
        if let value = Int64(exactly: magnitude) {
            tape.append(.integer, UInt64(bitPattern: isNegative ? -1 - value : value), key: key)
        } else {
            tape.append(.double, (isNegative ? -1 - Double(magnitude) : Double(magnitude)).bitPattern, key: key)
        }
    }

    private mutating func list(_ head: Head, at start: Int, key: ByteSlice, depth: Int) throws(WireError) {
        let container = tape.open(.list, key: key)
        let expected = try count(head, at: start, bytesEach: 1)
        var children = 0
        while try hasMore(children, of: expected) {
            try item(key: .none, depth: depth + 1)
            children += 1
        }
        tape.close(container, children: children)
    }

    private mutating func map(_ head: Head, at start: Int, key: ByteSlice, depth: Int) throws(WireError) {
        let container = tape.open(.map, key: key)
        let expected = try count(head, at: start, bytesEach: 2)
        var children = 0
        while try hasMore(children, of: expected) {
            let keyStart = position
            let keyHead = try self.head()
            guard keyHead.major == 3 else { throw malformed("a map key is not text", at: keyStart) }
            try item(key: try text(keyHead, at: keyStart), depth: depth + 1)
            children += 1
        }
        tape.close(container, children: children)
    }

    private mutating func tagged(_ tag: UInt64, at start: Int, key: ByteSlice, depth: Int) throws(WireError) {
        switch tag {
        case 0, 1:
            let content = position
            guard let nanoseconds = try instant(isText: tag == 0) else {
                throw malformed("tag \(tag) holds no instant that can be kept", at: content)
            }
            tape.append(.timestamp, UInt64(bitPattern: nanoseconds), key: key)
        case 55_799:  // "this is CBOR"
            try item(key: key, depth: depth + 1)
        default:
            throw WireError(code: .unsupported, position: start, message: "cannot read CBOR: tag \(tag) is not used by AWS protocols")
        }
    }

    /// Nil when the content is of another type or out of range.
    private mutating func instant(isText: Bool) throws(WireError) -> Int64? {
        let start = position
        let head = try head()
        switch head.major {
        case 3 where isText:
            let slice = try text(head, at: start)
            return tape.arena.withUnsafeBufferPointer {
                ISO8601.nanoseconds(UnsafeBufferPointer(rebasing: $0[slice.offset..<slice.offset + slice.count]))
            }
        case 0 where !isText: return Int64(exactly: try argument(head, at: start)).flatMap { EpochTime.nanoseconds(seconds: $0) }
        case 1 where !isText: return Int64(exactly: try argument(head, at: start)).flatMap { EpochTime.nanoseconds(seconds: -1 - $0) }
        case 7 where !isText: return try float(head, at: start).flatMap { EpochTime.nanoseconds(seconds: $0) }
        default: return nil
        }
    }

    private mutating func simple(_ head: Head, at start: Int, key: ByteSlice) throws(WireError) {
        if let value = try float(head, at: start) { return tape.append(.double, value.bitPattern, key: key) }
        switch head.short {
        case 20, 21: tape.append(.bool, head.short == 21 ? 1 : 0, key: key)
        case 22, 23: tape.append(.null, 0, key: key)  // null, undefined
        case 31: throw malformed("a break outside an indefinite item", at: start)
        default: throw malformed("simple value \(head.short) is unassigned", at: start)
        }
    }

    private mutating func float(_ head: Head, at start: Int) throws(WireError) -> Double? {
        switch head.short {
        case 25: Self.half(UInt16(try argument(head, at: start)))
        case 26: Double(Float(bitPattern: UInt32(try argument(head, at: start))))
        case 27: Double(bitPattern: try argument(head, at: start))
        default: nil
        }
    }

    /// Binary16 by hand: 1 sign, 5 exponent, 10 fraction bits (RFC 8949 appendix D); the type is missing on some machines.
    private static func half(_ bits: UInt16) -> Double {
        let (exponent, fraction) = (Int(bits >> 10 & 31), Double(bits & 1023))
        let magnitude =
            switch exponent {
            case 0: fraction * 0x1p-24
            case 31: fraction == 0 ? Double.infinity : .nan
            default: (fraction + 1024) * Double(sign: .plus, exponent: exponent - 25, significand: 1)
            }
        return bits & 0x8000 == 0 ? magnitude : -magnitude
    }

    // MARK: Strings

    private mutating func text(_ head: Head, at start: Int) throws(WireError) -> ByteSlice {
        let slice = try string(head, at: start)
        let isValid = tape.arena.withUnsafeBufferPointer {
            UTF8Text.isValid(UnsafeBufferPointer(rebasing: $0[slice.offset..<slice.offset + slice.count]))
        }
        guard isValid else { throw malformed("text is not valid UTF-8", at: start) }
        return slice
    }

    /// A definite string lies in the input; the chunks of an indefinite one are joined.
    private mutating func string(_ head: Head, at start: Int) throws(WireError) -> ByteSlice {
        if let count = try count(head, at: start, bytesEach: 1) { return take(count) }
        var joined: [UInt8] = []
        while try !isBreak() {
            let chunkStart = position
            let chunk = try self.head()
            guard chunk.major == head.major, let count = try count(chunk, at: chunkStart, bytesEach: 1) else {
                throw malformed("a chunk of a string is not a definite string of its kind", at: chunkStart)
            }
            let slice = take(count)
            joined += bytes[slice.offset..<slice.offset + slice.count]
        }
        return tape.intern(joined)
    }

    /// - Precondition: that many bytes are there; `count` has checked it.
    private mutating func take(_ count: Int) -> ByteSlice {
        defer { position += count }
        return ByteSlice(offset: position, count: count)
    }

    // MARK: Heads

    private struct Head {
        var major: UInt8
        var short: UInt8
    }

    private mutating func head() throws(WireError) -> Head {
        guard position < bytes.count else { throw truncated() }
        defer { position += 1 }
        return Head(major: bytes[position] >> 5, short: bytes[position] & 31)
    }

    private mutating func argument(_ head: Head, at start: Int) throws(WireError) -> UInt64 {
        guard head.short >= 24 else { return UInt64(head.short) }
        guard head.short <= 27 else { throw malformed("argument \(head.short) is reserved here", at: start) }
        let width = 1 << Int(head.short - 24)
        guard bytes.count - position >= width else { throw truncated() }
        var value: UInt64 = 0
        for byte in bytes[position..<position + width] { value = value << 8 | UInt64(byte) }
        position += width
        return value
    }

    /// How many elements or bytes follow; nil for an indefinite length. Checked against what is left before anyone relies on it.
    private mutating func count(_ head: Head, at start: Int, bytesEach: Int) throws(WireError) -> Int? {
        if head.short == 31 { return nil }
        let value = try argument(head, at: start)
        guard value <= UInt64((bytes.count - position) / bytesEach) else { throw truncated() }
        return Int(value)
    }

    private mutating func hasMore(_ children: Int, of expected: Int?) throws(WireError) -> Bool {
        if let expected { return children < expected }
        return try !isBreak()
    }

    private mutating func isBreak() throws(WireError) -> Bool {
        guard position < bytes.count else { throw truncated() }
        guard bytes[position] == 0xFF else { return false }
        position += 1
        return true
    }

    // MARK: Errors

    private func truncated() -> WireError {
        WireError(code: .truncated, position: bytes.count, message: "cannot read CBOR: ends inside a value")
    }

    func malformed(_ why: String, at position: Int) -> WireError {
        WireError(code: .malformed, position: position, message: "cannot read CBOR: \(why)")
    }
}
