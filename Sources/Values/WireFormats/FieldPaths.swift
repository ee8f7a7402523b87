// Wanted JSON paths as a tree, so that one walk over a message finds all of them, and where in a message the JSON is.

/// Paths by their steps. A member whose key has dots in it takes as many steps as it has parts: `{"a.b":1}` and `{"a":{"b":1}}`
/// both have the field `a.b`.
struct FieldPaths: Sendable {
    private struct Node {
        var step: [UInt8]
        var children: [Int] = []
        /// Position of the name that ends here, or -1.
        var name = -1
    }

    private static let root = 0
    private var nodes = [Node(step: [])]
    /// Names that say the same as an earlier one.
    private var repeats: [(name: Int, first: Int)] = []

    init(_ names: [String]) {
        for (index, name) in names.enumerated() {
            var path = Substring(name)
            if path.hasPrefix("@@") { path.removeFirst() } else if path.hasPrefix("@") { continue }
            insert(Array(path.utf8), name: index)
        }
    }

    var isEmpty: Bool { nodes[Self.root].children.isEmpty }

    private mutating func insert(_ path: [UInt8], name: Int) {
        var node = Self.root
        for step in path.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            if let child = nodes[node].children.first(where: { nodes[$0].step.elementsEqual(step) }) {
                node = child
            } else {
                nodes.append(Node(step: Array(step)))
                nodes[node].children.append(nodes.count - 1)
                node = nodes.count - 1
            }
        }
        if nodes[node].name < 0 { nodes[node].name = name } else { repeats.append((name, nodes[node].name)) }
    }

    /// Walks the object that comes next and notes where the values of the names lie; the first of equal paths counts.
    /// - Returns: false when the text is malformed; `found` then means nothing.
    func find(in scanner: inout JSONScanner, _ found: inout [JSONScanner.Value?]) -> Bool {
        for index in found.indices { found[index] = nil }
        guard walk(&scanner, from: Self.root, depth: 0, &found) else { return false }
        for (name, first) in repeats { found[name] = found[first] }
        return true
    }

    private func walk(_ scanner: inout JSONScanner, from node: Int, depth: Int, _ found: inout [JSONScanner.Value?]) -> Bool {
        switch nodes[node].children.isEmpty ? nil : scanner.peek() {
        case UInt8(ascii: "{"):
            return scanner.members(depth: depth) { scanner, key in
                take(&scanner, from: child(of: node, named: key, in: scanner.text), depth: depth + 1, &found)
            }
        case UInt8(ascii: "["):
            return scanner.elements(depth: depth) { scanner, index in
                let step = Array(String(index).utf8)
                let child = step.withUnsafeBufferPointer { self.child(of: node, step: $0) }
                return take(&scanner, from: child, depth: depth + 1, &found)
            }
        default: return scanner.value(depth: depth) != nil
        }
    }

    /// Takes one value that belongs to `node`, or to nobody.
    private func take(_ scanner: inout JSONScanner, from node: Int?, depth: Int, _ found: inout [JSONScanner.Value?]) -> Bool {
        guard let node else { return scanner.value(depth: depth) != nil }
        let name = nodes[node].name
        guard !nodes[node].children.isEmpty else {
            guard let value = scanner.value(depth: depth) else { return false }
            if found[name] == nil { found[name] = value }
            return true
        }
        var ahead = scanner
        guard walk(&scanner, from: node, depth: depth, &found) else { return false }
        if name >= 0, found[name] == nil { found[name] = ahead.value(depth: depth) }
        return true
    }

    private func child(of node: Int, named key: JSONScanner.Value, in text: UnsafeBufferPointer<UInt8>) -> Int? {
        guard case .string(hasEscapes: true) = key.kind else {
            return child(of: node, path: UnsafeBufferPointer(rebasing: text[key.range]))
        }
        var name: [UInt8] = []
        JSONText.appendString(text, key.range, to: &name)
        return name.withUnsafeBufferPointer { child(of: node, path: $0) }
    }

    private func child(of node: Int, path: UnsafeBufferPointer<UInt8>) -> Int? {
        var node = node
        var start = 0
        for place in 0...path.count where place == path.count || path[place] == UInt8(ascii: ".") {
            guard let next = child(of: node, step: UnsafeBufferPointer(rebasing: path[start..<place])) else { return nil }
            node = next
            start = place + 1
        }
        return node
    }

    private func child(of node: Int, step: UnsafeBufferPointer<UInt8>) -> Int? {
        for child in nodes[node].children where nodes[child].step.count == step.count {
            if nodes[child].step.elementsEqual(step) { return child }
        }
        return nil
    }
}

/// Where the JSON object of a message is.
enum JSONFragment {
    /// Text with braces that is not JSON is given up after so many of them.
    private static let attemptsMax = 4

    /// Calls `body` at each `{` until it has walked an object to its end.
    /// - Parameter body: walks the object that comes next; false when it is malformed.
    /// - Returns: where the object lies; nil when there is none. An object that begins the message must be all of it.
    static func range(in message: UnsafeBufferPointer<UInt8>, then body: (inout JSONScanner) -> Bool) -> Range<Int>? {
        var scanner = JSONScanner(message)
        let beginsWithObject = scanner.peek() == UInt8(ascii: "{")
        var start = scanner.position
        for _ in 0..<attemptsMax {
            while start < message.count, message[start] != UInt8(ascii: "{") { start += 1 }
            guard start < message.count else { return nil }
            var scanner = JSONScanner(message, at: start)
            let isObject = body(&scanner)
            let end = scanner.position
            if beginsWithObject { return isObject && scanner.isAtEnd() ? start..<end : nil }
            if isObject { return start..<end }
            start += 1
        }
        return nil
    }
}
