import Columns
import WireFormats

/// `{ $.level = "ERROR" && ($.latency > 1000 || $.retry IS TRUE) }`: true of messages that are JSON and fulfil it.
///
/// A selector that yields an object or an array fulfils no test but makes `NOT EXISTS` false. `!=` needs a value too.
indirect enum JSONCondition: Sendable {
    enum Test: Sendable {
        case compare(PatternComparison)
        case isNull, isTrue, isFalse, notExists
    }

    case all([JSONCondition])
    case any([JSONCondition])
    case test(JSONSelector, Test)

    private static let depthMax = 32

    init(from reader: inout PatternReader) throws(FilterPatternError) {
        _ = reader.take("{")
        self = try Self.alternatives(from: &reader, depth: 0)
        guard reader.take("}") else { throw reader.error("'}', && or || is missing") }
        guard reader.peek() == nil else { throw reader.error("text after the closing '}'") }
    }

    private static func alternatives(from reader: inout PatternReader, depth: Int) throws(FilterPatternError) -> JSONCondition {
        var parts = [try conjunction(from: &reader, depth: depth)]
        while reader.take("||") { parts.append(try conjunction(from: &reader, depth: depth)) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private static func conjunction(from reader: inout PatternReader, depth: Int) throws(FilterPatternError) -> JSONCondition {
        var parts = [try operand(from: &reader, depth: depth)]
        while reader.take("&&") { parts.append(try operand(from: &reader, depth: depth)) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private static func operand(from reader: inout PatternReader, depth: Int) throws(FilterPatternError) -> JSONCondition {
        guard reader.take("(") else {
            let selector = try JSONSelector(from: &reader)
            return .test(selector, try test(from: &reader))
        }
        guard depth < depthMax else { throw reader.error("parentheses nest deeper than \(depthMax)") }
        let inner = try alternatives(from: &reader, depth: depth + 1)
        guard reader.take(")") else { throw reader.error("')' is missing") }
        return inner
    }

    private static func test(from reader: inout PatternReader) throws(FilterPatternError) -> Test {
        if reader.takeWord("IS") {
            if reader.takeWord("NULL") { return .isNull }
            if reader.takeWord("TRUE") { return .isTrue }
            if reader.takeWord("FALSE") { return .isFalse }
            throw reader.error("IS is followed by NULL, TRUE or FALSE")
        }
        if reader.takeWord("NOT") {
            guard reader.takeWord("EXISTS") else { throw reader.error("NOT is followed by EXISTS") }
            return .notExists
        }
        return .compare(
            try PatternComparison(from: &reader) { byte in
                !PatternReader.isSpace(byte) && !(Array("{}()&|<>=!\"".utf8).contains(byte))
            })
    }
}

extension JSONCondition {
    func matches(_ message: UnsafeBufferPointer<UInt8>) -> Bool {
        var scanner = JSONScanner(message)
        guard let root = scanner.value(), scanner.isAtEnd() else { return false }
        switch root.kind {
        case .object, .array: return holds(message)
        default: return false
        }
    }

    private func holds(_ message: UnsafeBufferPointer<UInt8>) -> Bool {
        switch self {
        case .all(let parts): parts.allSatisfy { $0.holds(message) }
        case .any(let parts): parts.contains { $0.holds(message) }
        case .test(let selector, .notExists): !selector.anyValue(in: message) { _ in true }
        case .test(let selector, let test): selector.anyValue(in: message) { Self.holds(test, $0, in: message) }
        }
    }

    private static func holds(_ test: Test, _ value: JSONScanner.Value, in message: UnsafeBufferPointer<UInt8>) -> Bool {
        switch (test, value.kind) {
        case (.isNull, .null), (.isTrue, .true), (.isFalse, .false): return true
        case (.compare(let comparison), .number), (.compare(let comparison), .true), (.compare(let comparison), .false):
            return comparison.holds(UnsafeBufferPointer(rebasing: message[value.range]), isNumber: true)
        case (.compare(let comparison), .string(hasEscapes: false)):
            return comparison.holds(UnsafeBufferPointer(rebasing: message[value.range]), isNumber: false)
        case (.compare(let comparison), .string(hasEscapes: true)):
            var text: [UInt8] = []
            JSONText.appendString(message, value.range, to: &text)
            return text.withUnsafeBufferPointer { comparison.holds($0, isNumber: false) }
        default: return false
        }
    }

    /// - Precondition: the message matches, so it is JSON.
    func extractedValues(of message: UnsafeBufferPointer<UInt8>) -> [(name: String, value: String)] {
        var values: [(name: String, value: String)] = []
        for selector in selectors where !values.contains(where: { $0.name == selector.text }) {
            _ = selector.anyValue(in: message) { value in
                guard let text = value.shownText(in: message) else { return false }
                values.append((selector.text, text))
                return true
            }
        }
        return values
    }

    private var selectors: [JSONSelector] {
        switch self {
        case .all(let parts), .any(let parts): parts.flatMap(\.selectors)
        case .test(let selector, _): [selector]
        }
    }

    /// A number may be spelled in more ways than one, and a wildcard stands for many texts: only whole texts are needed.
    var needs: [(name: String, text: [UInt8])] {
        switch self {
        case .all(let parts): parts.flatMap(\.needs)
        case .test(let selector, .compare(.text(let text, number: nil, isEqual: true))):
            if let name = selector.fieldName, let whole = text.whole { [(name, whole)] } else { [] }
        default: []
        }
    }

    /// Keys and texts that must be there to the letter, unless the message has escapes, in which they may hide.
    var predicate: Predicate {
        switch self {
        case .all(let parts): return .and(parts.map(\.predicate))
        case .any(let parts): return .or(parts.map(\.predicate))
        case .test(_, .notExists): return .always(true)
        case .test(let selector, let test):
            var parts: [Predicate] = [.messageContains(selector.lastKey)]
            if case .compare(.text(let text, number: nil, isEqual: true)) = test { parts.append(.messageContains(text.longestPiece)) }
            return .or([.and(parts), .messageContains([UInt8(ascii: "\\")])])
        }
    }
}

extension JSONScanner.Value {
    /// A scalar as text; nil for null and containers.
    fileprivate func shownText(in message: UnsafeBufferPointer<UInt8>) -> String? {
        switch kind {
        case .null, .object, .array: return nil
        case .string(hasEscapes: true):
            var text: [UInt8] = []
            JSONText.appendString(message, range, to: &text)
            return String(decoding: text, as: UTF8.self)
        default: return String(decoding: UnsafeBufferPointer(rebasing: message[range]), as: UTF8.self)
        }
    }
}
