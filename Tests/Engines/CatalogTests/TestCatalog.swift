import Catalog
import Platform
import SignalModel
import Testing

let acme = Tenant(account: "111111111111", region: "eu-west-1")
let other = Tenant(account: "222222222222", region: "eu-west-1")

func seconds(_ count: Int64) -> Timestamp { Timestamp(seconds: count) }

/// A directory of its own for one test, removed with all it holds.
final class CatalogFolder: Sendable {
    let root: String
    var path: String { root + "/catalog.db" }

    init() {
        var random = SystemRandom()
        root = "/tmp/groundwatch-test-\(String(random.next(), radix: 36))"
        do { try LinuxFileSystem().createDirectory(root) } catch { preconditionFailure(error.message) }
    }

    deinit {
        let disk = LinuxFileSystem()
        for name in (try? disk.list(root)) ?? [] { try? disk.remove("\(root)/\(name)") }
        try? disk.remove(root)      // what stays behind lies in /tmp
    }

    func open() throws -> Catalog { try Catalog.open(path) }

    /// The files as they lie on the disk while the catalog is open: what a killed process leaves behind.
    func copyAsAfterKill() throws -> CatalogFolder {
        let copy = CatalogFolder()
        let disk = LinuxFileSystem()
        for name in try disk.list(root) where !name.hasSuffix("-shm") {
            try disk.open("\(copy.root)/\(name)", .create).write(contents(name))
        }
        return copy
    }

    func contents(_ name: String) throws -> [UInt8] {
        let file = try LinuxFileSystem().open("\(root)/\(name)", .read)
        var bytes = [UInt8](repeating: 0, count: try file.size())
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        return Array(bytes.prefix(count))
    }
}

extension File {
    func write(_ bytes: [UInt8], at offset: Int = 0) throws { try bytes.withUnsafeBytes { try write($0, at: offset) } }
}

func catalogCode(_ body: () async throws -> Void) async -> CatalogError.Code? {
    do { try await body() } catch { return (error as? CatalogError)?.code }
    return nil
}
