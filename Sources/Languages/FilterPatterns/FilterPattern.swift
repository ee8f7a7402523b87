package import Columns

// CloudWatch's filter patterns: which log events a search, a metric filter or a subscription means.

/// A filter pattern in one of its three forms: terms, a condition on JSON `{ … }`, or fields in a row `[ … ]`.
///
///     let pattern = try FilterPattern(parsing: "{ $.level = \"ERROR\" && $.latency > 1000 }")
///     pattern.matches(message)                 // one event
///     pattern.predicate                        // what a store may use to skip most of the others
///
/// Source: CloudWatch Logs user guide, "Filter pattern syntax for metric filters, subscription filters, filter log events".
package struct FilterPattern: Sendable {
    /// CloudWatch's own limits.
    package static let charactersMax = 1024
    package static let expressionsMax = 2

    enum Form: Sendable {
        case terms(TermPattern)
        case json(JSONCondition)
        case fields(FieldsPattern)
    }

    private let form: Form

    /// An empty or blank pattern matches every event.
    package init(parsing text: String) throws(FilterPatternError) {
        var reader = PatternReader(text)
        guard reader.count <= Self.charactersMax else {
            throw FilterPatternError(position: Self.charactersMax, reason: "the pattern is longer than \(Self.charactersMax) characters")
        }
        switch reader.peek() {
        case UInt8(ascii: "{"): form = .json(try JSONCondition(from: &reader))
        case UInt8(ascii: "["): form = .fields(try FieldsPattern(from: &reader))
        default: form = .terms(try TermPattern(from: &reader))
        }
    }

    package func matches(_ message: ArraySlice<UInt8>) -> Bool {
        message.withUnsafeBufferPointer { message in
            switch form {
            case .terms(let terms): terms.matches(message)
            case .json(let condition): condition.matches(message)
            case .fields(let fields): fields.matches(message)
            }
        }
    }

    /// What the pattern takes out of a message: `$.path` for each selector, `$name` or `$3` for each field in a row.
    /// - Returns: nil when the message does not match; nothing for terms.
    package func extractedValues(of message: ArraySlice<UInt8>) -> [(name: String, value: String)]? {
        guard matches(message) else { return nil }
        return message.withUnsafeBufferPointer { message in
            switch form {
            case .terms: []
            case .json(let condition): condition.extractedValues(of: message)
            case .fields(let fields): fields.extractedValues(of: message)
            }
        }
    }

    /// True of every message that matches, and of as few others as can be said of plain text. In terms of `@message`.
    package var predicate: Predicate {
        switch form {
        case .terms(let terms): terms.predicate
        case .json(let condition): condition.predicate
        case .fields(let fields): fields.predicate
        }
    }

    /// Texts that JSON fields of every message that matches have, by the fields' names as `LogFieldExtractor` has them. Of two fields of
    /// one name it may be the second.
    package var needs: [(name: String, text: [UInt8])] {
        if case .json(let condition) = form { condition.needs } else { [] }
    }

    /// True when `predicate` says all there is to say, so that `matches` need not be asked.
    package var isPredicateExact: Bool {
        if case .terms = form { true } else { false }
    }
}

/// Why a text is not a filter pattern.
package struct FilterPatternError: Error, Sendable, Equatable {
    /// Offset of the offending character.
    package let position: Int
    package let reason: String

    package init(position: Int, reason: String) {
        self.position = position
        self.reason = reason
    }
}

extension Predicate {
    static let messageColumn = "@message"
    static func messageContains(_ text: [UInt8]) -> Predicate { text.isEmpty ? .always(true) : .contains(messageColumn, text) }
}
