import Simulation
import Platform
import Testing

struct LinuxFileSystemTests {
    private let disk = LinuxFileSystem()
    private let folder = TemporaryFolder()

    @Test func `what was written is read back, and reads end at the end of the file`() throws {
        let file = try disk.open(folder.path("a"), .create)
        try file.write([1, 2, 3, 4], at: 0)
        try file.write([9], at: 6)
        try file.sync()
        #expect(try file.size() == 7)
        #expect(try file.read(100, at: 2) == [3, 4, 0, 0, 9])
        #expect(try file.read(10, at: 7) == [])
        try file.truncate(to: 2)
        #expect(try disk.open(folder.path("a"), .read).read(10, at: 0) == [1, 2])
    }

    @Test func `opening says whether the file must be there`() throws {
        #expect(code { _ = try disk.open(folder.path("a"), .read) } == .notFound)
        #expect(code { _ = try disk.open(folder.path("a"), .update) } == .notFound)
        _ = try disk.open(folder.path("a"), .create)
        #expect(code { _ = try disk.open(folder.path("a"), .create) } == .exists)
        _ = try disk.open(folder.path("a"), .update)
    }

    @Test func `a file opened for reading cannot be written`() throws {
        _ = try disk.open(folder.path("a"), .create)
        let file = try disk.open(folder.path("a"), .read)
        #expect(throws: FileError.self) { try file.write([1], at: 0) }
    }

    @Test func `an error names the verb, the path and the reason`() throws {
        let path = folder.path("none")
        let error = #expect(throws: FileError.self) { _ = try disk.open(path, .read) }
        #expect(error?.message == "cannot open \(path): no such file or directory")
    }

    @Test func `directories are made with their parents, and again without complaint`() throws {
        let deep = folder.path("x/y/z")
        try disk.createDirectory(deep)
        try disk.createDirectory(deep)
        try disk.syncDirectory(folder.path("x/y"))
        #expect(try disk.list(folder.path("x/y")) == ["z"])
        _ = try disk.open(folder.path("file"), .create)
        #expect(throws: FileError.self) { try disk.createDirectory(folder.path("file")) }
    }

    @Test func `entries are listed in order, renamed over others and removed`() throws {
        for name in ["b", "a", "ü"] { _ = try disk.open(folder.path(name), .create) }
        #expect(try disk.list(folder.root) == ["a", "b", "ü"])
        try disk.rename(folder.path("b"), to: folder.path("a"))
        #expect(!disk.exists(folder.path("b")))
        try disk.remove(folder.path("a"))
        try disk.createDirectory(folder.path("d/e"))
        #expect(code { try disk.remove(folder.path("d")) } == .exists)
        try disk.remove(folder.path("d/e"))
        try disk.remove(folder.path("d"))
        #expect(try disk.list(folder.root) == ["ü"])
        #expect(code { try disk.remove(folder.path("a")) } == .notFound)
    }

    @Test func `free space is a plausible number`() throws {
        #expect(try disk.freeBytes(at: folder.root) > 0)
        #expect(code { _ = try disk.freeBytes(at: folder.path("none")) } == .notFound)
    }

    @Test func `a directory is locked once, until the holder goes`() throws {
        var first: DirectoryLock? = try DirectoryLock(folder.root)
        let error = #expect(throws: FileError.self) { _ = try DirectoryLock(folder.root) }
        #expect(error?.message.contains("process ") == true)
        _ = first       // held until here
        first = nil
        _ = try DirectoryLock(folder.root)
    }

    private func code(_ body: () throws -> Void) -> FileError.Code? {
        do { try body() } catch { return (error as? FileError)?.code }
        return nil
    }
}
