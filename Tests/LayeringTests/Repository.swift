// The repository as files: what the tests of this folder read.

import Foundation

struct RepositoryFile {
    /// Relative to the root, with slashes.
    let path: String
    let text: String

    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
    var folder: String { path.split(separator: "/").dropLast().joined(separator: "/") }
    func isUnder(_ folder: String) -> Bool { path.hasPrefix(folder + "/") }
}

enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every text file that is ours: no build products, no fetched libraries, no data.
    static let files: [RepositoryFile] = read("")

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: root.appending(path: path).path) }

    private static let generated: Set<String> = [".git", ".build", ".venv", ".assets", "data", "__pycache__"]

    private static func read(_ folder: String) -> [RepositoryFile] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)) ?? []
        return names.sorted().flatMap { name -> [RepositoryFile] in
            if generated.contains(name) || name.hasPrefix(".build-") || name.hasPrefix(".assets-") { return [] }
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: root.appending(path: path).path, isDirectory: &isFolder) else { return [] }
            if isFolder.boolValue { return read(path) }
            guard let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8) else { return [] }  // not text
            return [RepositoryFile(path: path, text: text)]
        }
    }
}
