import Columns

/// `[ip, user, ..., status = 4* || status = 500, bytes > 1000]`: fields of a message that are separated by spaces.
///
/// `[…]` and `"…"` in a message count as one field, without their brackets. The number of fields must be the pattern's, unless `...`
/// stands for any number of them.
struct FieldsPattern: Sendable {
    indirect enum Condition: Sendable {
        case all([Condition])
        case any([Condition])
        case compare(PatternComparison)
    }

    private struct Field: Sendable {
        var name: String?
        var condition: Condition?
    }

    private static let fieldsMax = 200
    private static let depthMax = 32

    /// Fields before the dots, or all; and those after them.
    private var leading: [Field] = []
    private var trailing: [Field] = []
    private var hasDots = false

    init(from reader: inout PatternReader) throws(FilterPatternError) {
        _ = reader.take("[")
        var names: Set<String> = []
        repeat {
            _ = reader.peek()
            let start = reader.position
            if reader.take("...") {
                guard !hasDots else { throw reader.error("'...' may stand once", at: start) }
                hasDots = true
                continue
            }
            let field = try Self.field(from: &reader)
            if let name = field.name, !names.insert(name).inserted { throw reader.error("the name \(name) is given twice", at: start) }
            if hasDots { trailing.append(field) } else { leading.append(field) }
            guard leading.count + trailing.count <= Self.fieldsMax else {
                throw reader.error("more than \(Self.fieldsMax) fields", at: start)
            }
        } while reader.take(",")
        guard reader.take("]") else { throw reader.error("']' or ',' is missing") }
        guard reader.peek() == nil else { throw reader.error("text after the closing ']'") }
    }

    private static func field(from reader: inout PatternReader) throws(FilterPatternError) -> Field {
        guard let next = reader.peek(), next != UInt8(ascii: ","), next != UInt8(ascii: "]") else { return Field() }
        var ahead = reader
        while ahead.take("(") {}
        let start = ahead.position
        let name = ahead.take(while: isNameByte)
        guard !name.isEmpty else { throw ahead.error("a field's name is missing", at: start) }
        if reader.peek() != UInt8(ascii: "(") {
            guard let after = ahead.peek(), after != UInt8(ascii: ","), after != UInt8(ascii: "]") else {
                reader = ahead
                return Field(name: String(decoding: name, as: UTF8.self))
            }
        }
        return Field(name: String(decoding: name, as: UTF8.self), condition: try alternatives(from: &reader, of: name, depth: 0))
    }

    private static func alternatives(
        from reader: inout PatternReader, of name: [UInt8], depth: Int
    ) throws(FilterPatternError) -> Condition {
        var parts = [try conjunction(from: &reader, of: name, depth: depth)]
        while reader.take("||") { parts.append(try conjunction(from: &reader, of: name, depth: depth)) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private static func conjunction(
        from reader: inout PatternReader, of name: [UInt8], depth: Int
    ) throws(FilterPatternError) -> Condition {
        var parts = [try operand(from: &reader, of: name, depth: depth)]
        while reader.take("&&") { parts.append(try operand(from: &reader, of: name, depth: depth)) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private static func operand(from reader: inout PatternReader, of name: [UInt8], depth: Int) throws(FilterPatternError) -> Condition {
        if reader.take("(") {
            guard depth < depthMax else { throw reader.error("parentheses nest deeper than \(depthMax)") }
            let inner = try alternatives(from: &reader, of: name, depth: depth + 1)
            guard reader.take(")") else { throw reader.error("')' is missing") }
            return inner
        }
        _ = reader.peek()
        let start = reader.position
        guard reader.take(while: isNameByte) == name else {
            throw reader.error("conditions of one field must all name it: \(String(decoding: name, as: UTF8.self))", at: start)
        }
        return .compare(
            try PatternComparison(from: &reader) { byte in
                !PatternReader.isSpace(byte) && !(Array(",[]()&|<>=!\"".utf8).contains(byte))
            })
    }

    private static func isNameByte(_ byte: UInt8) -> Bool { PatternReader.isWordByte(byte) || byte == UInt8(ascii: "-") }
}

extension FieldsPattern {
    func matches(_ message: UnsafeBufferPointer<UInt8>) -> Bool {
        let values = Self.split(message)
        guard hasDots ? values.count >= leading.count + trailing.count : values.count == leading.count else { return false }
        func hold(_ fields: [Field], from first: Int) -> Bool {
            fields.indices.allSatisfy { index in
                fields[index].condition?.holds(UnsafeBufferPointer(rebasing: message[values[first + index]])) ?? true
            }
        }
        return hold(leading, from: 0) && hold(trailing, from: values.count - trailing.count)
    }

    /// Fields without a name go by their number, which starts at 1.
    /// - Precondition: the message matches.
    func extractedValues(of message: UnsafeBufferPointer<UInt8>) -> [(name: String, value: String)] {
        let values = Self.split(message)
        return values.enumerated().map { index, range in
            let field =
                index < leading.count
                ? leading[index]
                : index >= values.count - trailing.count ? trailing[index - (values.count - trailing.count)] : Field()
            return ("$" + (field.name ?? String(index + 1)), String(decoding: message[range], as: UTF8.self))
        }
    }

    var predicate: Predicate { .and((leading + trailing).compactMap { $0.condition?.predicate }) }

    /// Where the fields of a message lie. A bracket or quote that is never closed is an ordinary character.
    static func split(_ message: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var fields: [Range<Int>] = []
        var place = 0
        // Asked once, so that a message of opening brackets is not searched to its end for each of them.
        let lastBracket = message.lastIndex(of: UInt8(ascii: "]")) ?? -1
        let lastQuote = message.lastIndex(of: UInt8(ascii: "\"")) ?? -1
        while place < message.count {
            let byte = message[place]
            if PatternReader.isSpace(byte) {
                place += 1
            } else if byte == UInt8(ascii: "[") && place < lastBracket || byte == UInt8(ascii: "\"") && place < lastQuote {
                let closing = byte == UInt8(ascii: "[") ? UInt8(ascii: "]") : byte
                let end = message[(place + 1)...].firstIndex(of: closing) ?? message.count
                fields.append(place + 1..<end)
                place = end + 1
            } else {
                let start = place
                while place < message.count, !PatternReader.isSpace(message[place]) { place += 1 }
                fields.append(start..<place)
            }
        }
        return fields
    }
}

extension FieldsPattern.Condition {
    func holds(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        switch self {
        case .all(let parts): parts.allSatisfy { $0.holds(value) }
        case .any(let parts): parts.contains { $0.holds(value) }
        case .compare(let comparison): comparison.holds(value, isNumber: true)
        }
    }

    var predicate: Predicate {
        switch self {
        case .all(let parts): .and(parts.map(\.predicate))
        case .any(let parts): .or(parts.map(\.predicate))
        case .compare(.text(let text, number: nil, isEqual: true)): .messageContains(text.longestPiece)
        default: .always(true)
        }
    }
}
