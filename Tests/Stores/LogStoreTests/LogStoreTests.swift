import Catalog
import ColumnStore
import Columns
import FilterPatterns
import Platform
import SignalModel
import Simulation
import Testing
import WireFormats

@testable import LogStore

/// The store on the real engine over a simulated disk with a catalog in a real folder, and the model beside it.
private final class Bench {
    let model = ModelStore { message, name in
        LogFieldExtractor(names: [name]).values(of: message[...]).first.flatMap { $0 }.map { Array($0.utf8) }
    }
    let clock = ManualClock()
    let disk = SimulatedFileSystem()
    let folder: TemporaryFolder
    let queries = ThreadPoolExecutor(name: "query", threads: 1)
    private(set) var engine: ColumnStore
    private(set) var store: LogStore
    private(set) var directory: LogGroupDirectory
    private var catalog: Catalog
    private var nextID: UInt64 = 0

    private let merges: Bool

    /// - Parameter merges: by itself, whenever there is something to merge.
    init(merges: Bool = true) async throws {
        folder = TemporaryFolder()
        self.merges = merges
        (engine, store, directory, catalog) = try await Self.open(folder, disk, clock, queries, merges)
    }

    deinit {
        catalog.close()
        queries.stop()
    }

    private static func open(
        _ folder: TemporaryFolder, _ disk: SimulatedFileSystem, _ clock: ManualClock, _ queries: ThreadPoolExecutor, _ merges: Bool
    ) async throws -> (ColumnStore, LogStore, LogGroupDirectory, Catalog) {
        let catalog = try Catalog.open(folder.path("catalog.db"))
        let (live, statistics, arrivals) = (LiveLogGroups(), LogStatistics(), ArrivalNumbers(clock: clock))
        let directory = try await LogGroupDirectory(catalog: catalog, live: live, statistics: statistics)
        var configuration = ColumnStore.Configuration.small
        if !merges { (configuration.carriedPartsMin, configuration.mergePartsMax) = (1000, 1000) }
        let engine = try ColumnStore.open(
            directory: "/store", fileSystem: disk, clock: clock, layouts: [LogLayout(groups: live, statistics: statistics, arrivals: arrivals)],
            configuration: configuration)
        return (engine, LogStore(engine: engine, groups: live, arrivals: arrivals, queries: queries, clock: clock), directory, catalog)
    }

    func restart() async throws {
        try await engine.stop()
        catalog.close()
        (engine, store, directory, catalog) = try await Self.open(folder, disk, clock, queries, merges)
    }

    func write(group: String, stream: String, _ events: [(Int64, String)]) async throws {
        nextID += 1
        let now = Timestamp(nanoseconds: clock.wallNanoseconds)
        for target in [directory, model] as [any LogDirectory] {
            _ = try await target.createGroup(named: group, logClass: "STANDARD", tags: [], of: tenant, at: now)
            let found = try #require(try await target.group(named: group, of: tenant))
            _ = try await target.createStream(named: stream, in: found, of: tenant, at: now)
            var batch = LogBatch(
                tenant: tenant, group: found, ingestionTime: now)
            let entry = try #require(try await target.stream(named: stream, in: found, of: tenant))
            batch.times = events.map(\.0)
            batch.streams = events.map { _ in entry.number }
            batch.messages = BytesVector(events.map(\.1))
            let id = BatchID(high: 1, low: nextID)
            if target is ModelStore { _ = try await model.commit(model.prepare(batch), id: id) } else { _ = try await engine.commit(store.prepare(batch), id: id) }
        }
    }

    /// Messages that match a filter pattern, and what was read to find them.
    func search(_ text: String, group: String) async throws -> (rows: [String], bytesRead: Int) {
        let pattern = try FilterPattern(parsing: text)
        let plan = LogScan(
            tenant: tenant, group: try #require(try await directory.group(named: group, of: tenant)), range: .all,
            predicate: pattern.predicate, needs: pattern.needs.map { LogScan.FieldText(name: $0.name, text: $0.text) },
            projection: [LogColumn.message.name], order: .oldestFirst, budget: QueryBudget(clock: clock, seconds: 60, bytesMax: 1 << 30))
        var result = try await store.scan(plan)
        #expect(result.residual == nil)
        var rows: [String] = []
        var chunk = ColumnChunk()
        while try await result.cursor.next(into: &chunk) {
            let messages = try #require(chunk.columns[0].vector.strings)
            rows += (0..<chunk.rowCount).filter { pattern.matches(messages[$0]) }.map { messages.text(at: $0) }
        }
        return (rows, plan.budget.bytesSoFar)
    }

