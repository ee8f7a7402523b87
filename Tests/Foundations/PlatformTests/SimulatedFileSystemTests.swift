import Platform
import Simulation
import Testing

struct SimulatedFileSystemTests {
    private let seeds: ClosedRange<UInt64> = 1...64

    @Test func `files behave as real ones do`() throws {
        for disk in [LinuxFileSystem(), SimulatedFileSystem(directories: ["/tmp"])] as [any FileSystem] {
            let folder = TemporaryFolder()
            try disk.createDirectory(folder.root)
            let file = try disk.open(folder.path("a"), .create)
            try file.write([1, 2, 3], at: 2)
            #expect(try file.read(9, at: 0) == [0, 0, 1, 2, 3])
            #expect(try file.read(9, at: 4) == [3])
            #expect(try file.read(9, at: 40) == [])
            try file.truncate(to: 3)
            #expect(try file.size() == 3)
            try disk.rename(folder.path("a"), to: folder.path("b"))
            #expect(try disk.list(folder.root) == ["b"])
            #expect(throws: FileError.self) { try disk.open(folder.path("a"), .update) }
            #expect(throws: FileError.self) { try disk.open(folder.path("b"), .create) }
            #expect(throws: FileError.self) { try disk.open(folder.root, .update) }
            #expect(throws: FileError.self) { try disk.remove(folder.path("a")) }
            try disk.createDirectory(folder.path("d/e"))
            #expect(throws: FileError.self) { try disk.remove(folder.path("d")) }
            #expect(throws: FileError.self) { try disk.createDirectory(folder.path("b")) }
            #expect(throws: FileError.self) { try disk.list(folder.path("none")) }
            try disk.rename(folder.path("d"), to: folder.path("f"))
            #expect(disk.exists(folder.path("f/e")))
            try disk.remove(folder.path("b"))
            #expect(try file.read(9, at: 0) == [0, 0, 1])       // a handle outlives the name
        }
    }

