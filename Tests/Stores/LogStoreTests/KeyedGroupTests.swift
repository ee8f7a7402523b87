import Bytes
import Catalog
import ColumnStore
import Columns
import Platform
import SignalModel
import Simulation
import Testing

@testable import LogStore

/// Encrypted groups on the real engine over a simulated disk, which also has the keys; the catalog is a real file.
private final class KeyedRig {
    static let tenant = Tenant(account: "000000000000", region: "us-east-1")

    let clock = ManualClock()
    let disk = SimulatedFileSystem()
    let folder = TemporaryFolder()
    let queries = ThreadPoolExecutor(name: "query", threads: 1)
    private(set) var engine: ColumnStore
    private(set) var store: LogStore
    private(set) var directory: LogGroupDirectory
    private(set) var masters: LocalGroupKeys
    private var catalog: Catalog
    private var nextID: UInt64 = 0

    init() async throws { (engine, store, directory, masters, catalog) = try await Self.open(folder, disk, clock, queries) }

    deinit {
        catalog.close()
        queries.stop()
    }

    private static func open(
        _ folder: TemporaryFolder, _ disk: SimulatedFileSystem, _ clock: ManualClock, _ queries: ThreadPoolExecutor
    ) async throws -> (ColumnStore, LogStore, LogGroupDirectory, LocalGroupKeys, Catalog) {
        let catalog = try Catalog.open(folder.path("catalog.db"))
        let masters = try LocalGroupKeys(directory: "/keys", files: disk, random: RandomSource())
        let keys = try LogDataKeys(directory: "/keys", files: disk, provider: masters, random: RandomSource())
        let (live, statistics, arrivals) = (LiveLogGroups(), LogStatistics(), ArrivalNumbers(clock: clock))
        let directory = try await LogGroupDirectory(catalog: catalog, live: live, statistics: statistics, keys: keys)
        var configuration = ColumnStore.Configuration()
        configuration.journalFileBytes = 1 << 17
        configuration.recordBytesMax = 1 << 16
        let engine = try ColumnStore.open(
            directory: "/store", fileSystem: disk, clock: clock, layouts: [LogLayout(groups: live, statistics: statistics, arrivals: arrivals)],
            configuration: configuration, keyRing: keys)
        return (engine, LogStore(engine: engine, groups: live, arrivals: arrivals, queries: queries, clock: clock), directory, masters, catalog)
    }

    func restart() async throws {
        try await engine.stop()
        catalog.close()
        (engine, store, directory, masters, catalog) = try await Self.open(folder, disk, clock, queries)
    }