    /// Rows as text: time, message, and the field `level`, which is discovered.
    func events(
        _ reader: some LogReader, _ target: some LogDirectory, group: String, range: TimeRange = .all, streams: [String]? = nil,
        predicate: Predicate = .always(true), order: LogScan.Order = .oldestFirst
    ) async throws -> [String] {
        guard let found = try await target.group(named: group, of: tenant) else { return [] }
        var numbers: [UInt32]?
        if let streams {
            numbers = []
            for name in streams { if let stream = try await target.stream(named: name, in: found, of: tenant) { numbers?.append(stream.number) } }
        }
        let budget = QueryBudget(clock: clock, seconds: 60, bytesMax: 1 << 30)
        let plan = LogScan(
            tenant: tenant, group: found, streams: numbers, range: range, predicate: predicate,
            projection: [LogColumn.time.name, LogColumn.message.name, "level"], order: order, budget: budget)
        var result = try await reader.scan(plan)
        var rows: [String] = []
        var chunk = ColumnChunk()
        while try await result.cursor.next(into: &chunk) {
            var selection = Selection(all: chunk.rowCount)
            if let residual = result.residual {
                let names = result.residualColumns
                selection = residual.selection(rowCount: chunk.rowCount) { name in
                    names.firstIndex(of: name).map { chunk.columns[3 + $0] } ?? .absent
                }
            }
            for row in selection.rows {
                let level = chunk.columns[2].isPresent(row) ? chunk.columns[2].vector.strings!.text(at: row) : "-"
                rows.append("\(chunk.columns[0].vector.int64s![row]) \(chunk.columns[1].vector.strings!.text(at: row)) \(level)")
            }
        }
        return rows
    }
}

private let tenant = Tenant(account: "123456789012", region: "us-east-1")
private let hour: Int64 = 3_600_000_000_000

struct LogStoreTests {
    @Test func `events come in order of time, whatever the order of arrival, and both ways`() async throws {
        let bench = try await Bench()
        let now = bench.clock.wallNanoseconds
        try await bench.write(group: "g", stream: "a", [(now, "first"), (now, "second")])
        try await bench.write(group: "g", stream: "b", [(now - hour, "earlier"), (now, "third")])
        let rows = try await bench.events(bench.store, bench.directory, group: "g")
        #expect(rows.map { $0.split(separator: " ")[1] } == ["earlier", "first", "second", "third"])
        let reversed = try await bench.events(bench.store, bench.directory, group: "g", order: .newestFirst)
        #expect(reversed == rows.reversed())
    }

    @Test func `a deleted group's events are gone at once, and a new group of that name does not find them`() async throws {
        let bench = try await Bench()
        let now = bench.clock.wallNanoseconds
        try await bench.write(group: "g", stream: "a", [(now, "old")])
        #expect(try await bench.directory.deleteGroup(named: "g", of: tenant))
        #expect(try await bench.events(bench.store, bench.directory, group: "g").isEmpty)
        try await bench.write(group: "g", stream: "a", [(now, "new")])
        try bench.engine.seal()
        try await bench.restart()
        #expect(try await bench.events(bench.store, bench.directory, group: "g").map { $0.contains("new") } == [true])
    }

    @Test func `retention hides old events at once, also when it is shortened`() async throws {
        let bench = try await Bench()
        let now = bench.clock.wallNanoseconds
        try await bench.write(group: "g", stream: "a", [(now - 30 * hour, "yesterday"), (now, "today")])
        _ = try await bench.directory.setRetention(days: 1, ofGroup: "g", tenant: tenant)
        #expect(try await bench.events(bench.store, bench.directory, group: "g").count == 1)
        _ = try await bench.directory.setRetention(days: 3, ofGroup: "g", tenant: tenant)
        #expect(try await bench.events(bench.store, bench.directory, group: "g").count == 2)
    }