    @Test func `a synced write in a synced directory survives every power loss`() throws {
        let disk = try diskWithSyncedFile([5, 6, 7])
        for seed in seeds { #expect(try disk.afterPowerLoss(seed: seed).open("/d/a", .read).read(9, at: 0) == [5, 6, 7]) }
    }

    @Test func `a write without sync may stay, vanish or be torn at a sector`() throws {
        let disk = try diskWithSyncedFile([UInt8](repeating: 1, count: 2048))
        try disk.open("/d/a", .update).write([UInt8](repeating: 2, count: 2048), at: 0)
        var outcomes: Set<String> = []
        for seed in seeds {
            let bytes = try disk.afterPowerLoss(seed: seed).open("/d/a", .read).read(4096, at: 0)
            #expect(bytes.count == 2048)
            let sectors = stride(from: 0, to: 2048, by: 512).map { Set(bytes[$0..<$0 + 512]) }
            #expect(sectors.allSatisfy { $0.count == 1 })       // never torn within a sector
            outcomes.insert(Set(sectors) == [[1]] ? "vanished" : Set(sectors) == [[2]] ? "stayed" : "torn")
        }
        #expect(outcomes == ["vanished", "stayed", "torn"])
    }

    @Test func `a later write can survive an earlier one`() throws {
        let disk = try diskWithSyncedFile([UInt8](repeating: 0, count: 1024))
        let file = try disk.open("/d/a", .update)
        try file.write([1], at: 0)
        try file.write([2], at: 512)
        let left = try seeds.map { try disk.afterPowerLoss(seed: $0).open("/d/a", .read).read(1024, at: 0) }
        #expect(left.contains { $0[0] == 0 && $0[512] == 2 })
        #expect(left.contains { $0[0] == 1 && $0[512] == 0 })
    }

    @Test func `a file that grew may keep its size and lose its bytes`() throws {
        let disk = try diskWithSyncedFile([])
        try disk.open("/d/a", .update).write([UInt8](repeating: 3, count: 600), at: 0)
        let left = try seeds.map { try disk.afterPowerLoss(seed: $0).open("/d/a", .read).read(1024, at: 0) }
        #expect(left.contains([UInt8](repeating: 0, count: 600)))
        #expect(left.contains([]))
        #expect(left.contains([UInt8](repeating: 3, count: 600)))
    }

    @Test func `a new file, a rename and a removal last only after the directory's sync`() throws {
        let disk = try diskWithSyncedFile([1])
        let other = try disk.open("/d/new", .create)
        try other.write([2], at: 0)
        try other.sync()
        #expect(outcomes(of: disk) == [["a"], ["a", "new"]])
        try disk.rename("/d/new", to: "/d/a")
        #expect(outcomes(of: disk).contains(["a", "new"]))
        #expect(!outcomes(of: disk).contains([]))               // the name that is replaced is never missing
        let contents = try Set(seeds.map { try disk.afterPowerLoss(seed: $0).open("/d/a", .read).read(9, at: 0) })
        #expect(contents == [[1], [2]])
        try disk.syncDirectory("/d")
        #expect(outcomes(of: disk) == [["a"]])
        #expect(try disk.afterPowerLoss(seed: 1).open("/d/a", .read).read(9, at: 0) == [2])
        try disk.remove("/d/a")
        #expect(outcomes(of: disk) == [[], ["a"]])
    }

    @Test func `the same seed leaves the same disk`() throws {
        let disk = try diskWithSyncedFile([1])
        try disk.open("/d/a", .update).write([UInt8](repeating: 2, count: 5000), at: 0)
        for seed in seeds {
            let twice = try (0..<2).map { _ in try disk.afterPowerLoss(seed: seed).open("/d/a", .read).read(9000, at: 0) }
            #expect(twice[0] == twice[1])
        }
    }

    @Test func `every fault is met at each call it concerns, and then no more`() throws {
        let start = try diskWithSyncedFile([1])
        for fault in Fault.allCases {
            var met = 0
            let runs = everyFault(fault, on: start) { disk in
                do { try self.visit(disk) } catch is FileError {} catch { Issue.record(error) }
                met += disk.hasMetFault ? 1 : 0
            }
            #expect(runs == met + 1, "\(fault)")
            #expect(met > 0, "\(fault)")
        }
    }

    @Test func `each fault does what its name says`() throws {
        let start = try diskWithSyncedFile([0, 0, 0, 0])
        let refusing = start.copy(fault: .inputOutput, atCall: 2)
        let file = try refusing.open("/d/a", .update)
        #expect(error { try file.write([1], at: 0) }?.code == .inputOutput)
        #expect(try file.read(9, at: 0) == [0, 0, 0, 0])

        let short = try start.copy(seed: 4, fault: .shortWrite).open("/d/a", .update)
        #expect(error { try short.write([1, 1, 1, 1], at: 0) }?.code == .noSpace)
        #expect(try short.read(9, at: 0) != [1, 1, 1, 1])

        let flipping = try start.copy(fault: .bitFlip).open("/d/a", .read)
        #expect(try flipping.read(9, at: 0).reduce(0) { $0 + $1.nonzeroBitCount } == 1)
        #expect(try flipping.read(9, at: 0) == [0, 0, 0, 0])

        let dying = start.copy(fault: .powerLoss)
        let last = try dying.open("/d/a", .update)
        #expect(throws: FileError.self) { try last.write([1], at: 0) }
        #expect(throws: FileError.self) { try last.read(1, at: 0) }
        #expect(throws: FileError.self) { try dying.list("/d") }
        #expect(try dying.afterRestart().list("/d") == ["a"])
    }

    @Test func `a lying sync is found out by the next power loss`() throws {
        let disk = try diskWithSyncedFile([1]).copy(fault: .lyingSync)
        let file = try disk.open("/d/a", .update)
        try file.write([2], at: 0)
        try file.sync()
        let left = try Set(seeds.map { try disk.afterPowerLoss(seed: $0).open("/d/a", .read).read(9, at: 0) })
        #expect(left == [[1], [2]])
        try file.sync()
        #expect(try seeds.allSatisfy { try disk.afterPowerLoss(seed: $0).open("/d/a", .read).read(9, at: 0) == [2] })
    }

    @Test func `after a failed sync a second one repairs nothing`() throws {
        var losses = 0
        for seed in seeds {
            let disk = try diskWithSyncedFile([1]).copy(seed: seed, fault: .inputOutput, atCall: 3)
            let file = try disk.open("/d/a", .update)
            try file.write([2], at: 0)
            #expect(error { try file.sync() }?.code == .inputOutput)
            try file.sync()
            losses += try disk.afterPowerLoss(seed: seed).open("/d/a", .read).read(9, at: 0) == [1] ? 1 : 0
        }
        #expect(losses > 0)
    }

    @Test func `a full disk refuses what does not fit`() throws {
        let disk = try diskWithSyncedFile([1])
        disk.limitCapacity(to: 10)
        #expect(try disk.freeBytes(at: "/d") == 9)
        #expect(error { try disk.open("/d/a", .update).write([UInt8](repeating: 2, count: 11), at: 0) }?.code == .noSpace)
    }

    @Test func `sampled faults are the same for the same seed`() {
        let runs = (0..<2).map { _ in
            var met: [String] = []
            someFaults(.inputOutput, runs: 5, seed: 9) { disk in
                do { try self.visit(disk) } catch { met.append("\(disk)") }
            }
            return met
        }
        #expect(runs[0] == runs[1] && runs[0].count == 5)
    }

    private func diskWithSyncedFile(_ bytes: [UInt8]) throws -> SimulatedFileSystem {
        let disk = SimulatedFileSystem(directories: ["/d"])
        let file = try disk.open("/d/a", .create)
        try file.write(bytes, at: 0)
        try file.sync()
        try disk.syncDirectory("/d")
        return disk
    }

    private func outcomes(of disk: SimulatedFileSystem) -> Set<[String]> {
        Set(seeds.map { seed in (try? disk.afterPowerLoss(seed: seed).list("/d")) ?? ["unreadable"] })
    }

    private func visit(_ disk: some FileSystem) throws {
        try disk.createDirectory("/e")
        let file = try disk.open("/e/b", .create)
        try file.write([1, 2, 3], at: 0)
        try file.sync()
        try disk.syncDirectory("/e")
        _ = try file.read(3, at: 0)
        try disk.rename("/e/b", to: "/e/c")
        try disk.remove("/e/c")
    }

    private func error(_ body: () throws -> Void) -> FileError? {
        do { try body() } catch { return error as? FileError }
        return nil
    }
}
