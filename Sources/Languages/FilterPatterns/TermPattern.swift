import Columns

/// Terms that a message must have (all of them), may have (`?`, one of them), and must not have (`-`).
///
/// With a required term beside them the `?` terms mean nothing, as in CloudWatch.
struct TermPattern: Sendable {
    enum Term: Sendable {
        case text([UInt8])
        case expression(RegularExpression)
    }

    private enum Role { case required, optional, excluded }

    private var required: [Term] = []
    private var optional: [Term] = []
    private var excluded: [Term] = []

    init(from reader: inout PatternReader) throws(FilterPatternError) {
        while let first = reader.peek() {
            var role = Role.required
            if first == UInt8(ascii: "?") || first == UInt8(ascii: "-") {
                role = first == UInt8(ascii: "?") ? .optional : .excluded
                reader.position += 1
            }
            let term = try Self.term(from: &reader)
            switch role {
            case .required: required.append(term)
            case .optional: optional.append(term)
            case .excluded: excluded.append(term)
            }
        }
    }

    private static func term(from reader: inout PatternReader) throws(FilterPatternError) -> Term {
        let start = reader.position
        switch reader.next {
        case UInt8(ascii: "\""): return .text(try reader.quoted())
        case UInt8(ascii: "%"): return .expression(try reader.expression())
        default:
            let text = reader.take(while: isTermByte)
            if let byte = reader.next, !PatternReader.isSpace(byte) {
                throw reader.error("the character '\(Character(Unicode.Scalar(byte)))' is only allowed inside double quotes")
            }
            guard !text.isEmpty else { throw reader.error("a term is missing", at: start) }
            return .text(text)
        }
    }

    /// Signs that mean something elsewhere in the syntax must be quoted, so that a mistake does not search for itself.
    private static func isTermByte(_ byte: UInt8) -> Bool {
        if PatternReader.isWordByte(byte) { return true }
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: ","),
            UInt8(ascii: "@"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "+"), UInt8(ascii: ";"), UInt8(ascii: "~"),
            UInt8(ascii: "'"):
            return true
        default: return false
        }
    }

    func matches(_ message: UnsafeBufferPointer<UInt8>) -> Bool {
        if !required.isEmpty {
            guard required.allSatisfy({ $0.isFound(in: message) }) else { return false }
        } else if !optional.isEmpty {
            guard optional.contains(where: { $0.isFound(in: message) }) else { return false }
        }
        return !excluded.contains { $0.isFound(in: message) }
    }

    /// Exact.
    var predicate: Predicate {
        var parts = required.map(\.predicate)
        if required.isEmpty, !optional.isEmpty { parts.append(.or(optional.map(\.predicate))) }
        parts += excluded.map { .not($0.predicate) }
        return parts.isEmpty ? .always(true) : .and(parts)
    }
}

extension TermPattern.Term {
    func isFound(in message: UnsafeBufferPointer<UInt8>) -> Bool {
        switch self {
        case .text(let text): message.contains(text)
        case .expression(let expression): expression.isFound(in: UnsafeRawBufferPointer(message))
        }
    }

    var predicate: Predicate {
        switch self {
        case .text(let text): .messageContains(text)
        case .expression(let expression): .matches(Predicate.messageColumn, expression)
        }
    }
}
