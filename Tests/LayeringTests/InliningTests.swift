// `@inlinable package` is silently without effect in a type that is not `@usableFromInline` itself: other modules then call what they
// should have had compiled in, generics unspecialised (measured: a message of remote write took a third longer to read).

import Testing

struct InliningTests {
    @Test func `what is inlinable stands in a type that other modules may see through`() {
        let sources = Repository.files.filter { $0.isUnder("Sources") && $0.path.hasSuffix(".swift") }
        #expect(sources.contains { $0.text.contains("@inlinable") })
        let hidden = Set(sources.flatMap(hiddenTypes))
        #expect(sources.flatMap { inlinablesWithoutEffect(in: $0, hidden: hidden) } == [])
    }

    @Test func `an inlinable member of a hidden type is found, also in an extension, one of a type that shows itself is not`() {
        let file = RepositoryFile(
            path: "F.swift",
            text: """
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
                extension Hidden {
                    @inlinable package func use() {}
                }
                extension UnsafeRawBufferPointer {
                    @inlinable package func use() {}
                }
                @inlinable package func free() {}
                """)
        #expect(hiddenTypes(in: file) == ["Hidden", "Inner"])
        #expect(
            inlinablesWithoutEffect(in: file, hidden: ["Hidden", "Inner"]) == ["F.swift:2: Hidden", "F.swift:7: Inner", "F.swift:12: Hidden"])
    }
}

/// Names of types that are declared without `@usableFromInline`.
private func hiddenTypes(in file: RepositoryFile) -> [String] {
    file.lines.compactMap { line in
        guard let type = declaredType(line), !type.isExtension, !line.contains("@usableFromInline") else { return nil }
        return type.name
    }
}

private func inlinablesWithoutEffect(in file: RepositoryFile, hidden: Set<String>) -> [String] {
    var open: [(indentation: Int, name: String)] = []
    var found: [String] = []
    for (number, line) in file.lines.enumerated() where line.contains(where: { !$0.isWhitespace }) {
        let indentation = line.prefix { $0 == " " }.count
        open.removeAll { $0.indentation >= indentation }
        if let type = declaredType(line) { open.append((indentation, type.name)) }
        guard line.dropFirst(indentation).hasPrefix("@inlinable"), let type = open.last(where: { hidden.contains($0.name) }) else { continue }
        found.append("\(file.path):\(number + 1): \(type.name)")
    }
    return found
}

private func declaredType(_ line: Substring) -> (name: String, isExtension: Bool)? {
    let pattern = #/^ *(?:@\w+(?:\([^)]*\))? )*(?:package |public |private |fileprivate |internal )?(?:final |indirect )*(struct|enum|class|actor|extension) (\w+)/#
    return line.firstMatch(of: pattern).map { (String($0.2), $0.1 == "extension") }
}
