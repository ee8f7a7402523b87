// Where the console's files come from: the binary, or a folder while somebody works on the pages.

import Bytes
import Platform

/// One file, ready to send.
struct ConsoleFile: Sendable {
    let bytes: [UInt8]
    /// Whether `bytes` is a gzip member.
    let isGzip: Bool
    /// A strong entity tag with its quotes, or nil when the file may change under the server.
    let tag: String?
}

protocol ConsoleFiles: Sendable {
    /// The only version whose addresses are answered.
    var version: String { get }
    /// Whether a version's files never change.
    var isFixed: Bool { get }
    /// Whether the libraries that every page needs are there.
    var hasLibraries: Bool { get }
    /// - Parameter name: from the address, not to be trusted.
    /// - Returns: nil when there is no such file.
    func file(_ name: String, gzip: Bool) throws -> ConsoleFile?
}

/// The files that the build packed. A name is looked up in a table, so no name can lead anywhere else.
struct PackedFiles: ConsoleFiles {
    /// Read from the binary at the first request and kept: about half a megabyte.
    static let fromBuild = PackedFiles(version: PackedAssets.version, PackedAssets.files)

    let version: String
    let isFixed = true
    let hasLibraries: Bool
    private let members: [String: [UInt8]]
    var names: some Collection<String> { members.keys }

    init(version: String, _ files: [PackedFile]) {
        self.version = version
        members = Dictionary(files.map { ($0.name, $0.gzipped()) }, uniquingKeysWith: { first, _ in first })
        hasLibraries = members["vendor/vue.js"] != nil
    }

    /// The name is part of the address and the version of the name, so the version with the encoding tells answers apart.
    func file(_ name: String, gzip: Bool) throws -> ConsoleFile? {
        guard let member = members[name] else { return nil }
        if gzip { return ConsoleFile(bytes: member, isGzip: true, tag: "\"\(version)-gzip\"") }
        return ConsoleFile(bytes: try Gzip.decompress(member, atMost: Self.fileBytesMax), isGzip: false, tag: "\"\(version)\"")
    }

    /// Several times the largest library.
    private static let fileBytesMax = 16 << 20
}

/// Pages from a folder, libraries from the binary.
struct DiskFiles: ConsoleFiles {
    let directory: String
    let fileSystem: any FileSystem
    let libraries: PackedFiles
    /// The version that the pages' sources name.
    let version = "dev"
    let isFixed = false
    var hasLibraries: Bool { libraries.hasLibraries }

    func file(_ name: String, gzip: Bool) throws -> ConsoleFile? {
        if name.hasPrefix("vendor/") { return try libraries.file(name, gzip: gzip) }
        let path = "\(directory)/\(name)"
        guard Self.isPlain(name), fileSystem.exists(path) else { return nil }
        let file = try fileSystem.open(path, .read)
        var bytes = [UInt8](repeating: 0, count: try file.size())
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        return ConsoleFile(bytes: Array(bytes.prefix(count)), isGzip: false, tag: nil)
    }

    /// Whether each part of the path is letters, digits, `_` and `-`, with dots inside only: nothing climbs out of the folder.
    static func isPlain(_ name: String) -> Bool {
        name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.first, first != UInt8(ascii: ".") else { return false }
            return part.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
                default: false
                }
            }
        }
    }
}
