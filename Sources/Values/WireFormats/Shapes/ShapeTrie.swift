import Glibc

/// Shapes by their literals: from a node leads one edge for each literal and kind of slot that can come next.
struct ShapeTrie: Sendable {
    private struct Edge {
        var literal: Int
        var length: Int
        /// Nil: the message ends behind the literal, and `target` is the shape.
        var kind: MessageField.Kind?
        var depth: Int
        var target: Int
        /// The next edge of the same node, or -1.
        var next: Int
    }

    private static let edgesMax = 65_536

    private var literals: [UInt8] = []
    private var edges: [Edge] = []
    /// The first edge of each node, or -1.
    private var first = [-1]

    /// Walks the message from literal to literal. An edge that led somewhere comes first the next time.
    mutating func shape(of message: UnsafeBufferPointer<UInt8>, _ tokens: inout TokenList) -> Int? {
        tokens.removeAll()
        let scanner = TokenScanner(text: message)
        var node = 0
        var place = 0
        while true {
            var edge = first[node]
            var before = -1
            var end: Int?
            literals.withUnsafeBufferPointer { literals in
                edges.withUnsafeBufferPointer { edges in
                    while edge >= 0 {
                        end = Self.end(of: edges[edge], literals, scanner, from: place)
                        if end != nil { return }
                        before = edge
                        edge = edges[edge].next
                    }
                }
            }
            guard let end else { return nil }
            if before >= 0 { moveToFront(edge, after: before, of: node) }
            guard edges[edge].kind != nil else { return edges[edge].target }
            tokens.append(place &+ edges[edge].length, end)
            place = end
            node = edges[edge].target
        }
    }

    /// Where the token behind the edge's literal ends; for a last edge the end of the message.
    @inline(__always)
    private static func end(of edge: Edge, _ literals: UnsafeBufferPointer<UInt8>, _ scanner: TokenScanner, from place: Int) -> Int? {
        let text = scanner.text
        guard text.count &- place >= edge.length else { return nil }
        if edge.length > 0 {
            guard memcmp(text.baseAddress! + place, literals.baseAddress! + edge.literal, edge.length) == 0 else { return nil }
        }
        let start = place &+ edge.length
        guard let kind = edge.kind else { return start == text.count ? start : nil }
        return scanner.end(of: kind, from: start, depth: edge.depth)
    }

    private mutating func moveToFront(_ edge: Int, after before: Int, of node: Int) {
        edges[before].next = edges[edge].next
        edges[edge].next = first[node]
        first[node] = edge
    }

    /// - Returns: false when there is no room, or when the same literals and kinds lead to a shape already.
    mutating func insert(_ draft: ShapeDraft, as shape: Int) -> Bool {
        guard edges.count + draft.literals.count <= Self.edgesMax else { return false }
        var node = 0
        for (index, slot) in draft.slots.enumerated() {
            node = target(of: node, draft.literals[index], slot.field.kind, depth: slot.depth)
        }
        let last = draft.literals[draft.slots.count]
        guard find(from: node, last, nil) == nil else { return false }
        append(to: node, last, nil, depth: 0, target: shape)
        return true
    }

    private mutating func target(of node: Int, _ literal: [UInt8], _ kind: MessageField.Kind, depth: Int) -> Int {
        if let known = find(from: node, literal, kind) { return edges[known].target }
        first.append(-1)
        append(to: node, literal, kind, depth: depth, target: first.count - 1)
        return first.count - 1
    }

    private func find(from node: Int, _ literal: [UInt8], _ kind: MessageField.Kind?) -> Int? {
        var edge = first[node]
        while edge >= 0 {
            let found = edges[edge]
            if found.kind == kind, literals[found.literal..<found.literal + found.length].elementsEqual(literal) { return edge }
            edge = found.next
        }
        return nil
    }

    private mutating func append(to node: Int, _ literal: [UInt8], _ kind: MessageField.Kind?, depth: Int, target: Int) {
        edges.append(
            Edge(literal: literals.count, length: literal.count, kind: kind, depth: depth, target: target, next: first[node]))
        literals += literal
        first[node] = edges.count - 1
    }
}
