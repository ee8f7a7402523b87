// Structures, lists and maps of an input.

package import WireFormats

extension InputReader {
    /// The elements of a list member, for operations that read them from the message; nil when absent.
    package mutating func elements(_ name: StaticString, count: ClosedRange<Int>? = nil) -> WireChildren? {
        guard let list = scalar(name, "a list", { $0.isListShaped ? $0 : nil }) else { return nil }
        checkLength(list.childCount, count, shown: "[\(list.childCount) elements]", at: path(name))
        return list.children
    }

    /// A nested structure; nil when absent.
    package mutating func structure<Value: APIInput>(_ name: StaticString, _: Value.Type = Value.self) throws -> Value? {
        guard let node = scalar(name, "a structure", { $0.isMapShaped ? $0 : nil }) else { return nil }
        return try nested(node, path(name))
    }

    package mutating func requiredStructure<Value: APIInput>(_ name: StaticString, _: Value.Type = Value.self) throws -> Value {
        if let value: Value = try structure(name) { return value }
        _ = required(name, nil as Bool?, or: false)
        // A stand-in for the missing one: what it lacks itself is not worth a line.
        var absent = InputReader(node: nil, path: path(name), context: context, validationShape: validationShape)
        return try Value(from: &absent)
    }

    /// A list of structures; empty when absent.
    package mutating func structures<Value: APIInput>(
        _ name: StaticString, _: Value.Type = Value.self, count: ClosedRange<Int>? = nil
    ) throws -> [Value] {
        guard let elements = elements(name, count: count) else { return [] }
        var values: [Value] = []
        values.reserveCapacity(elements.count)
        let path = path(name)
        for (i, element) in elements.enumerated() where !element.isNull {
            guard element.isMapShaped else {
                violations.add(wrongType: "a structure", at: path.appending(.element(i)))
                continue
            }
            values.append(try nested(element, path.appending(.element(i))))
        }
        return values
    }

    package mutating func requiredStructures<Value: APIInput>(
        _ name: StaticString, _: Value.Type = Value.self, count: ClosedRange<Int>? = nil
    ) throws -> [Value] {
        _ = required(name, has(name) ? true : nil, or: false)
        return try structures(name, count: count)
    }

    private mutating func nested<Value: APIInput>(_ node: WireNode, _ path: MemberPath) throws -> Value {
        var reader = InputReader(node: node, path: path, context: context, validationShape: validationShape)
        let value = try Value(from: &reader)
        violations.merge(reader.violations)
        return value
    }

    /// A list of texts; empty when absent.
    package mutating func texts(
        _ name: StaticString, count: ClosedRange<Int>? = nil, length: ClosedRange<Int>? = nil, pattern: TextPattern? = nil
    ) -> [String] {
        guard let elements = elements(name, count: count) else { return [] }
        var texts: [String] = []
        texts.reserveCapacity(elements.count)
        for (i, element) in elements.enumerated() where !element.isNull {
            guard let text = element.text else {
                violations.add(wrongType: "a string", at: path(name).appending(.element(i)))
                continue
            }
            check(text, length, pattern, at: path(name).appending(.element(i)))
            texts.append(text)
        }
        return texts
    }

    package mutating func requiredTexts(
        _ name: StaticString, count: ClosedRange<Int>? = nil, length: ClosedRange<Int>? = nil, pattern: TextPattern? = nil
    ) -> [String] {
        _ = required(name, has(name) ? true : nil, or: false)
        return texts(name, count: count, length: length, pattern: pattern)
    }

    /// A list of texts out of a closed set; empty when absent.
    package mutating func enumerations<Value: RawRepresentable<String> & CaseIterable>(
        _ name: StaticString, _: Value.Type = Value.self, count: ClosedRange<Int>? = nil
    ) -> [Value] {
        texts(name, count: count).enumerated().compactMap { i, text in
            if let value = Value(rawValue: text) { return value }
            noteUnknown(text, Value.self, at: path(name).appending(.element(i)))
            return nil
        }
    }

    /// Tags and attributes: text to text, in the order sent; empty when absent.
    package mutating func textMap(_ name: StaticString, count: ClosedRange<Int>? = nil) -> [(key: String, value: String)] {
        guard let map = scalar(name, "a map", { $0.isMapShaped ? $0 : nil }) else { return [] }
        checkLength(map.childCount, count, shown: "{\(map.childCount) entries}", at: path(name))
        var pairs: [(key: String, value: String)] = []
        for member in map.children where !member.isNull {
            guard let text = member.text else {
                violations.add(wrongType: "a string", at: path(name).appending(.key(member.key)))
                continue
            }
            pairs.append((member.key, text))
        }
        return pairs
    }
}

extension WireNode {
    /// An empty list or structure in a form is an empty text.
    private var isEmptyInForm: Bool { !isTyped && isText("") }
    fileprivate var isListShaped: Bool { kind == .list || isEmptyInForm }
    fileprivate var isMapShaped: Bool { kind == .map || isEmptyInForm }
}