    /// Races show under `FUZZ_SANITIZER=thread Scripts/fuzz`.
    @Test func `groups that come and go, writers, readers and sealing at once lose no event`() async throws {
        let bench = try await Bench()
        let (directory, store, engine, clock) = (bench.directory, bench.store, bench.engine, bench.clock)
        let now = Timestamp(nanoseconds: clock.wallNanoseconds)
        @Sendable func write(_ group: String, _ stream: String, writer: UInt64, round: UInt64) async throws {
            _ = try await directory.createGroup(named: group, logClass: "STANDARD", tags: [], of: tenant, at: now)
            let found = try #require(try await directory.group(named: group, of: tenant))
            _ = try await directory.createStream(named: stream, in: found, of: tenant, at: now)
            let entry = try #require(try await directory.stream(named: stream, in: found, of: tenant))
            var batch = LogBatch(tenant: tenant, group: found, ingestionTime: now)
            batch.times = (0..<5).map { now.nanoseconds - $0 }
            batch.streams = batch.times.map { _ in entry.number }
            batch.messages = BytesVector(batch.times.map { "{\"level\":\"INFO\",\"n\":\($0)}" })
            _ = try await engine.commit(store.prepare(batch), id: BatchID(high: writer, low: round))
        }
        @Sendable func count(_ group: String) async throws -> Int {
            guard let found = try await directory.group(named: group, of: tenant) else { return 0 }
            let plan = LogScan(
                tenant: tenant, group: found, range: .all, predicate: .compare("level", .equal, .text(Array("INFO".utf8))),
                projection: [LogColumn.message.name], order: .oldestFirst, budget: QueryBudget(clock: clock, seconds: 60, bytesMax: 1 << 30))
            var result = try await store.scan(plan)
            var (chunk, count) = (ColumnChunk(), 0)
            while try await result.cursor.next(into: &chunk) { count += chunk.rowCount }
            return count
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for writer in 1...3 as ClosedRange<UInt64> {
                tasks.addTask {
                    for round in 0..<25 as Range<UInt64> {
                        try await write("kept", "stream-\(writer)", writer: writer, round: round)
                        if writer == 1, round % 5 == 4 { try engine.seal() }
                    }
                }
            }
            tasks.addTask {
                for round in 0..<15 as Range<UInt64> {
                    try await write("passing", "s", writer: 9, round: round)
                    #expect(try await directory.deleteGroup(named: "passing", of: tenant))
                    _ = try await directory.setRetention(days: round % 2 == 0 ? 1 : nil, ofGroup: "kept", tenant: tenant)
                }
            }
            tasks.addTask {
                var seen = 0
                for _ in 0..<20 {
                    let now = try await count("kept")
                    #expect(now >= seen && now % 5 == 0, "what was visible stays so, and requests are whole")
                    seen = now
                    _ = try await directory.groups(of: tenant, prefix: "", after: nil, limit: 10)
                }
            }
            try await tasks.waitForAll()
        }
        #expect(try await count("kept") == 3 * 25 * 5)
        #expect(try await count("passing") == 0)
        try await engine.stop()
        try engine.checkInvariants()
    }

    @Test func `a stream's first and last event outlive a restart, sealed or not`() async throws {
        let bench = try await Bench()
        let now = bench.clock.wallNanoseconds
        for seals in [true, false] {
            try await bench.write(group: "g", stream: "a", [(now - hour, "x"), (now + (seals ? 0 : hour), "y")])
            if seals { try bench.engine.seal() }
            try await bench.restart()
        }
        let group = try #require(try await bench.directory.group(named: "g", of: tenant))
        let stream = try #require(try await bench.directory.stream(named: "a", in: group, of: tenant))
        #expect(stream.firstEvent?.nanoseconds == now - hour)
        #expect(stream.lastEvent?.nanoseconds == now + hour)
        #expect(try await bench.directory.storedBytes(of: group) == 4 * 27)
    }

