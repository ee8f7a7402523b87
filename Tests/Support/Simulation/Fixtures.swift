import Platform

/// Files under Tests/Fixtures.
package enum Fixtures {
    private static let root: String =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/") + "/Fixtures/"

    /// - Parameter path: from Tests/Fixtures on, such as `filter-patterns/terms.test`.
    package static func text(_ path: String) throws -> String {
        let file = try LinuxFileSystem().open(root + path, .read)
        var bytes = [UInt8](repeating: 0, count: try file.size())
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// Names of the entries of a folder, sorted.
    package static func names(in folder: String) throws -> [String] { try LinuxFileSystem().list(root + folder) }
}
