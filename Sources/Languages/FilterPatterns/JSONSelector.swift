import WireFormats

/// `$.a.b[0].c`, `$.['weird key']`, `$.list[*].id`: the way from the root of a JSON message to values in it.
struct JSONSelector: Sendable {
    private enum Step: Sendable {
        case key([UInt8])
        case index(Int)
        case anyElement
    }

    private var steps: [Step] = []
    /// As it was written.
    let text: String

    init(from reader: inout PatternReader) throws(FilterPatternError) {
        _ = reader.peek()
        var ahead = reader
        guard reader.take("$") else { throw reader.error("a selector is missing: it begins with $") }
        while let step = try Self.step(from: &reader) { steps.append(step) }
        guard !steps.isEmpty else { throw reader.error("'.' or '[' is missing after $") }
        let end = reader.position
        text = String(decoding: ahead.take(upTo: end), as: UTF8.self)
    }

    private static func step(from reader: inout PatternReader) throws(FilterPatternError) -> Step? {
        switch reader.next {
        case UInt8(ascii: "."):
            reader.position += 1
            if reader.next == UInt8(ascii: "[") { return try bracketed(from: &reader) }
            let key = reader.take { !PatternReader.isSpace($0) && !(Array(".[]{}()=!<>&|\"'%".utf8).contains($0)) }
            guard !key.isEmpty else { throw reader.error("a name is missing after '.'") }
            return .key(key)
        case UInt8(ascii: "["): return try bracketed(from: &reader)
        default: return nil
        }
    }

    private static func bracketed(from reader: inout PatternReader) throws(FilterPatternError) -> Step {
        _ = reader.take("[")
        let step: Step
        switch reader.peek() {
        case UInt8(ascii: "'"), UInt8(ascii: "\""): step = .key(try reader.quoted())
        case UInt8(ascii: "*"):
            reader.position += 1
            step = .anyElement
        default:
            let place = reader.position
            let digits = reader.take { $0 &- 48 < 10 }
            guard let index = Int(String(decoding: digits, as: UTF8.self)) else {
                throw reader.error("brackets hold a number, * or a quoted name", at: place)
            }
            step = .index(index)
        }
        guard reader.take("]") else { throw reader.error("']' is missing") }
        return step
    }

    /// The innermost name, which a message with a selected value must have; empty when the way goes by numbers only.
    var lastKey: [UInt8] {
        for case .key(let key) in steps.reversed() { return key }
        return []
    }

    /// The name of the field that is selected, as queries write it; nil when the way leads through arrays.
    var fieldName: String? {
        var names: [String] = []
        for step in steps {
            guard case .key(let key) = step else { return nil }
            names.append(String(decoding: key, as: UTF8.self))
        }
        let name = names.joined(separator: ".")
        return name.hasPrefix("@") ? "@" + name : name
    }

    /// True when `test` says so of one of the selected values; they are asked in the order of the text.
    /// - Precondition: the message is JSON.
    func anyValue(in message: UnsafeBufferPointer<UInt8>, where test: (JSONScanner.Value) -> Bool) -> Bool {
        var scanner = JSONScanner(message)
        var isFound = false
        _ = follow(steps[...], &scanner, depth: 0) { value in
            isFound = test(value)
            return !isFound
        }
        return isFound
    }

    /// - Returns: false when `visit` wants no more.
    private func follow(
        _ steps: ArraySlice<Step>, _ scanner: inout JSONScanner, depth: Int, _ visit: (JSONScanner.Value) -> Bool
    ) -> Bool {
        guard let step = steps.first else { return scanner.value(depth: depth).map(visit) ?? false }
        switch (step, scanner.peek()) {
        case (.key(let name), UInt8(ascii: "{")):
            var isTaken = false  // of two members of one name the first counts
            return scanner.members(depth: depth) { scanner, key in
                guard !isTaken, key.isEqual(name, in: scanner.text) else { return scanner.value(depth: depth + 1) != nil }
                isTaken = true
                return follow(steps.dropFirst(), &scanner, depth: depth + 1, visit)
            }
        case (.index(let wanted), UInt8(ascii: "[")):
            return scanner.elements(depth: depth) { scanner, index in
                guard index == wanted else { return scanner.value(depth: depth + 1) != nil }
                return follow(steps.dropFirst(), &scanner, depth: depth + 1, visit)
            }
        case (.anyElement, UInt8(ascii: "[")):
            return scanner.elements(depth: depth) { scanner, _ in follow(steps.dropFirst(), &scanner, depth: depth + 1, visit) }
        default: return scanner.value(depth: depth) != nil
        }
    }
}

extension JSONScanner.Value {
    fileprivate func isEqual(_ name: [UInt8], in text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard case .string(hasEscapes: true) = kind else { return text[range].elementsEqual(name) }
        var key: [UInt8] = []
        JSONText.appendString(text, range, to: &key)
        return key == name
    }
}