    @Test func `a JSON condition on an id reads the block that has it, and those where its spelling could hide`() async throws {
        // One block a seal.
        let bench = try await Bench(merges: false)
        let now = bench.clock.wallNanoseconds
        // Long enough that a block is worth a filter.
        var random = SeededRandom(seed: 5)
        let ids = (0..<12 * 300).map { _ in "order-" + String(random.next(), radix: 16) + String(random.next(), radix: 16) }
        func id(_ number: Int) -> String { ids[number] }
        let parts = 12
        for part in 0..<parts {
            try await bench.write(group: "g", stream: "s", (0..<300).map { index in
                let text = index == 0 && part == 3 ? #"\u006frder-7"# : id(part * 300 + index)
                return (now + Int64(part * 300 + index) * 1000, #"{"n":\#(index),"detail":{"id":"\#(text)"},"level":"INFO"}"#)
            })
            try bench.engine.seal()
        }
        let whole = try await bench.search("{ $.n >= 0 }", group: "g")
        #expect(whole.rows.count == parts * 300)
        let found = try await bench.search(#"{ $.detail.id = "\#(id(2000))" && $.n >= 0 }"#, group: "g")
        #expect(found.rows == [#"{"n":200,"detail":{"id":"\#(id(2000))"},"level":"INFO"}"#])
        #expect(found.bytesRead < whole.bytesRead / 4)
        let escaped = try await bench.search(#"{ $.detail.id = "order-7" }"#, group: "g")
        #expect(escaped.rows.count == 1)
        #expect(escaped.bytesRead < whole.bytesRead / 4)
        let absent = try await bench.search(#"{ $.detail.id = "order-zzz" }"#, group: "g")
        #expect(absent.rows.isEmpty)
        #expect(absent.bytesRead < whole.bytesRead / 4)
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `over random writes, seals, merges and restarts the store answers as a plain array does`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let bench = try await Bench()
        let now = bench.clock.wallNanoseconds
        let groups = ["g1", "g2"]
        for _ in 0..<40 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0: try bench.engine.seal()
            case 1: try bench.engine.merge()
            case 2: try await bench.restart()
            default:
                let start = now - Int64.random(in: 0..<60, using: &random) * hour
                let events = (0..<Int.random(in: 1...20, using: &random)).map { index -> (Int64, String) in
                    let level = ["INFO", "ERROR"].randomElement(using: &random)!
                    return (start + Int64(index) * 1_000_000, random.oneIn(3) ? "plain \(index)" : #"{"level":"\#(level)","n":\#(index)}"#)
                }
                try await bench.write(
                    group: groups.randomElement(using: &random)!, stream: ["s1", "s2"].randomElement(using: &random)!, events)
            }
            try bench.engine.checkInvariants()
        }
        let ranges = [TimeRange.all, TimeRange(start: Timestamp(nanoseconds: now - 30 * hour), end: Timestamp(nanoseconds: now - 5 * hour))]
        let predicates: [Predicate] = [
            .always(true), .compare("level", .equal, .text(Array("ERROR".utf8))), .not(.isPresent("level")),
            .and([.contains("@message", Array("1".utf8)), .compare("n", .greater, .number(3))]),
        ]
        for group in groups {
            for range in ranges {
                for predicate in predicates {
                    for order in [LogScan.Order.oldestFirst, .newestFirst] {
                        let streams = random.oneIn(2) ? ["s1"] : nil
                        let expected = try await bench.events(
                            bench.model, bench.model, group: group, range: range, streams: streams, predicate: predicate, order: order)
                        let found = try await bench.events(
                            bench.store, bench.directory, group: group, range: range, streams: streams, predicate: predicate, order: order)
                        #expect(found == expected)
                    }
                }
            }
        }
    }
}

extension ColumnStore.Configuration {
    /// Journal files are written out whole, and the simulated disk keeps them in memory.
    fileprivate static var small: Self {
        var configuration = Self()
        configuration.journalFileBytes = 1 << 20
        configuration.recordBytesMax = 1 << 19
        return configuration
    }
}
