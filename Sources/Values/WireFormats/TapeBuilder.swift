// Appends nodes to a tape while a decoder of ours walks its input; JSON's tape is built in C++.

struct ByteSlice {
    private let start: UInt32
    private let length: UInt32

    /// - Precondition: inside an arena of at most `WireLimits.documentBytesMax`, twice.
    init(offset: Int, count: Int) { (start, length) = (UInt32(offset), UInt32(count)) }

    static let none = ByteSlice(offset: 0, count: 0)
    var offset: Int { Int(start) }
    var count: Int { Int(length) }
    var packed: UInt64 { UInt64(start) | UInt64(length) << 32 }
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

    static func emptyMap(isTyped: Bool) -> WireDocument {
        var tape = TapeBuilder(arena: [], expectedNodes: 1)
        tape.close(tape.open(.map, key: .none), children: 0)
        return tape.finish(isTyped: isTyped)
    }

    func finish(isTyped: Bool) -> WireDocument {
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: arena.count)
        _ = copy.initialize(from: arena)
        return finish(arena: copy, isTyped: isTyped)
    }

    /// Takes over an arena that the decoder filled itself.
    func finish(arena: UnsafeMutableBufferPointer<UInt8>, isTyped: Bool) -> WireDocument {
        WireDocument(nodes.withUnsafeBufferPointer { WireTape(nodes: $0, arena: arena, isTyped: isTyped) })
    }
}
