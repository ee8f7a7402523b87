// Appends nodes to a tape while a decoder of ours walks its input; JSON's tape is built in C++.

struct ByteSlice {
    var offset: Int
    var count: Int

    static let none = ByteSlice(offset: 0, count: 0)
    var packed: UInt64 { UInt64(offset) | UInt64(count) << 32 }
}

struct TapeBuilder {
    private(set) var nodes: [WireTapeNode] = []
    var arena: [UInt8]

    init(arena: [UInt8], expectedNodes: Int) {
        self.arena = arena
        nodes.reserveCapacity(expectedNodes)
    }

    mutating func append(_ kind: WireKind, _ payload: UInt64, key: ByteSlice) {
        nodes.append(
            WireTapeNode(
                keyOffset: UInt32(key.offset), keyLength: UInt32(key.count), payload: payload, next: UInt32(nodes.count + 1),
                rawKind: kind.rawValue))
    }

    /// Starts a list or map; what is appended until `close` is inside it.
    mutating func open(_ kind: WireKind, key: ByteSlice) -> Int {
        append(kind, 0, key: key)
        return nodes.count - 1
    }

    mutating func close(_ container: Int, children: Int) {
        nodes[container].payload = UInt64(children)
        nodes[container].next = UInt32(nodes.count)
    }

    /// Copies bytes that do not lie in the input as they are (joined chunks, decoded escapes).
    mutating func intern(_ bytes: some Collection<UInt8>) -> ByteSlice {
        let offset = arena.count
        arena.append(contentsOf: bytes)
        return ByteSlice(offset: offset, count: bytes.count)
    }

    func finish(isTyped: Bool) -> WireDocument { WireDocument(WireTape(nodes: nodes, arena: arena, isTyped: isTyped)) }
}
