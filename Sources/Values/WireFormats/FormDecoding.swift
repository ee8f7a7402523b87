// AWS query parameters (application/x-www-form-urlencoded) into a document of the shape that the json protocols send.
//
//   Name=v                            a text
//   A.B=v                             a structure in a structure
//   Names.member.1=v, Names.1=v       a list, wrapped or flat; numbers only order it, gaps close up
//   Attributes.entry.1.key=k .value=v a map
//   Attributes.entry.1.Name=k .Value… a map of structures, keyed by `Name` (SNS message attributes)
//   Names=                            an empty text, which list getters read as an empty list
//
// Scalars stay text: what type they should have is known to the operation only.

extension WireDocument {
    /// - Throws: `WireError` for bad percent-encoding, text that is not UTF-8, names given twice or in two shapes, and indexes
    ///   that are no positive number.
    package init(form bytes: [UInt8]) throws(WireError) {
        guard bytes.count <= WireLimits.documentBytesMax else {
            throw WireError(code: .limit, position: 0, message: "cannot read form: too large")
        }
        if bytes.isEmpty { self = .emptyForm } else { self = try Self.decoded(form: bytes) }
    }

    private static let emptyForm = TapeBuilder.emptyMap(isTyped: false)

    private static func decoded(form bytes: [UInt8]) throws(WireError) -> WireDocument {
        let arena = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        guard let base = arena.baseAddress else { preconditionFailure("a form that is not empty has an arena") }
        var tree = FormTree(arena: base)
        do throws(WireError) {
            let tape = try bytes.withUnsafeBufferPointer { text throws(WireError) in try tree.tape(of: text) }
            return tape.finish(arena: UnsafeMutableBufferPointer(start: base, count: tree.arenaCount), isTyped: false)
        } catch {
            arena.deallocate()
            throw error
        }
    }
}

/// Names by their dotted segments. Nodes lie in one array. A child is looked for at its parent's youngest child, which is the
/// right one when names come in order, then among its first siblings, then in a dictionary: whatever the order and the number
/// of names, reading them takes linear time.
private struct FormTree {
    struct Node {
        var segment: ByteSlice
        var position: Int  // in the input, for errors
        var value: ByteSlice?
        var children = 0
        var firstChild = -1  // indexes into `nodes`; -1 for none
        var lastChild = -1
        var nextSibling = -1
    }

    /// A segment below a parent; compares bytes in the arena.
    struct Edge: Hashable {
        var parent: Int
        var segment: UnsafeBufferPointer<UInt8>

        static func == (a: Edge, b: Edge) -> Bool { a.parent == b.parent && a.segment.elementsEqual(b.segment) }

        func hash(into hasher: inout Hasher) {
            hasher.combine(parent)
            hasher.combine(bytes: UnsafeRawBufferPointer(segment))
        }
    }

    /// Structures have fewer members than this; lists have more elements.
    static let scannedSiblingsMax = 16

    /// Decoded names and values; has room for the whole input, which they never exceed, and never moves.
    let arena: UnsafeMutablePointer<UInt8>
    var arenaCount = 0
    var nodes = [Node(segment: .none, position: 0)]
    /// The children of parents with many.
    var edges: [Edge: Int] = [:]

    init(arena: UnsafeMutablePointer<UInt8>) { self.arena = arena }

    mutating func tape(of text: UnsafeBufferPointer<UInt8>) throws(WireError) -> TapeBuilder {
        try read(text)
        var tape = TapeBuilder(arena: [], expectedNodes: nodes.count)
        try emitStructure(0, key: .none, to: &tape)
        return tape
    }

    // MARK: Reading

    private mutating func read(_ text: UnsafeBufferPointer<UInt8>) throws(WireError) {
        let expected = text.reduce(1) { $0 + ($1 == UInt8(ascii: "&") ? 1 : 0) }
        nodes.reserveCapacity(min(expected, WireLimits.formPairsMax) * 3 / 2)
        var (start, pairs) = (0, 0)
        while start < text.count {
            let end = text[start...].firstIndex(of: UInt8(ascii: "&")) ?? text.count
            if end > start {
                pairs += 1
                guard pairs <= WireLimits.formPairsMax else { throw error(.limit, start, "too many parameters") }
                try pair(text, start, end)
            }
            start = end + 1
        }
    }

