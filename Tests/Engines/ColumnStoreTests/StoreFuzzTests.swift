@testable import ColumnStore
import Platform
import SignalModel
import Simulation
import Testing

/// Random damage to the files' bytes. Nothing may crash, and whatever is shown is whole batches as they were committed.
struct StoreFuzzTests {
    private static let key = DataKeyID(number: 3)

    /// - Parameter isSealed: the rows lie in parts; otherwise in the journal.
    private func disk(isSealed: Bool) throws -> (disk: SimulatedFileSystem, keys: TestKeyRing, commits: [[TestRow]]) {
        let rig = try Rig(keys: TestKeyRing(3))
        var commits: [[TestRow]] = []
        for start in stride(from: 10, to: 130, by: 10) as StrideTo<UInt64> {
            let ids = start..<(start + 2 + start / 10 % 5)
            try rig.commit(ids, group: start % 20 == 0 ? 1 : 0, key: start % 20 == 0 ? Self.key : nil)
            commits.append(ids.map(TestRow.init))
            if isSealed { try rig.store.seal() }
        }
        return (rig.disk, rig.keys, commits)
    }

    /// Reads everything that can be read; what fails is left out, as a scan that is made again would.
    private func readable(_ store: ColumnStore) -> [TestRow] {
        let snapshot = store.snapshot(of: .logs)
        return snapshot.blocks.flatMap { block in (try? block.rows())?.testRows ?? [] } + snapshot.batches.flatMap(\.testRows)
    }

    private func check(_ disk: SimulatedFileSystem, _ keys: TestKeyRing, _ commits: [[TestRow]], _ comment: Comment) throws {
        // Damage may end in a refusal to open, never in a crash.
        guard let rig = try? Rig(disk, keys: keys) else { return }
        let rows = readable(rig.store)
        let whole = commits.filter { commit in commit.contains { rows.contains($0) } }
        #expect(rows == whole.flatMap { $0 }, comment)
        try checkLookups(rig.store, comment)
        try rig.store.checkInvariants()
        try rig.commit([1])
        rig.maintain()
    }

    /// A look for a key finds every row that can be read at all, whatever became of the filters.
    private func checkLookups(_ store: ColumnStore, _ comment: Comment) throws {
        let blocks = store.snapshot(of: .logs).blocks
        for block in blocks {
            guard let row = (try? block.rows())?.testRows.first else { continue }
            let found = try TableSnapshot.blocks(blocks, thatMayHold: .key(row.id))
            #expect(found.contains { $0.part === block.part && $0.place == block.place }, comment)
        }
    }

    @Test(arguments: [false, true], fuzzSeeds(4))
    func `damaged bytes never crash the store and never show rows that were not committed`(_ isSealed: Bool, seed: UInt64) throws {
        let (start, keys, commits) = try disk(isSealed: isSealed)
        var random = SeededRandom(seed: seed)
        let paths = try start.files().filter { $0.hasSuffix(isSealed ? ".part" : ".journal") }
        for round in 0..<60 {
            let disk = start.copy()
            let path = paths.randomElement(using: &random)!
            var bytes = try disk.bytes(of: path)
            bytes.mutate(using: &random)
            try disk.overwrite(path, with: bytes)
            try check(disk, keys, commits, "seed \(seed), round \(round), \(path)")
        }
    }

    @Test func `a damaged manifest is refused, or was not damaged`() throws {
        let (start, keys, commits) = try disk(isSealed: true)
        var random = SeededRandom(seed: 5)
        for _ in 0..<60 {
            let disk = start.copy()
            var bytes = try disk.bytes(of: Rig.directory + "/MANIFEST")
            let original = bytes
            bytes.mutate(using: &random)
            try disk.overwrite(Rig.directory + "/MANIFEST", with: bytes)
            if bytes == original { continue }
            #expect(throws: StorageError.self) { try Rig(disk, keys: keys) }
            #expect(try disk.list(Rig.directory + "/parts").count == commits.count, "and nothing is removed")
        }
    }

    @Test func `envelopes, payloads and indexes of random bytes are refused`() throws {
        var random = SeededRandom(seed: 11)
        let cipher = Cipher(ring: TestKeyRing(3), random: RandomSource(random))
        for _ in 0..<3000 {
            var bytes = random.bytes(Int.random(in: 0...200, using: &random))
            // Small counts first, so that the parsers get somewhere.
            for place in bytes.indices where random.oneIn(3) { bytes[place] = UInt8.random(in: 0...4, using: &random) }
            let payload = try? JournalPayload.decode(bytes, id: BatchID(high: 0, low: 0), cipher: cipher) { _, _ in }
            #expect(payload?.isEmpty ?? true)
            for format in PartFormats.all {
                let index = try? format.decodeIndex(bytes, number: 1, blocksEnd: 1 << 20, fileBytes: 1 << 21, cipher: cipher)
                #expect(index?.blocks.allSatisfy { $0.offset + $0.storedBytes <= 1 << 20 } ?? true)
                #expect(index?.filters.allSatisfy { $0.offset + $0.storedBytes <= 1 << 20 } ?? true)
            }
            #expect((try? Manifest(decoding: bytes)) == nil)
        }
    }
}
