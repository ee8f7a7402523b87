import Columns

// Null when the text is missing, except where the answer is a yes or no. Positions and lengths count Unicode scalars.
extension ScalarFunction {
    static let stringFunctions = [
        ScalarFunction("concat", 1...(.max)) { arguments in
            .text((0..<arguments.count).compactMap { arguments[$0].bytes }.joined().reduce(into: [UInt8]()) { $0.append($1) }[...])
        },
        ScalarFunction("endsWith", 2...2) {
            .bool($0.string(0)?.utf8.reversed().starts(with: ($0.string(1) ?? "").utf8.reversed()) ?? false)
        },
        ScalarFunction("isblank", 1...1) { .bool($0[0].bytes?.allSatisfy(isSpace) ?? true) },
        ScalarFunction("isempty", 1...1) { .bool($0[0].bytes?.isEmpty ?? true) },
        trim("ltrim", start: true, end: false),
        ScalarFunction("replace", 3...3) { arguments in
            guard let text = arguments.string(0), let old = arguments.string(1), let new = arguments.string(2) else { return .null }
            return .text(old.isEmpty ? text : text.replacing(old, with: new))
        },
        trim("rtrim", start: false, end: true),
        ScalarFunction("startsWith", 2...2) { .bool($0.string(0)?.utf8.starts(with: ($0.string(1) ?? "").utf8) ?? false) },
        ScalarFunction("strcontains", 2...3) { arguments in
            guard var text = arguments.string(0), var part = arguments.string(1) else { return .bool(false) }
            if arguments.count == 3, arguments[2].isTrue { (text, part) = (text.lowercased(), part.lowercased()) }
            let bytes = Array(text.utf8)
            return .bool(bytes.withUnsafeBufferPointer { $0.contains(Array(part.utf8)) })
        },
        ScalarFunction("strlen", 1...1) { $0.string(0).map { .number(Double($0.unicodeScalars.count)) } ?? .null },
        ScalarFunction("substr", 2...3) { arguments in
            guard let text = arguments.string(0), let start = arguments.number(1), start >= 0,
                let skipped = Int(exactly: start.rounded(.down))
            else { return .null }
            let rest = text.unicodeScalars.dropFirst(skipped)
            guard arguments.count == 3 else { return .text(String(rest)) }
            guard let length = arguments.number(2), length >= 0, let kept = Int(exactly: length.rounded(.down)) else { return .null }
            return .text(String(rest.prefix(kept)))
        },
        ScalarFunction("tolower", 1...1) { $0.string(0).map { .text($0.lowercased()) } ?? .null },
        ScalarFunction("toupper", 1...1) { $0.string(0).map { .text($0.uppercased()) } ?? .null },
        trim("trim", start: true, end: true),
    ]

    /// Takes white space, or the characters of the second argument, from the ends.
    private static func trim(_ name: String, start: Bool, end: Bool) -> ScalarFunction {
        ScalarFunction(name, 1...2) { arguments in
            guard let text = arguments.string(0) else { return .null }
            let characters = arguments.count == 2 ? arguments.string(1).map { Array($0.unicodeScalars) } : nil
            func isTrimmed(_ scalar: Unicode.Scalar) -> Bool { characters?.contains(scalar) ?? scalar.properties.isWhitespace }
            var rest = text.unicodeScalars[...]
            if start { rest = rest.drop(while: isTrimmed) }
            if end { while let last = rest.last, isTrimmed(last) { rest.removeLast() } }
            return .text(String(rest))
        }
    }

    @Sendable private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte &- 9 < 5 }
}