    private mutating func pair(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) throws(WireError) {
        let equals = text[start..<end].firstIndex(of: UInt8(ascii: "=")) ?? end
        let name = try decoded(text, start, equals)
        let node = try place(name, at: start)
        guard nodes[node].value == nil else { throw error(.malformed, start, "a parameter is given twice") }
        nodes[node].value = try decoded(text, min(equals + 1, end), end)
    }

    private mutating func decoded(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) throws(WireError) -> ByteSlice {
        let encoded = UnsafeBufferPointer(rebasing: text[start..<end])
        let slice: ByteSlice
        do throws(WireError) {
            let count = try PercentEncoding.decode(encoded, plusIsSpace: true, to: arena + arenaCount)
            slice = ByteSlice(offset: arenaCount, count: count)
        } catch {
            throw WireError(code: error.code, position: start + error.position, message: error.message)
        }
        guard UTF8Text.isValid(bytes(slice)) else { throw error(.malformed, start, "text is not valid UTF-8") }
        arenaCount += slice.count
        return slice
    }

    /// The node for a dotted name.
    private mutating func place(_ name: ByteSlice, at position: Int) throws(WireError) -> Int {
        var (node, depth, start) = (0, 0, name.offset)
        let end = name.offset + name.count
        while true {
            var dot = start
            while dot < end, arena[dot] != UInt8(ascii: ".") { dot += 1 }
            guard dot > start else { throw error(.malformed, position, "a parameter's name has an empty part") }
            depth += 1
            guard depth <= WireLimits.depthMax else { throw error(.limit, position, "nested too deeply") }
            node = child(of: node, ByteSlice(offset: start, count: dot - start), at: position)
            if dot == end { return node }
            start = dot + 1
        }
    }

    private mutating func child(of parent: Int, _ segment: ByteSlice, at position: Int) -> Int {
        let last = nodes[parent].lastChild
        if last >= 0, isSame(nodes[last].segment, segment) { return last }
        if let known = olderChild(of: parent, segment) { return known }
        let node = nodes.count
        nodes.append(Node(segment: segment, position: position))
        if last >= 0 { nodes[last].nextSibling = node } else { nodes[parent].firstChild = node }
        nodes[parent].lastChild = node
        nodes[parent].children += 1
        return node
    }

    /// Any child but the youngest.
    private mutating func olderChild(of parent: Int, _ segment: ByteSlice) -> Int? {
        guard nodes[parent].children > Self.scannedSiblingsMax else {
            var child = nodes[parent].firstChild
            while child >= 0 {
                if isSame(nodes[child].segment, segment) { return child }
                child = nodes[child].nextSibling
            }
            return nil
        }
        // Each child enters the dictionary when the next one comes; the first ones when there are too many to scan.
        var child = nodes[parent].children == Self.scannedSiblingsMax + 1 ? nodes[parent].firstChild : nodes[parent].lastChild
        while child >= 0 {
            edges[Edge(parent: parent, segment: bytes(nodes[child].segment))] = child
            child = nodes[child].nextSibling
        }
        return edges[Edge(parent: parent, segment: bytes(segment))]
    }

