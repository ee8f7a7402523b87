// Mechanics that a reader would trip over. Taste stays with people.

import Testing

struct TidyTests {
    @Test func `only programs print`() {
        let library = Repository.files.filter { $0.isUnder("Sources") && !$0.isUnder("Sources/Programs") && $0.path.hasSuffix(".swift") }
        #expect(library.flatMap(strayPrints) == [])
    }

    @Test func `every link in a Markdown file leads to a file of the repository`() {
        let pages = Repository.files.filter { $0.path.hasSuffix(".md") }
        #expect(pages.contains { $0.path == "README.md" })
        #expect(pages.flatMap { deadLinks(in: $0, exists: Repository.exists) } == [])
    }

    @Test func `every page of documentation that a file names is there`() {
        #expect(Repository.files.flatMap { missingPages(namedIn: $0, exists: Repository.exists) } == [])
    }

    @Test func `no file names a place on somebody's machine`() {
        #expect(Repository.files.flatMap(machinePaths) == [])
    }

    @Test func `no file under Sources is empty`() {
        #expect(Repository.files.filter { $0.isUnder("Sources") && !$0.text.contains { !$0.isWhitespace } }.map(\.path) == [])
    }
}

struct TidyRuleTests {
    @Test func `a stray print is found, a comment and another word are not`() {
        let text = "print(x)\n  if a { print (x) }\n// print(x)\nfingerprint(x)\ndebug.print(x)\nlet s = \"print\"\n"
        #expect(strayPrints(in: RepositoryFile(path: "F.swift", text: text)) == ["F.swift:1: print(x)", "F.swift:2: if a { print (x) }"])
    }

    @Test func `a dead link is found, one to a file, a heading or elsewhere is not`() {
        let text = """
            [a](there.md) [b](../top.md#part) [c](#here) [d](https://example.com/x) [e](gone.md) ![f](gone.png "title")
            ```
            [g](in-code.md)
            ```
            `[h](in-code-too.md)`
            """
        let found = deadLinks(in: RepositoryFile(path: "folder/page.md", text: text)) { ["folder/there.md", "top.md"].contains($0) }
        #expect(found == ["folder/page.md:1: gone.md", "folder/page.md:1: gone.png"])
    }

    @Test func `a page that is named and not there is found`() {
        let file = RepositoryFile(path: "F.swift", text: "// `Documentation/Formats/gone.md` and Documentation/there.md, Documentation/there.md#part")
        #expect(missingPages(namedIn: file) { $0 == "Documentation/there.md" } == ["F.swift:1: Documentation/Formats/gone.md"])
    }

    @Test func `a machine's path is found, an address with such a part is not`() {
        let text =
            ["home/ann/x", "root/.cache", "work/main"].map { "see /\($0)" }.joined(separator: "\n")
            + "\nhttp://a.example/work/x ~/home/x a/root/b"
        #expect(machinePaths(in: RepositoryFile(path: "F", text: text)).map { $0.prefix(4) } == ["F:1:", "F:2:", "F:3:"])
    }
}

private func strayPrints(in file: RepositoryFile) -> [String] {
    findings(in: file) { line in
        !line.drop { $0.isWhitespace }.hasPrefix("//") && line.contains(#/(?:^|[^\w."`])(?:debugPrint|print|dump)\s?\(/#)
    }
}

private func machinePaths(in file: RepositoryFile) -> [String] {
    // Most files hold no such word, and a plain search says so much faster.
    guard ["home", "root", "work"].contains(where: { file.text.contains("/\($0)/") }) else { return [] }
    return findings(in: file) { $0.contains(#/(?:^|[\s"'(=`,\[])/(?:home|root|work)/[\w.]/#) }
}

/// Comments and scripts name pages by their path from the root.
private func missingPages(namedIn file: RepositoryFile, exists: (String) -> Bool) -> [String] {
    guard file.text.contains("Documentation/"), file.path != "Tests/LayeringTests/TidyTests.swift" else { return [] }
    return file.lines.enumerated().flatMap { number, line in
        line.matches(of: #/\bDocumentation/[\w./-]+?\.md\b/#).map { String($0.output) }.filter { !exists($0) }
            .map { "\(file.path):\(number + 1): \($0)" }
    }
}

private func findings(in file: RepositoryFile, where matches: (Substring) -> Bool) -> [String] {
    file.lines.enumerated().filter { matches($0.element) }
        .map { "\(file.path):\($0.offset + 1): \(String($0.element.drop { $0.isWhitespace }.prefix(120)))" }
}

private func deadLinks(in page: RepositoryFile, exists: (String) -> Bool) -> [String] {
    var isCode = false
    return page.lines.enumerated().flatMap { number, line -> [String] in
        if line.drop(while: \.isWhitespace).hasPrefix("```") { isCode.toggle() }
        if isCode { return [] }
        return line.replacing(#/`[^`]*`/#, with: "").matches(of: #/\]\((?<target>[^)\s]+)(?:\s+"[^"]*")?\)/#)
            .map { String($0.output.target) }
            .filter { !$0.hasPrefix("#") && !$0.contains("://") && !$0.hasPrefix("mailto:") }
            .filter { !exists(resolved($0, from: page.folder)) }
            .map { "\(page.path):\(number + 1): \($0)" }
    }
}

/// The path of a link's target from the root, without its heading.
private func resolved(_ target: String, from folder: String) -> String {
    var parts = target.hasPrefix("/") ? [] : folder.split(separator: "/")
    for part in target.prefix(while: { $0 != "#" }).split(separator: "/") where part != "." {
        if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
}
