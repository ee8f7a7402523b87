// How log messages are written: what of them is the same from line to line, and where the rest lies.

/// A way of writing messages: literal text and slots in turn, beginning and ending with a literal, which may be empty. What a message
/// of this shape says besides is its tokens, one a slot; literals and tokens together are the message, byte for byte.
///
/// `{"level":"INFO","ms":12}` has the literals `{"level":"`, `","ms":` and `}`, and the tokens `INFO` and `12`.
package struct MessageShape: Sendable, Hashable {
    /// One more than slots.
    package let literals: [[UInt8]]
    /// Positions in the list of fields that the shape's book has.
    package let slots: [Int]
    /// Objects whose members are slots, as a query names them.
    package let containers: [String]
    /// What Lambda's own lines say by being there at all: START, END or REPORT; empty for other lines.
    package let lambdaType: String

    package init(literals: [[UInt8]], slots: [Int], containers: [String], lambdaType: String) {
        precondition(literals.count == slots.count + 1, "literals stand around slots")
        self.literals = literals
        self.slots = slots
        self.containers = containers
        self.lambdaType = lambdaType
    }
}

/// What stands in a slot.
package struct MessageField: Sendable, Hashable {
    /// How a token ends and what it shows as.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// A JSON string without its quotes, escapes as written.
        case string = 1
        /// A JSON number, `true`, `false` or `null`.
        case bare = 2
        /// A JSON array or a deep object, as written.
        case json = 3
        /// Text up to a tab; no `{` in it, and no UUID as a whole.
        case word = 4
        /// A UUID before a tab: the request id of a function's own line.
        case requestID = 5
        /// Text up to a `{`, with at most one tab near its beginning.
        case prefix = 6
        /// The rest of a message; no `{` in it.
        case rest = 7
        /// The rest of a message behind its JSON object.
        case tail = 8
        /// What stands in Lambda's own lines up to the next blank or control character.
        case lambdaText = 9
        /// The same, a number of milliseconds.
        case lambdaMilliseconds = 10
        /// The same, a number of megabytes, which shows as bytes.
        case lambdaMegabytes = 11
    }

    /// As a query names it: a dotted path; a member of the root that begins with `@` has a second one before it. What no query can name
    /// has a control character and its place among the slots.
    package let name: String
    package let kind: Kind

    package init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }

    /// What stands in a line beside its fields.
    init(unnamed place: Int, kind: Kind) { self.init(name: "\u{1}\(place)", kind: kind) }

    package var isNamed: Bool { name.utf8.first != 1 }
}

extension MessageField.Kind {
    /// What a query sees of a token; nil for null. Equal to what `LogFieldExtractor` finds in the whole message.
    package func shown(_ token: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        switch self {
        case .string:
            guard token.contains(UInt8(ascii: "\\")) else { return Array(token) }
            var bytes: [UInt8] = []
            JSONText.appendString(token, 0..<token.count, to: &bytes)
            return bytes
        case .bare:
            switch token.first {
            case UInt8(ascii: "t"): return [UInt8(ascii: "1")]
            case UInt8(ascii: "f"): return [UInt8(ascii: "0")]
            case UInt8(ascii: "n"): return nil
            default: return Array(token)
            }
        case .json:
            var bytes: [UInt8] = []
            JSONText.appendCompact(token, 0..<token.count, to: &bytes)
            return bytes
        case .lambdaMilliseconds: return LambdaLine.shownMilliseconds(token)
        case .lambdaMegabytes: return LambdaLine.shownMegabytes(token)
        case .word, .requestID, .prefix, .rest, .tail, .lambdaText: return Array(token)
        }
    }

    /// True when what it shows is the token itself, whatever the token.
    package func isShownAsWritten(_ token: UnsafeBufferPointer<UInt8>) -> Bool {
        switch self {
        case .string: !token.contains(UInt8(ascii: "\\"))
        case .bare: token.first.map { $0 < 97 } ?? true
        case .word, .requestID, .prefix, .rest, .tail, .lambdaText: true
        case .json, .lambdaMilliseconds, .lambdaMegabytes: false
        }
    }
}
