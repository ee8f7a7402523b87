import AWSProtocol
import SignalModel
import WireFormats

/// A structure of a bulk request with its place in it, for messages. Members that are null are absent.
struct DatumReader {
    let node: WireNode
    /// As in `MetricData.member.1`.
    let path: String

    private func member(_ name: StaticString) -> WireNode? {
        guard let member = node[name], !member.isNull else { return nil }
        return member
    }

    private func typed<Value>(_ name: StaticString, _ expected: String, _ read: (WireNode) -> Value?) throws(AWSError) -> Value? {
        guard let member = member(name) else { return nil }
        guard let value = read(member) else { throw .serialization("cannot read '\(path).\(name)': expected \(expected)") }
        return value
    }

    func text(_ name: StaticString) throws(AWSError) -> String? { try typed(name, "a string") { $0.text } }
    func integer(_ name: StaticString) throws(AWSError) -> Int64? { try typed(name, "an integer") { $0.integer } }

    func timestamp(_ name: StaticString) throws(AWSError) -> Timestamp? {
        try typed(name, "a timestamp that follows ISO8601, or epoch seconds") { $0.timestamp.map(Timestamp.init(nanoseconds:)) }
    }

    /// In a form an empty list is an empty text.
    func list(_ name: StaticString) throws(AWSError) -> WireChildren? {
        try typed(name, "a list") { $0.kind == .list || (!$0.isTyped && $0.isText("")) ? $0.children : nil }
    }

    func structure(_ name: StaticString) throws(AWSError) -> DatumReader? {
        try typed(name, "a structure") { $0.kind == .map ? DatumReader(node: $0, path: "\(path).\(name)") : nil }
    }

    /// A required text of printable ASCII with at least one character that is not a space.
    func ascii(_ name: StaticString, lengthMax: Int) throws(AWSError) -> [UInt8] {
        guard let bytes = try typed(name, "a string", { node in node.kind == .text ? node.withBytes { Array($0) } : nil }) else {
            throw .missingParameter("\(path).\(name)")
        }
        guard bytes.contains(where: { $0 != 32 }) else {
            throw .invalidParameterValue("The parameter \(path).\(name) must be at least 1 character long and not only spaces.")
        }
        guard bytes.allSatisfy({ (32...126).contains($0) }) else {
            throw .invalidParameterValue("The parameter \(path).\(name) must contain only printable ASCII characters.")
        }
        guard bytes.count <= lengthMax else {
            throw .invalidParameterValue("The parameter \(path).\(name) must be at most \(lengthMax) characters long.")
        }
        return bytes
    }

    // MARK: Numbers

    func value(_ name: StaticString) throws(AWSError) -> Double? {
        guard let member = member(name) else { return nil }
        return try Self.value(member, at: "\(path).\(name)")
    }

    func requiredValue(_ name: StaticString) throws(AWSError) -> Double {
        guard let value = try value(name) else { throw .missingParameter("\(path).\(name)") }
        return value
    }

    func requiredPositive(_ name: StaticString) throws(AWSError) -> Double {
        guard let member = member(name) else { throw .missingParameter("\(path).\(name)") }
        return try Self.positive(member, at: "\(path).\(name)")
    }

    /// A number that CloudWatch keeps: finite, and zero or of a magnitude within the limits.
    static func value(_ node: WireNode, at path: String) throws(AWSError) -> Double {
        guard let value = node.double else { throw .serialization("cannot read '\(path)': expected a number") }
        guard value == 0 || (Limits.magnitudeMin...Limits.magnitudeMax).contains(value.magnitude) else { throw .invalidValue(text(of: value), path) }
        return value
    }

    /// As the protocols write it.
    private static func text(of value: Double) -> String {
        value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : "\(value)"
    }

    static func positive(_ node: WireNode, at path: String) throws(AWSError) -> Double {
        let value = try value(node, at: path)
        guard value > 0 else { throw .invalidValue("\(value)", path) }
        return value
    }
}