    private func bytes(_ slice: ByteSlice) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: arena + slice.offset, count: slice.count)
    }

    private func isSame(_ a: ByteSlice, _ b: ByteSlice) -> Bool {
        guard a.count == b.count else { return false }
        for i in 0..<a.count where arena[a.offset + i] != arena[b.offset + i] { return false }
        return true
    }

    // MARK: Shaping

    private func emit(_ node: Int, key: ByteSlice, to tape: inout TapeBuilder) throws(WireError) {
        let first = nodes[node].firstChild
        guard first >= 0 else { return tape.append(.text, (nodes[node].value ?? .none).packed, key: key) }
        if let value = nodes[node].value, value.count > 0 {
            throw error(.malformed, nodes[node].position, "a parameter is both a value and a structure")
        }
        let isOnly = nodes[first].nextSibling < 0
        if isOnly, isWord("member", first), nodes[first].value == nil {
            try emitList(first, key: key, to: &tape)
        } else if isOnly, isWord("entry", first), nodes[first].value == nil {
            try emitMap(first, key: key, to: &tape)
        } else if index(of: first) != nil {
            try emitList(node, key: key, to: &tape)
        } else {
            try emitStructure(node, key: key, to: &tape)
        }
    }

    private func emitStructure(_ node: Int, key: ByteSlice, to tape: inout TapeBuilder) throws(WireError) {
        let container = tape.open(.map, key: key)
        var (child, count) = (nodes[node].firstChild, 0)
        while child >= 0 {
            try emit(child, key: nodes[child].segment, to: &tape)
            child = nodes[child].nextSibling
            count += 1
        }
        tape.close(container, children: count)
    }

    private func emitList(_ node: Int, key: ByteSlice, to tape: inout TapeBuilder) throws(WireError) {
        let container = tape.open(.list, key: key)
        let elements = try numbered(node)
        for element in elements { try emit(element, key: .none, to: &tape) }
        tape.close(container, children: elements.count)
    }

    private func emitMap(_ node: Int, key: ByteSlice, to tape: inout TapeBuilder) throws(WireError) {
        let container = tape.open(.map, key: key)
        let entries = try numbered(node)
        for entry in entries {
            if let name = child(of: entry, "key"), let text = nodes[name].value {
                if let value = child(of: entry, "value") {
                    try emit(value, key: text, to: &tape)
                } else {
                    tape.append(.text, ByteSlice.none.packed, key: text)
                }
            } else if let name = child(of: entry, "Name"), let text = nodes[name].value {
                if let value = child(of: entry, "Value") {
                    try emit(value, key: text, to: &tape)
                } else {
                    tape.append(.text, ByteSlice.none.packed, key: text)
                }
            } else {
                throw error(.malformed, nodes[entry].position, "an entry of a map has no key")
            }
        }
        tape.close(container, children: entries.count)
    }

    /// The children in the order of their numbers.
    private func numbered(_ node: Int) throws(WireError) -> [Int] {
        var elements: [(index: Int, node: Int)] = []
        var child = nodes[node].firstChild
        while child >= 0 {
            guard let index = index(of: child) else {
                throw error(.malformed, nodes[child].position, "an element's number is not between 1 and 999999999")
            }
            elements.append((index, child))
            child = nodes[child].nextSibling
        }
        // Clients number in order; the check is cheaper than the sort.
        if !zip(elements, elements.dropFirst()).allSatisfy({ $0.index <= $1.index }) { elements.sort { $0.index < $1.index } }
        return elements.map(\.node)
    }

    /// A number only orders its element, so a huge one costs nothing.
    private func index(of node: Int) -> Int? {
        let digits = bytes(nodes[node].segment)
        guard digits.count <= 9, digits.first != UInt8(ascii: "0") else { return nil }
        var value = 0
        for byte in digits {
            guard case let digit = byte &- UInt8(ascii: "0"), digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }

    private func isWord(_ word: StaticString, _ node: Int) -> Bool {
        word.withUTF8Buffer { word in
            let segment = bytes(nodes[node].segment)
            return segment.count == word.count && segment.elementsEqual(word)
        }
    }

    private func child(of node: Int, _ word: StaticString) -> Int? {
        var child = nodes[node].firstChild
        while child >= 0 {
            if isWord(word, child) { return child }
            child = nodes[child].nextSibling
        }
        return nil
    }

    private func error(_ code: WireError.Code, _ position: Int, _ why: String) -> WireError {
        WireError(code: code, position: position, message: "cannot read form: \(why)")
    }
}
