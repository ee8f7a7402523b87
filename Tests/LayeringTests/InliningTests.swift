// `@inlinable package` is silently without effect in a type that is not `@usableFromInline` itself: other modules then call what they
// should have had compiled in, generics unspecialised (measured: a message of remote write took a third longer to read).

import Testing

struct InliningTests {
    @Test func `what is inlinable stands in a type that other modules may see through`() {
        let sources = Repository.files.filter { $0.isUnder("Sources") && $0.path.hasSuffix(".swift") }
        #expect(sources.contains { $0.text.contains("@inlinable") })
        #expect(inlinablesWithoutEffect(in: sources) == [])
    }

    @Test func `an inlinable member of a hidden type is found, also in an extension, one of a type that shows itself is not`() {
        let types = """
            package struct Hidden: Sendable {
                @inlinable package init() {}
            }
            @usableFromInline package struct Shown {
                @inlinable package init() {}
                package enum Inner {
                    @inlinable package static func make() {}
                }
                @inlinable package func use() {}
            }
            @inlinable package func free() {}
            """
        let extensions = """
            extension Hidden {
                @inlinable package func use() {}
            }
            extension Shown {
                @inlinable package func use() {}
            }
            extension UnsafeRawBufferPointer {
                @inlinable package func use() {}
            }
            """
        let files = [RepositoryFile(path: "A.swift", text: types), RepositoryFile(path: "B.swift", text: extensions)]
        #expect(inlinablesWithoutEffect(in: files) == ["A.swift:2: Hidden", "A.swift:7: Inner", "B.swift:2: Hidden"])
    }
}

private func inlinablesWithoutEffect(in files: [RepositoryFile]) -> [String] {
    var found: [String] = []
    var ofExtensions: [(line: String, type: String)] = []
    for file in files where file.text.contains("@inlinable") {
        var open: [(indentation: Int, type: DeclaredType)] = []
        for (number, line) in file.lines.enumerated() {
            let words = line.drop { $0 == " " }
            guard !words.isEmpty else { continue }
            let indentation = line.count - words.count
            open.removeAll { $0.indentation >= indentation }
            if let type = DeclaredType(words) { open.append((indentation, type)) }
            guard words.hasPrefix("@inlinable"), let type = open.last?.type else { continue }
            let place = "\(file.path):\(number + 1): \(type.name)"
            if type.isExtension { ofExtensions.append((place, type.name)) } else if !type.isShown { found.append(place) }
        }
    }
    let names = Set(ofExtensions.map(\.type))
    let hidden = Set(files.flatMap(\.lines).compactMap { DeclaredType($0) }.filter { names.contains($0.name) && !$0.isExtension && !$0.isShown }.map(\.name))
    return found + ofExtensions.filter { hidden.contains($0.type) }.map(\.line)
}

/// A line that opens a type or an extension of one.
private struct DeclaredType {
    let name: String
    let isExtension: Bool
    /// To other modules' optimizers.
    let isShown: Bool

    private static let modifiers: Set<Substring> = ["package", "public", "private", "fileprivate", "internal", "final", "indirect"]

    init?(_ line: Substring) {
        guard line.last == "{" || line.last == "}" else { return nil }
        var words = line.split(separator: " ")[...]
        while let first = words.first, first.hasPrefix("@") || Self.modifiers.contains(first) { words.removeFirst() }
        guard words.count > 1, ["struct", "enum", "class", "actor", "extension"].contains(words[words.startIndex]) else { return nil }
        name = String(words[words.startIndex + 1].prefix { $0.isLetter || $0.isNumber || $0 == "_" })
        isExtension = words.first == "extension"
        isShown = line.contains("@usableFromInline")
    }
}
