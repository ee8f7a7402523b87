import Platform

/// A tree of files and directories as a value: what a file system knows, without any fault. `SimulatedFileSystem` adds those.
struct SimulatedDisk: Sendable {
    static let root = 0

    private(set) var files: [Int: FileContent] = [:]
    private var directories: [Int: DirectoryContent] = [root: DirectoryContent()]
    private var nextNode = 1

    /// The node at `path`; nil when there is none.
    func node(at path: String) -> Int? {
        var node = Self.root
        for name in Self.names(path) {
            guard let next = directories[node]?.current[name] else { return nil }
            node = next
        }
        return node
    }

    func file(at path: String) -> Int? { node(at: path).flatMap { files[$0] == nil ? nil : $0 } }
    func directory(at path: String) -> Int? { node(at: path).flatMap { directories[$0] == nil ? nil : $0 } }
    func entries(of directory: Int) -> [String] { directories[directory]!.current.keys.sorted() }

    /// The directory that holds the entry `path`, and the entry's name.
    func place(of path: String) -> (directory: Int, name: String)? {
        let names = Self.names(path)
        guard let name = names.last, let directory = directory(at: names.dropLast().joined(separator: "/")) else { return nil }
        return (directory, name)
    }

    private static func names(_ path: String) -> [String] {
        let names = path.split(separator: "/").map(String.init).filter { $0 != "." }
        precondition(!names.contains(".."), "the simulated file system follows no ..")
        return names
    }

    // From here on changes, which the caller has checked to be possible.

    mutating func createFile(_ name: String, in directory: Int) -> Int {
        defer { nextNode += 1 }
        files[nextNode] = FileContent()
        directories[directory]!.change(.link(name: name, node: nextNode))
        return nextNode
    }

    mutating func createDirectory(_ name: String, in directory: Int) {
        directories[nextNode] = DirectoryContent()
        directories[directory]!.change(.link(name: name, node: nextNode))
        nextNode += 1
    }

    mutating func remove(_ name: String, from directory: Int) { directories[directory]!.change(.unlink(name: name)) }

    /// Between two directories it is two entries, and each waits for the sync of its own directory.
    mutating func rename(_ node: Int, from source: (directory: Int, name: String), to target: (directory: Int, name: String)) {
        if source.directory == target.directory {
            directories[source.directory]!.change(.rename(name: source.name, target: target.name, node: node))
        } else {
            directories[target.directory]!.change(.link(name: target.name, node: node))
            directories[source.directory]!.change(.unlink(name: source.name))
        }
    }

    mutating func withFile<Result>(_ node: Int, _ body: (inout FileContent) -> Result) -> Result { body(&files[node]!) }

    mutating func syncDirectory(_ node: Int) { directories[node]!.sync() }

    mutating func failSyncDirectory(_ node: Int, using random: inout SeededRandom) {
        directories[node]!.failSync(using: &random)
    }

    mutating func syncEverything() {
        for node in files.keys { files[node]!.sync() }
        for node in directories.keys { directories[node]!.sync() }
    }

    /// The disk as the next start finds it. The order of nodes is fixed, so that a seed always gives the same disk.
    func afterPowerLoss(using random: inout SeededRandom) -> SimulatedDisk {
        var disk = self
        for node in files.keys.sorted() { disk.files[node] = files[node]!.afterPowerLoss(using: &random) }
        for node in directories.keys.sorted() { disk.directories[node] = directories[node]!.afterPowerLoss(using: &random) }
        return disk
    }

    var usedBytes: Int { files.values.reduce(0) { $0 + $1.current.count } }
}
