/// The shapes of messages seen so far, learnt from the messages themselves. Bounded: messages that would need more are of no shape.
///
///     var shapes = MessageShapes()
///     var tokens = TokenList()
///     if let shape = shapes.shape(of: message, &tokens) {       // a position in shapes.shapes
///         tokens[slot]                                         // where the slot's token lies in the message
///     }
///
/// Known shapes are found by walking a trie of literals, so that a line like one seen before costs little more than comparing it.
/// What a shape says of a message is exactly what `LogFieldExtractor` finds in it: messages of which that cannot be promised (an object
/// with a key twice, text with a brace that begins no object) are of no shape.
package struct MessageShapes: Sendable {
    package static let shapesMax = 1024
    package static let fieldsMax = 1024
    package static let slotsMax = 200
    /// Of literals in all, and of a message.
    static let literalBytesMax = 1 << 20
    static let messageBytesMax = 256 << 10
    /// Objects inside objects whose members are slots; what lies deeper is one token.
    static let depthMax = 6
    /// Fields in a row at the beginning of a line end within this; Lambda's request id is looked for in the first 256 bytes.
    static let wordsBytesMax = 200

    package private(set) var shapes: [MessageShape] = []
    package private(set) var fields: [MessageField] = []
    private var trie = ShapeTrie()
    private var fieldNumbers: [MessageField: Int] = [:]
    private var literalBytes = 0
    /// Messages of no shape that were looked at in vain; after many of them only known shapes are looked for.
    private var failures = 0
    private static let failuresMax = 4096

    package init() {}

    /// - Parameter tokens: those of the message when it has a shape; else without meaning.
    /// - Returns: nil when the message has no shape, or none that could be remembered.
    package mutating func shape(of message: UnsafeBufferPointer<UInt8>, _ tokens: inout TokenList) -> Int? {
        guard !message.isEmpty, message.count <= Self.messageBytesMax else { return nil }
        if let known = trie.shape(of: message, &tokens) { return known }
        guard failures < Self.failuresMax else { return nil }
        guard let draft = ShapeDraft(of: message), let number = remember(draft) else {
            failures += 1
            return nil
        }
        // By the trie again, which gives the tokens.
        return trie.shape(of: message, &tokens) == number ? number : nil
    }

    /// The fields of a shape's slots.
    package func slots(ofShape shape: Int) -> [Int] { shapes[shape].slots }

    /// The slots that hold named fields in a shape; nil for a name that no message of it has.
    /// - Returns: nil when one of the names is that of an object, or inside a slot, so that slots cannot answer.
    package func places(of names: [String], in shape: Int) -> [Int?]? {
        let shape = shapes[shape]
        var places: [Int?] = []
        for name in names {
            if shape.containers.contains(name) { return nil }
            let slot = shape.slots.firstIndex { fields[$0].name == name }
            if slot == nil, shape.slots.contains(where: { fields[$0].kind == .json && name.hasPrefix(fields[$0].name + ".") }) { return nil }
            places.append(slot)
        }
        return places
    }

    private mutating func remember(_ draft: ShapeDraft) -> Int? {
        let new = draft.slots.reduce(0) { fieldNumbers[$1.field] == nil ? $0 + 1 : $0 }
        let bytes = draft.literals.reduce(0) { $0 + $1.count }
        guard shapes.count < Self.shapesMax, fields.count + new <= Self.fieldsMax, literalBytes + bytes <= Self.literalBytesMax else { return nil }
        let slots = draft.slots.map { number(of: $0.field) }
        shapes.append(
            MessageShape(literals: draft.literals, slots: slots, containers: draft.containers, lambdaType: draft.lambdaType))
        literalBytes += bytes
        guard trie.insert(draft, as: shapes.count - 1) else {
            // Its way through the trie is one that other tokens of another shape take: not to be told apart.
            shapes.removeLast()
            return nil
        }
        return shapes.count - 1
    }

    private mutating func number(of field: MessageField) -> Int {
        if let known = fieldNumbers[field] { return known }
        fields.append(field)
        fieldNumbers[field] = fields.count - 1
        return fields.count - 1
    }
}

/// Where the tokens of one message lie. Used again for the next message.
@usableFromInline package struct TokenList: Sendable {
    package private(set) var count = 0
    @usableFromInline var starts = [UInt32](repeating: 0, count: MessageShapes.slotsMax)
    @usableFromInline var ends = [UInt32](repeating: 0, count: MessageShapes.slotsMax)

    package init() {}

    @inlinable package subscript(slot: Int) -> Range<Int> { Int(starts[slot])..<Int(ends[slot]) }
    @inlinable package func start(_ slot: Int) -> UInt32 { starts[slot] }
    @inlinable package func end(_ slot: Int) -> UInt32 { ends[slot] }

    mutating func removeAll() { count = 0 }

    @inline(__always) mutating func append(_ start: Int, _ end: Int) {
        starts[count] = UInt32(truncatingIfNeeded: start)
        ends[count] = UInt32(truncatingIfNeeded: end)
        count &+= 1
    }
}
