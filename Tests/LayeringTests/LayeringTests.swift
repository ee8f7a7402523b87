// A sideways import compiles when the neighbour happens to be built before. So the table is held against the files.

import Testing

struct LayeringTests {
    let table: ModuleTable
    let lines: [String: [ImportLine]]

    init() throws {
        let manifest = try #require(Repository.files.first { $0.path == "Package.swift" })
        let table = ModuleTable(manifest: manifest.text)
        self.table = table
        let swift = Repository.files.filter { $0.path.hasSuffix(".swift") }
        lines = Dictionary(
            uniqueKeysWithValues: table.rows.map { row in (row.name, swift.filter { $0.isUnder(row.path) }.flatMap(importLines)) })
    }

    @Test func `the table is read whole`() {
        #expect(table.rows.count { $0.rank != nil } > 20)
        #expect(Set(table.rows.compactMap(\.rank)) == Set(0..<8))
        #expect(table.rows.contains { $0.name == "groundwatch" && $0.rank == nil })
        #expect(table.namesThatComeTwice() == [])
    }

    @Test func `every folder of Swift under Sources is a row of the table, and every row has files`() {
        let folders = Set(
            Repository.files.filter { $0.isUnder("Sources") && $0.path.hasSuffix(".swift") }
                .map { $0.path.split(separator: "/").prefix(3).joined(separator: "/") })
        #expect(folders == Set(table.rows.map(\.path).filter { $0.hasPrefix("Sources/") }))
    }

    @Test func `a module imports only what its row lists`() {
        #expect(table.importsMissingFromRows(lines) == [])
    }

    @Test func `a row lists only what its files import`() {
        #expect(table.rowEntriesThatNoFileUses(lines) == [])
    }

    @Test func `a module imports only from ranks above its own`() {
        #expect(table.importsThatAreNotFromAbove() == [])
    }

    @Test func `a C library has one importer`() {
        #expect(table.librariesWithSeveralImporters() == [])
    }
}

/// The rules on small tables of their own: each must find what it is for.
struct LayeringRuleTests {
    private func row(_ name: String, rank: Int?, imports: [String] = [], libraries: [String] = []) -> ModuleRow {
        ModuleRow(name: name, path: "Sources/\(name)", rank: rank, imports: imports, libraries: libraries)
    }

    private func lines(_ module: String, _ imported: String...) -> [String: [ImportLine]] {
        [module: imported.enumerated().map { ImportLine(module: $1, file: "F.swift", line: $0 + 1) }]
    }

    @Test func `an import that is not in the row is found, one of the toolchain's is not`() {
        let table = ModuleTable(rows: [
            row("Low", rank: 0, libraries: ["CLow"]), row("Beside", rank: 0), row("High", rank: 1, imports: ["Low"]),
        ])
        #expect(table.importsMissingFromRows(lines("High", "Low", "Glibc")) == [])
        #expect(
            table.importsMissingFromRows(lines("High", "Low", "Beside")) == ["F.swift:2: High imports Beside, which its row does not list"])
        #expect(table.importsMissingFromRows(lines("High", "CLow")).count == 1)
    }

    @Test func `a row's import that no file uses is found`() {
        let table = ModuleTable(rows: [row("Low", rank: 0), row("High", rank: 1, imports: ["Low"], libraries: ["CHigh"])])
        #expect(table.rowEntriesThatNoFileUses(lines("High", "Low")) == ["High lists CHigh, which no file of it imports"])
        #expect(table.rowEntriesThatNoFileUses(lines("High", "Low", "CHigh")) == [])
    }

    @Test func `an import from beside or below is found, and one of no module`() {
        let table = ModuleTable(rows: [
            row("Low", rank: 0, imports: ["High"]), row("Beside", rank: 0, imports: ["Low"]),
            row("High", rank: 1, imports: ["Low", "Gone"]),
            row("program", rank: nil, imports: ["Low", "High"]),
        ])
        #expect(
            table.importsThatAreNotFromAbove() == [
                "Low lists High, which is below it", "Beside lists Low, which is beside it",
                "High lists Gone, which is no module of the table",
            ])
    }

    @Test func `a library in two rows is found`() {
        let table = ModuleTable(rows: [row("A", rank: 0, libraries: ["CZ", "CX"]), row("B", rank: 0, libraries: ["CZ"])])
        #expect(table.librariesWithSeveralImporters() == ["CZ is listed by A and B"])
    }

    @Test func `a manifest's rows are read over one line or several`() {
        let manifest = """
            let ranks: [(name: String, modules: [Module])] = [
                ("First", [
                    Module(name: "A", imports: [], libraries: ["CA"]),
                ]),
                ("Second", [
                    Module(name: "B", imports: [
                        "A", "C",
                    ]),
                ]),
            ]
            .executableTarget(
                name: "a-program", dependencies: dependencies(["A"]),
                path: "Sources/Programs/a-program")
            .systemLibrary(name: $0, path: "Sources/C/\\($0)")
            """
        #expect(
            ModuleTable(manifest: manifest)
                == ModuleTable(rows: [
                    ModuleRow(name: "A", path: "Sources/First/A", rank: 0, imports: [], libraries: ["CA"]),
                    ModuleRow(name: "B", path: "Sources/Second/B", rank: 1, imports: ["A", "C"], libraries: []),
                    ModuleRow(name: "a-program", path: "Sources/Programs/a-program", rank: nil, imports: ["A"], libraries: []),
                ]))
    }

    @Test(arguments: [
        ("import Columns", "Columns"), ("  private import CRE2  // why", "CRE2"), ("@testable package import Bytes", "Bytes"),
        ("@_spi(Tests) import Platform", "Platform"), ("package import struct SignalModel.Tenant", "SignalModel"),
    ])
    func `an import line is read in every form`(line: String, module: String) {
        let file = RepositoryFile(path: "F.swift", text: "// first\n\(line)\n")
        #expect(importLines(of: file) == [ImportLine(module: module, file: "F.swift", line: 2)])
    }

    @Test(arguments: ["// import Columns", "let important = 1", "reimport Columns", "func import_()", "\"import Columns\""])
    func `what only looks like an import line is none`(line: String) {
        #expect(importLines(of: RepositoryFile(path: "F.swift", text: line)) == [])
    }
}
