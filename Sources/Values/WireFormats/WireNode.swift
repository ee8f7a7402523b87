// A cursor on one value of a document.

@usableFromInline package struct WireNode: Sendable {
    @usableFromInline let tape: WireTape
    @usableFromInline let index: Int

    @inlinable init(tape: WireTape, index: Int) {
        self.tape = tape
        self.index = index
    }

    @inlinable package var kind: WireKind { WireKind(rawValue: tape.nodes[index].rawKind)! }
    @inlinable package var isNull: Bool { tape.nodes[index].rawKind == WireKind.null.rawValue }
    /// False when the value came from a form, where every scalar is text.
    @inlinable package var isTyped: Bool { tape.isTyped }

    // MARK: Containers

    /// The first member with this key; nil when there is none or this is not a map. Compares bytes, makes no String.
    @inlinable @inline(__always) package subscript(key: StaticString) -> WireNode? {
        let found = key.withUTF8Buffer { tape.member(of: index, named: $0) }
        return found < 0 ? nil : WireNode(tape: tape, index: found)
    }

    /// The same for a key that is known only at run time.
    package func member(named key: String) -> WireNode? {
        var key = key
        let found = key.withUTF8 { tape.member(of: index, named: $0) }
        return found < 0 ? nil : WireNode(tape: tape, index: found)
    }

    /// Elements of a list or members of a map, in the order they came; empty for scalars.
    @inlinable package var children: WireChildren {
        let node = tape.nodes[index]
        let isContainer = node.rawKind >= WireKind.list.rawValue
        return WireChildren(tape: tape, from: index + 1, end: isContainer ? Int(node.next) : index + 1, count: childCount)
    }

    /// Zero for scalars.
    @inlinable package var childCount: Int {
        let node = tape.nodes[index]
        return node.rawKind >= WireKind.list.rawValue ? Int(node.payload) : 0
    }

    /// The key under which this value lies in its map; empty for elements and the root.
    package var key: String {
        withKeyBytes { String(decoding: $0, as: UTF8.self) }
    }

    @inlinable package func hasKey(_ key: StaticString) -> Bool { key.withUTF8Buffer { tape.isKey(of: index, $0) } }

    @inlinable package func withKeyBytes<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let node = tape.nodes[index]
        defer { withExtendedLifetime(tape) {} }
        return try body(tape.bytes(Int(node.keyOffset), Int(node.keyLength)))
    }

    // MARK: Text

    /// True for a text that is exactly this.
    @inlinable package func isText(_ text: StaticString) -> Bool { text.withUTF8Buffer { tape.isText(of: index, $0) } }

    /// The bytes of a text (valid UTF-8) or blob, nil for other kinds; valid inside `body` only.
    @inlinable @inline(__always) package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        let node = tape.nodes[index]
        guard node.rawKind == WireKind.text.rawValue || node.rawKind == WireKind.blob.rawValue else { return nil }
        defer { withExtendedLifetime(tape) {} }
        return try body(tape.bytes(Int(node.payload & 0xFFFF_FFFF), Int(node.payload >> 32)))
    }
}

/// The values directly inside a list or map.
@usableFromInline package struct WireChildren: Sequence, IteratorProtocol, Sendable {
    @usableFromInline let tape: WireTape
    @usableFromInline var position: Int
    @usableFromInline let end: Int
    /// How many there were at the start.
    @usableFromInline package let count: Int

    @inlinable init(tape: WireTape, from position: Int, end: Int, count: Int) {
        self.tape = tape
        self.position = position
        self.end = end
        self.count = count
    }

    package static let none = WireDocument.empty.root.children

    @inlinable package var underestimatedCount: Int { count }

    @inlinable @inline(__always) package mutating func next() -> WireNode? {
        guard position < end else { return nil }
        defer { position = Int(tape.nodes[position].next) }
        return WireNode(tape: tape, index: position)
    }
}
