import Bytes
@testable import ColumnStore
import Platform
import SignalModel
import Simulation
import Testing

/// Stores that earlier versions wrote must open for ever. `Tests/Fixtures/formats` holds one of each, byte by byte: `store-v1.txt` with
/// parts of version 1, `store-v2.txt` with parts of version 2 and key filters; journal and manifest are the same in both.
struct StoredFormatTests {
    /// A store's files as text: `file PATH`, then lines of hexadecimal digits, and `zeros N` for long runs.
    private enum DiskText {
        static func disk(_ text: String) throws -> SimulatedFileSystem {
            let disk = SimulatedFileSystem(directories: ["journal", "parts", "damaged"].map { Rig.directory + "/" + $0 })
            var path = ""
            var bytes: [UInt8] = []
            for line in (text.split(separator: "\n") + ["file end"]) as [Substring] where !line.hasPrefix("#") {
                if line.hasPrefix("file ") {
                    if !path.isEmpty {
                        _ = try disk.open(Rig.directory + "/" + path, .create)
                        try disk.overwrite(Rig.directory + "/" + path, with: bytes)
                    }
                    (path, bytes) = (String(line.dropFirst(5)), [])
                } else if line.hasPrefix("zeros ") {
                    bytes += [UInt8](repeating: 0, count: try #require(Int(line.dropFirst(6))))
                } else {
                    bytes += try #require(Hex.decode(line))
                }
            }
            return disk
        }
    }

    private static let long = TestRow(time: 990, id: 99, text: String(repeating: "long ", count: 4000))

    private static var settings: ColumnStore.Configuration {
        var settings = Rig.settings
        (settings.journalFileBytes, settings.recordBytesMax) = (1 << 16, 1 << 15)
        return settings
    }

    /// What the fixtures were made with, each by the version of its time.
    private func written() throws -> SimulatedFileSystem {
        let rig = try Rig(keys: TestKeyRing(4), settings: Self.settings)
        try rig.commit([.rows(1...20), .rows(21...23, table: .spans, window: -3)], id: 1)
        try rig.commit(30...39, group: 7, key: DataKeyID(number: 4))
        try rig.store.seal()
        try rig.commit(40...42)
        try rig.commit(50...52, group: 7, key: DataKeyID(number: 4))
        let scope = BlockScope(tenant: testTenant)
        try rig.commit([.rows([Self.long], table: .logs, partition: PartitionKey(window: 1), scope: scope)], id: 99)
        return rig.disk
    }

    @Test(arguments: [1, 2]) func `a store of each version opens with every row`(_ version: Int) throws {
        let rig = try Rig(
            try DiskText.disk(try Fixtures.text("formats/store-v\(version).txt")), keys: TestKeyRing(4), settings: Self.settings)
        let ids = Array(1...20) + Array(30...42) + Array(50...52) as [UInt64]
        #expect(try rig.store.rows() == ids.map(TestRow.init) + [Self.long])
        #expect(try rig.store.ids(of: .spans) == [21, 22, 23])
        let blocks = rig.store.snapshot(of: .logs).blocks
        #expect(blocks.count == 5)
        #expect(try blocks.allSatisfy { try $0.header.form == (version == 1 ? 0 : 1) && $0.part.index().blocks[$0.place].sections.count == version })
        let found = try TableSnapshot.blocks(blocks, thatMayHold: .any([.key(12), .key(35)]))
        #expect(found.map(\.header.scope.group) == (version == 1 ? [0, 0, 0, 7, 7] : [0, 7]))
        #expect(rig.events.all.isEmpty)
        #expect(try rig.commit(1...20, id: 1) == JournalPosition(sequence: 2), "known as a retry")
        try rig.store.merge()
        try rig.store.finish()
        #expect(try rig.restarted(settings: Self.settings).store.rows().count == 37)
    }

    /// A change of the formats shows here first: it needs a new version and a new fixture, not a new text in the old one. What zstd and
    /// lz4 make of the same bytes may change with their versions: the parts and the last record are left out.
    @Test func `this version writes the journal and the manifest of the fixture`() throws {
        let (stored, written) = (try DiskText.disk(try Fixtures.text("formats/store-v2.txt")), try written())
        let manifest = Rig.directory + "/MANIFEST"
        #expect(try stored.bytes(of: manifest) == written.bytes(of: manifest))
        let path = Rig.directory + "/journal/" + JournalFiles.name(1)
        var scan = try JournalScan(
            try written.open(path, .read), generation: 1, salt: try Manifest(decoding: try written.bytes(of: manifest)).salt)
        var end = 0
        for _ in 1...4 { end += try #require(try scan.record(at: end)).storedBytes }
        #expect(end > 1000)
        #expect(try stored.bytes(of: path).prefix(end) == written.bytes(of: path).prefix(end))
    }
}
