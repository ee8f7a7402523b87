// Reads an operation's input from a decoded message: types, constraints and their error texts in one place.
//
// A value of a wrong type ends in SerializationException. A violated constraint is noted and reading goes on, so that the
// answer lists all of them, as AWS does. Unknown members are ignored; null is absent.

package import SignalModel
package import WireFormats

package struct InputReader {
    /// The structure being read, for bulk operations that decode from the message itself; nil when it was not sent.
    package let node: WireNode?
    package let path: MemberPath
    package let context: RequestContext
    /// The service's error shape for failed validation.
    let validationShape: String
    var violations = Violations()

    package init(_ node: WireNode?, context: RequestContext, validationShape: String) {
        self.init(node: node, path: MemberPath(), context: context, validationShape: validationShape)
    }

    init(node: WireNode?, path: MemberPath, context: RequestContext, validationShape: String) {
        self.node = node
        self.path = path
        self.context = context
        self.validationShape = validationShape
    }

    /// Throws what was found wrong so far. Called for every input after its `init(from:)`.
    package func check() throws(AWSError) {
        if let error = violations.error(shape: validationShape) { throw error }
    }

    package func has(_ name: StaticString) -> Bool { value(name) != nil }

    /// The member's path as CloudWatch's own messages spell it: `MetricData.member.1.Value`.
    package func parameter(_ name: StaticString) -> String { path(name).parameter }

    /// Notes a violation of a constraint that the getters do not know: `Member must {constraint}`.
    package mutating func violate(_ name: StaticString, value: String?, _ constraint: String) {
        violations.add(value: value, at: path(name), constraint)
    }

    // MARK: Inside

    /// The member's value; nil when absent or null.
    func value(_ name: StaticString) -> WireNode? {
        guard let value = node?[name], !value.isNull else { return nil }
        return value
    }

    func path(_ name: StaticString) -> MemberPath { path.appending(.member(name.description)) }

    mutating func scalar<Value>(_ name: StaticString, _ expected: String, _ read: (WireNode) -> Value?) -> Value? {
        guard let node = value(name) else { return nil }
        if let value = read(node) { return value }
        violations.add(wrongType: expected, at: path(name))
        return nil
    }

    mutating func required<Value>(_ name: StaticString, _ value: Value?, or placeholder: Value) -> Value {
        if let value { return value }
        if self.value(name) == nil { violations.add(value: nil, at: path(name), "not be null") }
        return placeholder
    }

    mutating func checkLength(_ count: Int, _ bounds: ClosedRange<Int>?, shown: @autoclosure () -> String, at path: MemberPath) {
        guard let bounds, !bounds.contains(count) else { return }
        let limit =
            count < bounds.lowerBound ? "greater than or equal to \(bounds.lowerBound)" : "less than or equal to \(bounds.upperBound)"
        violations.add(value: shown(), at: path, "have length \(limit)")
    }

    mutating func checkRange<Value: Comparable>(_ value: Value, _ bounds: ClosedRange<Value>?, at path: MemberPath) {
        guard let bounds, !bounds.contains(value) else { return }
        let limit =
            value < bounds.lowerBound ? "greater than or equal to \(bounds.lowerBound)" : "less than or equal to \(bounds.upperBound)"
        violations.add(value: "\(value)", at: path, "have value \(limit)")
    }
}

// MARK: - Scalars

/// A regular expression that AWS names in its message, and a function that checks it without one.
package struct TextPattern: Sendable {
    package let expression: String
    package let matches: @Sendable (String) -> Bool

    package init(_ expression: String, matches: @escaping @Sendable (String) -> Bool) {
        self.expression = expression
        self.matches = matches
    }
}

extension InputReader {
    /// - Parameter length: in UTF-16 units, as the services count.
    package mutating func text(
        _ name: StaticString, length: ClosedRange<Int>? = nil, pattern: TextPattern? = nil
    ) -> String? {
        guard let text = scalar(name, "a string", { $0.text }) else { return nil }
        check(text, length, pattern, at: path(name))
        return text
    }

    package mutating func requiredText(
        _ name: StaticString, length: ClosedRange<Int>? = nil, pattern: TextPattern? = nil
    ) -> String {
        required(name, text(name, length: length, pattern: pattern), or: "")
    }

    package mutating func integer(_ name: StaticString, in range: ClosedRange<Int64>? = nil) -> Int64? {
        guard let value = scalar(name, "an integer", { $0.integer }) else { return nil }
        checkRange(value, range, at: path(name))
        return value
    }

    package mutating func requiredInteger(_ name: StaticString, in range: ClosedRange<Int64>? = nil) -> Int64 {
        required(name, integer(name, in: range), or: 0)
    }

    /// May be NaN or infinite: what that means is the operation's to say.
    package mutating func double(_ name: StaticString) -> Double? { scalar(name, "a number", { $0.double }) }
    package mutating func requiredDouble(_ name: StaticString) -> Double { required(name, double(name), or: 0) }

    package mutating func bool(_ name: StaticString) -> Bool? { scalar(name, "a boolean", { $0.bool }) }

    package mutating func timestamp(_ name: StaticString) -> Timestamp? {
        scalar(name, "a timestamp", { $0.timestamp.map(Timestamp.init(nanoseconds:)) })
    }
    package mutating func requiredTimestamp(_ name: StaticString) -> Timestamp {
        required(name, timestamp(name), or: Timestamp(nanoseconds: 0))
    }

    /// CloudWatch Logs counts epoch milliseconds in plain integers.
    package mutating func milliseconds(_ name: StaticString) -> Timestamp? {
        scalar(name, "epoch milliseconds", { $0.integer.flatMap(Timestamp.init(exactlyMilliseconds:)) })
    }
    package mutating func requiredMilliseconds(_ name: StaticString) -> Timestamp {
        required(name, milliseconds(name), or: Timestamp(nanoseconds: 0))
    }

    package mutating func blob(_ name: StaticString) -> [UInt8]? { scalar(name, "a blob", { $0.blob }) }

    /// A text out of a closed set; the set is listed in the message in the order of its cases.
    package mutating func enumeration<Value: RawRepresentable<String> & CaseIterable>(
        _ name: StaticString, _: Value.Type = Value.self
    ) -> Value? {
        guard let text = text(name) else { return nil }
        if let value = Value(rawValue: text) { return value }
        noteUnknown(text, Value.self, at: path(name))
        return nil
    }

    /// - Precondition: `Value` has a case.
    package mutating func requiredEnumeration<Value: RawRepresentable<String> & CaseIterable>(
        _ name: StaticString, _: Value.Type = Value.self
    ) -> Value {
        guard let first = Value.allCases.first else { preconditionFailure("an enumeration has a case") }
        return required(name, enumeration(name, Value.self), or: first)
    }

    mutating func noteUnknown<Value: RawRepresentable<String> & CaseIterable>(_ text: String, _: Value.Type, at path: MemberPath) {
        let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
        violations.add(value: text, at: path, "satisfy enum value set: [\(known)]")
    }

    mutating func check(_ text: String, _ length: ClosedRange<Int>?, _ pattern: TextPattern?, at path: MemberPath) {
        checkLength(text.utf16.count, length, shown: text, at: path)
        if let pattern, !pattern.matches(text) {
            violations.add(value: text, at: path, "satisfy regular expression pattern: \(pattern.expression)")
        }
    }
}
