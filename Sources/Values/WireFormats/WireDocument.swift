// One decoded message, whatever its format: a flat tape of nodes over one byte arena, so that a thousand datums
// cost two allocations and not ten thousand.

package enum WireKind: UInt8, Sendable {
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

/// Immutable once built; nodes of one document share it.
@usableFromInline final class WireTape: Sendable {
    @usableFromInline let nodes: [WireTapeNode]
    @usableFromInline let arena: [UInt8]
    /// False for forms: every scalar is text, and what type it should have is the reader's knowledge.
    @usableFromInline let isTyped: Bool

    init(nodes: [WireTapeNode], arena: [UInt8], isTyped: Bool) {
        precondition(!nodes.isEmpty, "a tape has a root")
        self.nodes = nodes
        self.arena = arena
        self.isTyped = isTyped
    }

    /// Index of the first member of `parent` with this key, or -1.
    @usableFromInline func member(of parent: Int, named key: UnsafeBufferPointer<UInt8>) -> Int {
        nodes.withUnsafeBufferPointer { nodes in
            arena.withUnsafeBufferPointer { arena in
                guard nodes[parent].rawKind == WireKind.map.rawValue else { return -1 }
                let end = Int(nodes[parent].next)
                var child = parent + 1
                while child < end {
                    let node = nodes[child]
                    if Int(node.keyLength) == key.count, isSame(arena, at: Int(node.keyOffset), key) { return child }
                    child = Int(node.next)
                }
                return -1
            }
        }
    }

    @usableFromInline func isKey(of index: Int, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
        let node = nodes[index]
        return Int(node.keyLength) == key.count
            && arena.withUnsafeBufferPointer { isSame($0, at: Int(node.keyOffset), key) }
    }

    @usableFromInline func isText(of index: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let node = nodes[index]
        guard node.rawKind == WireKind.text.rawValue, Int(node.payload >> 32) == text.count else { return false }
        return arena.withUnsafeBufferPointer { isSame($0, at: Int(node.payload & 0xFFFF_FFFF), text) }
    }

    private func isSame(_ arena: UnsafeBufferPointer<UInt8>, at offset: Int, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
        precondition(offset + key.count <= arena.count, "a node's bytes lie in its arena")
        for i in 0..<key.count where arena[offset + i] != key[i] { return false }
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
    package static let empty = WireDocument(
        WireTape(nodes: [WireTapeNode(payload: 0, next: 1, rawKind: WireKind.map.rawValue)], arena: [], isTyped: true))
}
