// Typed access. Each getter answers nil when the value is of another type; in a form every scalar is text and is parsed.

import Bytes

extension WireNode {
    package var bool: Bool? {
        switch kind {
        case .bool: tape.nodes[index].payload != 0
        case .text where !isTyped: isText("true") ? true : isText("false") ? false : nil
        default: nil
        }
    }

    /// A double counts when it holds a whole number: some writers send `60.0`.
    @inlinable package var integer: Int64? {
        let node = tape.nodes[index]
        if node.rawKind == WireKind.integer.rawValue { return Int64(bitPattern: node.payload) }
        if node.rawKind == WireKind.double.rawValue { return Int64(exactly: Double(bitPattern: node.payload)) }
        return integerInText
    }

    @usableFromInline var integerInText: Int64? { isTyped ? nil : text.flatMap { Int64($0) } }

    /// Numbers, and the three words that stand for what JSON has no number for: NaN, Infinity, -Infinity.
    @inlinable package var double: Double? {
        let node = tape.nodes[index]
        if node.rawKind == WireKind.double.rawValue { return Double(bitPattern: node.payload) }
        if node.rawKind == WireKind.integer.rawValue { return Double(Int64(bitPattern: node.payload)) }
        return doubleInText
    }

    @usableFromInline var doubleInText: Double? {
        guard kind == .text else { return nil }
        if isText("NaN") { return .nan }
        if isText("Infinity") { return .infinity }
        if isText("-Infinity") { return -.infinity }
        return isTyped ? nil : withBytes { DecimalText.double($0) } ?? nil
    }

    package var text: String? {
        guard kind == .text else { return nil }
        return withBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// A CBOR byte string, or base64 in a text.
    package var blob: [UInt8]? {
        switch kind {
        case .blob: withBytes { Array($0) }
        case .text: text.flatMap { Base64.decode($0) }
        default: nil
        }
    }

    /// Nanoseconds since the epoch, from a tagged timestamp, a number of seconds or an ISO 8601 text.
    package var timestamp: Int64? {
        let node = tape.nodes[index]
        switch kind {
        case .timestamp: return Int64(bitPattern: node.payload)
        case .integer: return EpochTime.nanoseconds(seconds: Int64(bitPattern: node.payload))
        case .double: return EpochTime.nanoseconds(seconds: Double(bitPattern: node.payload))
        case .text: return withBytes { ISO8601.nanoseconds($0) } ?? nil
        default: return nil
        }
    }
}
