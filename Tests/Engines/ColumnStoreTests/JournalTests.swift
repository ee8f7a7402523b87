import Bytes
@testable import ColumnStore
import Columns
import Platform
import SignalModel
import Simulation
import Testing

struct JournalTests {
    private func path(_ generation: UInt64) -> String { Rig.directory + "/journal/" + JournalFiles.name(generation) }

    /// Where the records of a journal file begin, and what they say.
    private func records(_ rig: Rig, generation: UInt64) throws -> [(offset: Int, record: JournalRecord)] {
        let manifest = try Manifest(decoding: try rig.disk.bytes(of: Rig.directory + "/MANIFEST"))
        var scan = try JournalScan(try rig.disk.open(path(generation), .read), generation: generation, salt: manifest.salt)
        var found: [(offset: Int, record: JournalRecord)] = []
        while let record = try scan.record(at: found.last.map { $0.offset + $0.record.storedBytes } ?? 0) {
            found.append((found.last.map { $0.offset + $0.record.storedBytes } ?? 0, record))
        }
        return found
    }

    @Test func `records of a file have running sequences and know what was durable before their group`() throws {
        let rig = try Rig()
        try rig.commit([1])
        for id in 2...4 as ClosedRange<UInt64> { rig.store.submit([.rows([id])], id: BatchID(high: 0, low: id)) { _ in } }
        _ = rig.store.stepCommitter()
        try rig.commit([5])
        let records = try records(rig, generation: 1).map(\.record)
        #expect(records.map(\.sequence) == [1, 2, 3, 4, 5])
        #expect(records.map(\.durableThrough) == [0, 1, 1, 1, 4])
        #expect(Set(records.map(\.generation)) == [1])
    }

    @Test func `pages are written whole, so that what is behind the last record is zeros up to the next page`() throws {
        var settings = Rig.settings
        settings.journalPageBytes = 512
        let rig = try Rig(settings: settings)
        for id in 1...40 as ClosedRange<UInt64> { try rig.commit([id]) }
        try rig.store.seal()
        rig.maintain()
        var id: UInt64 = 40
        // Into a file that an earlier use has filled.
        let used = try rig.disk.list(Rig.directory + "/journal").last { $0.hasPrefix("spare-") }
        while try rig.disk.list(Rig.directory + "/journal").contains(try #require(used)) {
            id += 1
            try rig.commit([id])
        }
        let generation = try #require(try rig.disk.list(Rig.directory + "/journal").compactMap(JournalFiles.generation).max())
        let last = try #require(try records(rig, generation: generation).last)
        let bytes = try rig.disk.bytes(of: path(generation))
        let end = last.offset + last.record.storedBytes, pageEnd = (end + 511) / 512 * 512
        #expect(bytes[end..<pageEnd].allSatisfy { $0 == 0 })
        #expect(bytes[pageEnd...].contains { $0 != 0 }, "further on the earlier use is still there")
        #expect(try rig.restarted().store.ids() == Array(1...id))
    }

    @Test func `a torn last record ends the replay`() throws {
        let rig = try Rig()
        for id in 1...3 as ClosedRange<UInt64> { try rig.commit([id]) }
        let last = try records(rig, generation: 1)[2]
        try rig.disk.flipBit(3, ofByte: last.offset + 70, in: path(1))
        let again = try rig.restarted()
        #expect(try again.store.ids() == [1, 2])
        #expect(again.events.all.isEmpty)
        #expect(try again.commit([4]) == JournalPosition(sequence: 3))
        #expect(try again.restarted().store.ids() == [1, 2, 4])
    }

    @Test func `whole records after a torn one of their group were never acknowledged`() throws {
        let rig = try Rig()
        try rig.commit([1])
        for id in 2...4 as ClosedRange<UInt64> { rig.store.submit([.rows([id])], id: BatchID(high: 0, low: id)) { _ in } }
        _ = rig.store.stepCommitter()
        try rig.disk.flipBit(0, ofByte: try records(rig, generation: 1)[1].offset + 9, in: path(1))
        let again = try rig.restarted()
        #expect(try again.store.ids() == [1])
        try again.commit([5])
        #expect(try again.restarted().store.ids() == [1, 5])
    }

