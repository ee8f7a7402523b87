import Platform

/// A directory of its own for one test, removed with all it holds.
final class TemporaryFolder: Sendable {
    let root: String

    init() {
        var random = SystemRandom()
        root = "/tmp/groundwatch-test-\(String(random.next(), radix: 36))"
        do { try LinuxFileSystem().createDirectory(root) } catch { preconditionFailure(error.message) }
    }

    deinit { remove(root) }

    func path(_ name: String) -> String { "\(root)/\(name)" }

    private func remove(_ path: String) {
        let disk = LinuxFileSystem()
        if let names = try? disk.list(path) { for name in names { remove("\(path)/\(name)") } }
        try? disk.remove(path)      // what stays behind lies in /tmp
    }
}

extension File {
    func write(_ bytes: [UInt8], at offset: Int) throws {
        try bytes.withUnsafeBytes { try write($0, at: offset) }
    }

    func read(_ count: Int, at offset: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0xaa, count: count)
        let read = try bytes.withUnsafeMutableBytes { try self.read(into: $0, at: offset) }
        return Array(bytes.prefix(read))
    }
}