    func makeGroup(_ name: String, key: String? = nil) async throws {
        let now = Timestamp(nanoseconds: clock.wallNanoseconds)
        _ = try await directory.createGroup(named: name, logClass: "STANDARD", tags: [], of: Self.tenant, at: now)
        if let key { #expect(try await directory.associateKey(named: key, withGroup: name, of: Self.tenant)) }
    }

    func write(_ group: String, stream: String, _ messages: [String]) async throws {
        nextID += 1
        let now = Timestamp(nanoseconds: clock.wallNanoseconds)
        let found = try #require(try await directory.group(named: group, of: Self.tenant))
        _ = try await directory.createStream(named: stream, in: found, of: Self.tenant, at: now)
        let entry = try #require(try await directory.stream(named: stream, in: found, of: Self.tenant))
        var batch = LogBatch(tenant: Self.tenant, group: found, ingestionTime: now)
        batch.times = messages.indices.map { now.nanoseconds + Int64($0) }
        batch.streams = messages.map { _ in entry.number }
        batch.messages = BytesVector(messages)
        _ = try await engine.commit(store.prepare(batch), id: BatchID(high: 9, low: nextID))
    }

    func messages(_ group: String, predicate: Predicate = .always(true)) async throws -> [String] {
        guard let found = try await directory.group(named: group, of: Self.tenant) else { return [] }
        let plan = LogScan(
            tenant: Self.tenant, group: found, range: .all, predicate: predicate, projection: ["@message"], order: .oldestFirst,
            budget: QueryBudget(clock: clock, seconds: 60, bytesMax: 1 << 30))
        var cursor = try await store.scan(plan).cursor
        var chunk = ColumnChunk()
        var found2: [String] = []
        while try await cursor.next(into: &chunk) {
            let texts = chunk.columns[0].vector.strings
            for row in 0..<chunk.rowCount { found2.append(texts?.text(at: row) ?? "") }
        }
        return found2
    }

    /// Whether a text is anywhere in the bytes of the store, the keys or the catalog.
    func isOnDisk(_ text: String) throws -> Bool {
        let wanted = Array(text.utf8)
        var all = try disk.files().map { try disk.bytes(of: $0) }
        let real = LinuxFileSystem()
        for name in try real.list(folder.path("")) where name.hasPrefix("catalog") {
            let file = try real.open(folder.path(name), .read)
            var bytes = [UInt8](repeating: 0, count: try file.size())
            let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
            all.append(Array(bytes.prefix(count)))
        }
        return all.contains { bytes in bytes.withUnsafeBytes { ByteSearch.first(wanted, in: $0, from: 0) != nil } }
    }
}

@Suite struct KeyedGroupTests {
    private let secrets = (0..<40).map { #"{"level":"INFO","card":"4111-\#($0)-topsecret","id":"0123456789abcdef0123456789abcd\#(10 + $0)"}"# }
    private let id = "0123456789abcdef0123456789abcd17"

    @Test func `nothing of an encrypted group is in the clear on disk, from the journal to the merged part, its streams' names too`() async throws {
        let rig = try await KeyedRig()
        try rig.masters.addVersion(of: "local/shop")
        try await rig.makeGroup("g", key: "local/shop")
        for round in 0..<5 {
            try await rig.write("g", stream: "very-private-host", Array(secrets[round * 8..<round * 8 + 8]))
            for text in ["topsecret", "level", id, "very-private"] { #expect(try !rig.isOnDisk(text), "\(text) in round \(round)") }
            try rig.engine.seal()
        }
        try rig.engine.merge()
        for text in ["topsecret", "level", id, "very-private"] { #expect(try !rig.isOnDisk(text), "\(text)") }
        #expect(Set(try await rig.messages("g")) == Set(secrets))
        try await rig.restart()
        #expect(Set(try await rig.messages("g")) == Set(secrets))
        #expect(try await rig.messages("g", predicate: .compare("id", .equal, .text(Array(id.utf8)))).count == 1)
        // The same in the clear is found: the test can see.
        try await rig.makeGroup("open")
        try await rig.write("open", stream: "very-private-host", secrets)
        #expect(try rig.isOnDisk("topsecret") && rig.isOnDisk("very-private"))
    }

    @Test func `streams of an encrypted group are found and listed by name`() async throws {
        let rig = try await KeyedRig()
        try rig.masters.addVersion(of: "k")
        try await rig.makeGroup("g")
        try await rig.write("g", stream: "m-before", ["x"])
        _ = try await rig.directory.associateKey(named: "k", withGroup: "g", of: KeyedRig.tenant)
        for stream in ["z", "a", "m-after"] { try await rig.write("g", stream: stream, ["x"]) }
        try await rig.restart()
        let group = try #require(try await rig.directory.group(named: "g", of: KeyedRig.tenant))
        func names(_ prefix: String, after: String? = nil, limit: Int = 10) async throws -> [String] {
            try await rig.directory.streams(in: group, of: KeyedRig.tenant, prefix: prefix, after: after, limit: limit).map(\.name)
        }
        #expect(try await names("") == ["a", "m-after", "m-before", "z"])
        #expect(try await names("m-") == ["m-after", "m-before"])
        #expect(try await names("", after: "a", limit: 2) == ["m-after", "m-before"])
        let now = Timestamp(nanoseconds: 0)
        for name in ["z", "m-before"] { #expect(try await rig.directory.createStream(named: name, in: group, of: KeyedRig.tenant, at: now) == nil) }
    }

    @Test func `rotation seals the data key anew and writes no row again`() async throws {
        let rig = try await KeyedRig()
        try rig.masters.addVersion(of: "k")
        try await rig.makeGroup("g", key: "k")
        try await rig.write("g", stream: "s", secrets)
        try rig.engine.seal()
        func parts() throws -> [[UInt8]] { try rig.disk.files().filter { $0.hasSuffix(".part") }.map { try rig.disk.bytes(of: $0) } }
        func keyFiles() throws -> [[UInt8]] { try rig.disk.files().filter { $0.hasSuffix(".data") }.map { try rig.disk.bytes(of: $0) } }
        let (partsBefore, keysBefore) = (try parts(), try keyFiles())
        try rig.masters.addVersion(of: "k")
        #expect(try await rig.directory.resealKeys(ofGroup: "g", of: KeyedRig.tenant))
        #expect(try parts() == partsBefore)
        #expect(try keyFiles() != keysBefore)
        try await rig.restart()
        #expect(try await rig.messages("g") == secrets)
    }

    @Test func `a deleted group's data key is erased, and its rows cannot be read by anybody`() async throws {
        let rig = try await KeyedRig()
        try rig.masters.addVersion(of: "k")
        try await rig.makeGroup("g", key: "k")
        try await rig.makeGroup("other")
        try await rig.write("g", stream: "s", secrets)
        try await rig.write("other", stream: "s", ["stays"])
        try rig.engine.seal()
        #expect(try await rig.directory.deleteGroup(named: "g", of: KeyedRig.tenant))
        #expect(try rig.disk.files().allSatisfy { !$0.hasSuffix(".data") })
        var gone = 0
        for block in rig.engine.snapshot(of: .logs).blocks where block.header.scope.key != nil {
            do throws(StorageError) { _ = try block.rows() } catch {
                #expect(error.code == .keyGone)
                gone += 1
            }
        }
        #expect(gone > 0)
        try await rig.restart()
        #expect(try await rig.messages("other") == ["stays"])
        try rig.engine.merge()
        #expect(rig.engine.snapshot(of: .logs).blocks.allSatisfy { $0.header.scope.key == nil })
    }

    @Test func `a key that a crash left behind is erased at the next start`() async throws {
        let rig = try await KeyedRig()
        try rig.masters.addVersion(of: "k")
        let stray = try LogDataKeys(directory: "/keys", files: rig.disk, provider: rig.masters, random: RandomSource())
        _ = try stray.make(for: 77, under: "k")
        try await rig.restart()
        #expect(try rig.disk.files().allSatisfy { !$0.hasSuffix(".data") })
    }

    @Test func `without its key a group takes nothing, and with no key nothing is lost`() async throws {
        let rig = try await KeyedRig()
        try rig.masters.addVersion(of: "k")
        try await rig.makeGroup("g", key: "k")
        try await rig.write("g", stream: "s", ["one"])
        _ = try await rig.directory.disassociateKey(fromGroup: "g", of: KeyedRig.tenant)
        try await rig.write("g", stream: "s", ["in the clear"])
        #expect(try rig.isOnDisk("in the clear"))
        #expect(Set(try await rig.messages("g")) == ["one", "in the clear"])
        do throws(StorageError) {
            _ = try await rig.directory.associateKey(named: "missing", withGroup: "g", of: KeyedRig.tenant)
            Issue.record("a key that is not there was taken")
        } catch { #expect(error.code == .keyGone) }
    }

    @Test func `a damaged key file is refused`() throws {
        let disk = SimulatedFileSystem()
        try disk.createDirectory("/store")
        let masters = try LocalGroupKeys(directory: "/keys", files: disk, random: RandomSource())
        try masters.addVersion(of: "k")
        let path = try #require(try disk.files().first { $0.hasSuffix(".master") })
        let file = try disk.open(path, .update)
        try [UInt8(1)].withUnsafeBytes { try file.write($0, at: 12) }
        do throws(StorageError) {
            _ = try LocalGroupKeys(directory: "/keys", files: disk, random: RandomSource())
            Issue.record("a damaged file was taken")
        } catch { #expect(error.code == .corrupt) }
    }
}

extension SimulatedFileSystem {
    /// Paths of all files of the store and the keys.
    fileprivate func files() throws -> [String] { try ["/store", "/keys"].flatMap { try files(under: $0) } }

    private func files(under directory: String) throws -> [String] {
        var found: [String] = []
        for name in try list(directory) {
            let path = directory + "/" + name
            if let inside = try? files(under: path) { found += inside } else { found.append(path) }
        }
        return found
    }

    fileprivate func bytes(of path: String) throws -> [UInt8] {
        let file = try open(path, .read)
        var bytes = [UInt8](repeating: 0, count: try file.size())
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        return Array(bytes.prefix(count))
    }
}