    @Test(arguments: [0, 2, 4]) func `a damaged record with later groups behind it is reported, and what follows is kept`(_ damaged: Int)
        throws
    {
        let rig = try Rig()
        for id in 1...6 as ClosedRange<UInt64> { try rig.commit([id]) }
        let place = try records(rig, generation: 1)[damaged]
        try rig.disk.flipBit(5, ofByte: place.offset + 80, in: path(1))
        let again = try rig.restarted()
        #expect(try again.store.ids() == (1...6).filter { $0 != damaged + 1 })
        #expect(again.store.figures.lostCommits == 1)
        #expect(try again.commit([7]) == JournalPosition(sequence: 7))
        #expect(try again.restarted().store.ids() == (1...7).filter { $0 != damaged + 1 })
    }

    @Test func `damage to rows that lie in parts already is nobody's loss`() throws {
        let rig = try Rig()
        for id in 1...4 as ClosedRange<UInt64> { try rig.commit([id]) }
        try rig.store.seal()
        for id in 5...6 as ClosedRange<UInt64> { try rig.commit([id]) }
        let place = try records(rig, generation: 1)[1]
        try rig.disk.flipBit(5, ofByte: place.offset + 80, in: path(1))
        let again = try rig.restarted()
        #expect(try again.store.ids() == Array(1...6))
        #expect(again.events.all.isEmpty)
    }

    @Test func `a journal file that vanished is noticed`() throws {
        let rig = try Rig()
        var id: UInt64 = 0
        while !rig.disk.exists(path(3)) {
            id += 1
            try rig.commit([id])
        }
        let lost = try records(rig, generation: 2)
        let disk = rig.disk.copy()
        try disk.remove(path(2))
        let again = try Rig(disk)
        #expect(again.store.figures.lostCommits == lost.count)
        let kept = try again.store.ids()
        #expect(kept == (1...id).filter { sequence in !lost.contains { $0.record.sequence == sequence } })
    }

    @Test func `files are used again, and what an earlier use left in them stays dead`() throws {
        let rig = try Rig()
        for id in 1...60 as ClosedRange<UInt64> { try rig.commit([id]) }
        try rig.store.seal()
        rig.maintain()
        let before = try rig.disk.list(Rig.directory + "/journal")
        #expect(before.contains { $0.hasPrefix("spare-") })
        // The next file to fill is an old one, and gets one record only.
        var id: UInt64 = 60
        let names = Set(before)
        while Set(try rig.disk.list(Rig.directory + "/journal")).isSubset(of: names) {
            id += 1
            try rig.commit([id])
        }
        let newest = try rig.disk.list(Rig.directory + "/journal").filter { !$0.hasPrefix("spare-") }.last!
        let bytes = try rig.disk.bytes(of: Rig.directory + "/journal/" + newest)
        let magics = stride(from: 0, to: bytes.count - 4, by: 8).count { Array(bytes[$0..<($0 + 4)]) == Array("GWJ1".utf8) }
        #expect(magics > 1, "the file holds an earlier use's records")
        let again = try rig.restarted()
        #expect(try again.store.ids() == Array(1...id))
        #expect(again.events.all.isEmpty)
    }

    @Test func `a record that was given up stays dead, even when its bytes come back`() throws {
        let rig = try Rig()
        for id in 1...3 as ClosedRange<UInt64> { try rig.commit([id]) }
        let last = try records(rig, generation: 1)[2]
        try rig.disk.flipBit(3, ofByte: last.offset + 70, in: path(1))
        let again = try rig.restarted()
        try again.commit([4])
        try again.disk.flipBit(3, ofByte: last.offset + 70, in: path(1))
        let third = try again.restarted()
        #expect(try third.store.ids() == [1, 2, 4])
        #expect(third.events.all.isEmpty)
    }

