// The table of modules in Package.swift, read as text, and the rules that hold between it and the `import` lines.

/// A module of ours: a row of the table, or a target that joins several of them (`rank` is nil).
struct ModuleRow: Equatable {
    let name: String
    let path: String
    let rank: Int?
    let imports: [String]
    let libraries: [String]

    var dependencies: [String] { imports + libraries }
}

struct ImportLine: Equatable {
    let module: String
    let file: String
    let line: Int
}

struct ModuleTable: Equatable {
    var rows: [ModuleRow]

    init(rows: [ModuleRow]) { self.rows = rows }

    /// - Parameter manifest: the text of Package.swift, with ranks as `("Name", [` and rows as `Module(name:imports:libraries:)`.
    init(manifest: String) {
        rows = []
        var ranks: [String] = []
        let entry =
            #/\(\s*"(?<rank>\w+)",\s*\[\s*\n|Module\(\s*name:\s*"(?<name>\w+)",\s*imports:\s*\[(?<imports>[^\]]*)\](?:,\s*libraries:\s*\[(?<libraries>[^\]]*)\])?/#
        for match in manifest.matches(of: entry) {
            if let rank = match.output.rank {
                ranks.append(String(rank))
            } else if let name = match.output.name, let rank = ranks.last {
                rows.append(
                    ModuleRow(
                        name: String(name), path: "Sources/\(rank)/\(name)", rank: ranks.count - 1,
                        imports: Self.names(in: match.output.imports), libraries: Self.names(in: match.output.libraries)))
            }
        }
        let joining =
            #/arget\(\s*name:\s*"(?<name>[\w-]+)",\s*dependencies:\s*dependencies\(\[(?<imports>[^\]]*)\]\),\s*path:\s*"(?<path>[^"\\]+)"/#
        for match in manifest.matches(of: joining) {
            rows.append(
                ModuleRow(
                    name: String(match.output.name), path: String(match.output.path), rank: nil,
                    imports: Self.names(in: match.output.imports), libraries: []))
        }
    }

    private static func names(in list: Substring?) -> [String] {
        (list ?? "").matches(of: #/"([^"]+)"/#).map { String($0.output.1) }
    }

    /// The modules that a rule can speak of; others come with the toolchain.
    private var known: Set<String> { Set(rows.flatMap { [$0.name] + $0.dependencies }) }

    func importsMissingFromRows(_ lines: [String: [ImportLine]]) -> [String] {
        rows.flatMap { row in
            (lines[row.name] ?? [])
                .filter { known.contains($0.module) && $0.module != row.name && !row.dependencies.contains($0.module) }
                .map { "\($0.file):\($0.line): \(row.name) imports \($0.module), which its row does not list" }
        }
    }

    func rowEntriesThatNoFileUses(_ lines: [String: [ImportLine]]) -> [String] {
        rows.flatMap { row in
            let used = Set((lines[row.name] ?? []).map(\.module))
            return row.dependencies.filter { !used.contains($0) }.map { "\(row.name) lists \($0), which no file of it imports" }
        }
    }

    func importsThatAreNotFromAbove() -> [String] {
        let ranks = Dictionary(rows.compactMap { row in row.rank.map { (row.name, $0) } }, uniquingKeysWith: { first, _ in first })
        return rows.flatMap { row in
            row.imports.compactMap { name in
                guard let own = row.rank, let other = ranks[name] else {
                    return row.rank == nil || ranks[name] != nil ? nil : "\(row.name) lists \(name), which is no module of the table"
                }
                return other < own ? nil : "\(row.name) lists \(name), which is \(other == own ? "beside" : "below") it"
            }
        }
    }

    func librariesWithSeveralImporters() -> [String] {
        Dictionary(grouping: rows.flatMap { row in row.libraries.map { (library: $0, row: row.name) } }, by: \.library)
            .filter { $0.value.count > 1 }
            .map { "\($0.key) is listed by \($0.value.map(\.row).sorted().joined(separator: " and "))" }
            .sorted()
    }

    func namesThatComeTwice() -> [String] {
        Dictionary(grouping: rows, by: \.name).filter { $0.value.count > 1 }.keys.sorted()
    }
}

/// The modules that a file imports, line by line. Attributes, access levels and `import struct A.B` are understood.
func importLines(of file: RepositoryFile) -> [ImportLine] {
    let form =
        #/^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:package|public|internal|private|fileprivate)\s+)?import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var|actor)\s+)?(\w+)/#
    return file.lines.enumerated().compactMap { number, line in
        line.firstMatch(of: form).map { ImportLine(module: String($0.output.1), file: file.path, line: number + 1) }
    }
}
