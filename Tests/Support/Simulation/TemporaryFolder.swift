import Platform

/// A directory of its own for one test, removed with all it holds.
package final class TemporaryFolder: Sendable {
    package let root: String

    package init() {
        var random = SystemRandom()
        root = "/tmp/groundwatch-test-\(String(random.next(), radix: 36))"
        do { try LinuxFileSystem().createDirectory(root) } catch { preconditionFailure(error.message) }
    }

    deinit { remove(root) }

    package func path(_ name: String) -> String { "\(root)/\(name)" }

    private func remove(_ path: String) {
        let disk = LinuxFileSystem()
        if let names = try? disk.list(path) { for name in names { remove("\(path)/\(name)") } }
        try? disk.remove(path)      // what stays behind lies in /tmp
    }
}
