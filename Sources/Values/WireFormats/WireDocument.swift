// One decoded message, whatever its format: a flat tape of nodes over one byte arena, so that a thousand datums
// cost two allocations and not ten thousand.

@usableFromInline package enum WireKind: UInt8, Sendable {
    case null, bool, integer, double, text, blob, timestamp, list, map
}

/// A value on the tape. Layout equals `gw_json_node` in CSimdjson.h, which fills it from JSON.
@usableFromInline struct WireTapeNode: Sendable {
    /// Where the member's key lies in the arena; zero and zero for elements and the root.
    @usableFromInline var keyOffset: UInt32 = 0
    @usableFromInline var keyLength: UInt32 = 0
    /// bool: 0 or 1 · integer: Int64 · double: bit pattern · timestamp: Int64 nanoseconds ·
    /// text and blob: offset | length << 32 · list and map: number of children.
    @usableFromInline var payload: UInt64
    /// Index of the first node after this one and everything inside it; the children of a container start right after it.
    @usableFromInline var next: UInt32
    @usableFromInline var rawKind: UInt8
}

/// The memory of one document; its nodes share it. Plain pointers, so that a visit costs neither a reference count nor a
/// check: an index comes from the tape itself, and every range of the arena is checked where it is used.
@usableFromInline final class WireTape: @unchecked Sendable {  // written in `init` only
    @usableFromInline let nodes: UnsafePointer<WireTapeNode>
    @usableFromInline let arena: UnsafePointer<UInt8>
    @usableFromInline let arenaCount: Int
    /// False for forms: every scalar is text, and what type it should have is the reader's knowledge.
    @usableFromInline let isTyped: Bool

    /// Copies the nodes and takes the arena over; it must come from `allocate`.
    init(nodes: UnsafeBufferPointer<WireTapeNode>, arena: UnsafeMutableBufferPointer<UInt8>, isTyped: Bool) {
        guard let first = nodes.baseAddress, let text = arena.baseAddress, nodes.count > 0 else { preconditionFailure("a tape has a root") }
        let copy = UnsafeMutablePointer<WireTapeNode>.allocate(capacity: nodes.count)
        copy.initialize(from: first, count: nodes.count)
        self.nodes = UnsafePointer(copy)
        self.arena = UnsafePointer(text)
        arenaCount = arena.count
        self.isTyped = isTyped
    }

    deinit {
        nodes.deallocate()
        arena.deallocate()
    }

    /// Index of the first member of `parent` with this key, or -1.
    @usableFromInline func member(of parent: Int, named key: UnsafeBufferPointer<UInt8>) -> Int {
        guard nodes[parent].rawKind == WireKind.map.rawValue else { return -1 }
        let end = Int(nodes[parent].next)
        var child = parent + 1
        while child < end {
            if isKey(of: child, key) { return child }
            child = Int(nodes[child].next)
        }
        return -1
    }

    @usableFromInline func isKey(of index: Int, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
        let node = nodes[index]
        return Int(node.keyLength) == key.count && isSame(bytes(Int(node.keyOffset), key.count), key)
    }

    @usableFromInline func isText(of index: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let node = nodes[index]
        guard node.rawKind == WireKind.text.rawValue, Int(node.payload >> 32) == text.count else { return false }
        return isSame(bytes(Int(node.payload & 0xFFFF_FFFF), text.count), text)
    }

    @inlinable func bytes(_ offset: Int, _ count: Int) -> UnsafeBufferPointer<UInt8> {
        precondition(offset + count <= arenaCount, "a node's bytes lie in its arena")
        return UnsafeBufferPointer(start: arena + offset, count: count)
    }

    private func isSame(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Bool {
        for i in 0..<a.count where a[i] != b[i] { return false }
        return true
    }
}

/// A decoded message. Make one from bytes (`init(json:)`, `init(cbor:)`, `init(form:)`) and walk it from `root`:
/// ```
/// let document = try WireDocument(json: body)
/// for datum in document.root["MetricData"]?.children ?? .none {
///     let value = datum["Value"]?.double
/// }
/// ```
package struct WireDocument: Sendable {
    let tape: WireTape

    init(_ tape: WireTape) { self.tape = tape }

    package var root: WireNode { WireNode(tape: tape, index: 0) }

    /// A map without members: what an operation without parameters is sent.
    package static let empty = TapeBuilder.emptyMap(isTyped: true)
}