    @Test func `a file that was never full does not grow the directory without end`() throws {
        var rig = try Rig()
        for id in 1...30 as ClosedRange<UInt64> {
            try rig.commit([id])
            if id % 2 == 0 { try rig.store.finish() }
            rig = try rig.restarted()
        }
        #expect(try rig.disk.list(Rig.directory + "/journal").count <= 4)
        #expect(try rig.store.ids() == Array(1...30))
    }

    @Test(arguments: [false, true]) func `a store that is killed again and again keeps few files, however little it gets done`(_ maintains: Bool)
        throws
    {
        var settings = Rig.settings
        settings.journalFilesMax = 3
        var rig = try Rig(settings: settings)
        for id in 1...40 as ClosedRange<UInt64> {
            try rig.commit([id])
            if maintains { rig.maintain() }
            rig = try rig.restarted(settings: settings)
            // Those that wait, the one being written, spares.
            #expect(try rig.disk.list(Rig.directory + "/journal").count <= (maintains ? 3 : 6) + 1 + 2)
        }
        #expect(try rig.store.ids() == Array(1...40))
        #expect(rig.events.all.isEmpty)
        try rig.store.checkInvariants()
    }

    @Test func `large batches are compressed, and come back equal`() throws {
        var settings = Rig.settings
        settings.journalFileBytes = 1 << 20
        settings.recordBytesMax = 1 << 19
        let rig = try Rig(settings: settings)
        let rows = (0..<2000).map { TestRow(time: Int64($0) * 1000, id: UInt64($0), text: "the same words again and again") }
        let batch = TableBatch.rows(rows, table: .logs, partition: PartitionKey(window: 1), scope: BlockScope(tenant: testTenant))
        try rig.commit([batch], id: 1)
        #expect(try records(rig, generation: 1)[0].record.payloadBytes < batch.byteCount / 3)
        #expect(try rig.restarted(settings: settings).store.rows() == rows)
    }

    @Test func `every type of column comes back bit by bit`() throws {
        let rig = try Rig()
        let columns: [Vector] = [
            .int64([.min, 0, .max]), .uint64([0, 1, .max]), .uint32([0, 7, .max]), .uint8([0, 128, 255]),
            .double([-.infinity, -0.0, Double(bitPattern: 0x7ff8_0000_dead_beef)]), .bytes(BytesVector(["", "a", "ü"])), .absent,
        ]
        let batch = TableBatch(
            table: .spans, partition: PartitionKey(tier: 2, retentionDays: 545, window: PartitionKey.late),
            scope: BlockScope(tenant: Tenant(account: "grün", region: ""), group: .max), times: Int64.min...Int64.max, rowCount: 3,
            columns: columns)
        try rig.commit([batch], id: 1)
        let back = try #require(try rig.restarted().store.snapshot(of: .spans).batches.first)
        #expect(back.partition == batch.partition)
        #expect(back.scope == batch.scope)
        #expect(back.times == batch.times)
        // NaNs differ from themselves: compare what is stored.
        #expect(back.columns[4].doubles?.map(\.bitPattern) == columns[4].doubles?.map(\.bitPattern))
        #expect(back.columns.enumerated().allSatisfy { $0.offset == 4 || $0.element == columns[$0.offset] })
    }
}

extension SimulatedFileSystem {
    func bytes(of path: String) throws -> [UInt8] {
        let file = try open(path, .read)
        var bytes = [UInt8](repeating: 0, count: try file.size())
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        return Array(bytes.prefix(count))
    }

    /// Paths of all files of a store.
    func files(under directory: String = Rig.directory) throws -> [String] {
        try list(directory).flatMap { name -> [String] in
            let path = directory + "/" + name
            return (try? list(path)).map { $0.map { path + "/" + $0 } } ?? [path]
        }
    }

    func overwrite(_ path: String, with bytes: [UInt8]) throws {
        let file = try open(path, .update)
        try file.truncate(to: 0)
        try bytes.withUnsafeBytes { try file.write($0, at: 0) }
    }
}
