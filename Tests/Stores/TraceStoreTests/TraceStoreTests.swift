import ColumnStore
import Columns
import Platform
import SignalModel
import Simulation
import Testing

@testable import TraceStore

private let tenant = Tenant(account: "123456789012", region: "us-east-1")
private let hour: Int64 = 3_600_000_000_000

/// The store on the real engine over a simulated disk, and the model beside it.
private final class Bench {
    let model = ModelStore(spanColumn: { row, name in try? SpanAttributes.column(named: name, rows: [0], of: row) })
    let clock = ManualClock()
    let disk = SimulatedFileSystem()
    let queries = ThreadPoolExecutor(name: "query", threads: 1)
    private(set) var engine: ColumnStore
    private(set) var store: TraceStore
    private var nextID: UInt64 = 0

    init() throws { (engine, store) = try Self.open(disk, clock, queries) }

    deinit { queries.stop() }

    private static func open(_ disk: SimulatedFileSystem, _ clock: ManualClock, _ queries: ThreadPoolExecutor) throws -> (ColumnStore, TraceStore) {
        let arrivals = ArrivalNumbers(clock: clock)
        let engine = try ColumnStore.open(
            directory: "/store", fileSystem: disk, clock: clock,
            layouts: [SpanLayout(arrivals: arrivals, retentionNanoseconds: 30 * 24 * hour)], configuration: .small)
        return (engine, TraceStore(engine: engine, arrivals: arrivals, queries: queries))
    }

    func restart() async throws {
        try await engine.stop()
        (engine, store) = try Self.open(disk, clock, queries)
    }

    func write(_ batch: SpanBatch) async throws {
        nextID += 1
        let id = BatchID(high: 1, low: nextID)
        _ = try await engine.commit(store.prepare(batch), id: id)
        _ = try await model.commit(model.prepare(batch), id: id)
    }

    func rows(_ reader: some TraceReader, _ plan: SpanScan) async throws -> [String] {
        var cursor = try await reader.scan(plan)
        var rows: [String] = []
        var chunk = ColumnChunk()
        while try await cursor.next(into: &chunk) {
            for row in 0..<chunk.rowCount {
                rows.append(chunk.columns.map { "\($0.vector.gathered([row]))" }.joined(separator: "|"))
            }
        }
        return rows
    }

    func plan(
        traces: [TraceID]? = nil, range: TimeRange = .all, predicate: Predicate = .always(true), order: SpanScan.Order = .any
    ) -> SpanScan {
        SpanScan(
            tenant: tenant, traces: traces, range: range, predicate: predicate,
            projection: SpanColumn.allCases.filter { $0 != .arrival }, order: order,
            budget: QueryBudget(clock: clock, seconds: 60, bytesMax: 1 << 30))
    }
}

struct TraceStoreTests {
    @Test(arguments: 0..<8 as Range<UInt64>)
    func `over random writes, seals, merges and restarts the store answers as a plain array does`(seed: UInt64) async throws {
        let bench = try Bench()
        let now = bench.clock.wallNanoseconds
        var spans = RandomSpans(seed: seed)
        let traces = spans.traces
        for _ in 0..<40 {
            switch Int.random(in: 0..<10, using: &spans.random) {
            case 0: try bench.engine.seal()
            case 1: try bench.engine.merge()
            case 2: try await bench.restart()
            default:
                var batch = SpanBatch(tenant: tenant)
                for _ in 0..<Int.random(in: 1...10, using: &spans.random) {
                    spans.append(to: &batch, start: now - Int64.random(in: 0..<(60 * hour), using: &spans.random))
                }
                try await bench.write(batch)
            }
            try bench.engine.checkInvariants()
        }
        let ranges = [TimeRange.all, TimeRange(start: Timestamp(nanoseconds: now - 30 * hour), end: Timestamp(nanoseconds: now - 5 * hour))]
        func text(_ text: String) -> Predicate.Literal { .text(Array(text.utf8)) }
        let predicates: [Predicate] = [
            .always(true), .compare("name", .equal, text("operation-1")), .compare("service", .equal, text("nobody")),
            .and([.compare("service", .equal, text("service-1")), .compare("duration", .greater, .number(1e8)), .compare("attributes.tenant", .equal, text("t1"))]),
            .or([.compare("status", .equal, .number(2)), .compare("attributes.http.response.status_code", .greaterOrEqual, .number(500))]),
            .not(.isPresent("attributes.order")), .isOneOf("attributes.order", [text("o-1"), .number(7)]), .compare("attributes.cached", .equal, text("true")),
            .compare("resource.cloud.region", .equal, text("region-2")), .compare("kind", .equal, .number(2)),
            .and([.compare("resource.cloud.region", .equal, text("region-0")), .isPresent("attributes.id"), .contains("document", Array("trace_id".utf8))]),
        ]
        for range in ranges {
            for predicate in predicates {
                for wanted in [nil, [traces[0], traces[7]], [TraceID(high: 1, low: 2)]] as [[TraceID]?] {
                    let plan = bench.plan(traces: wanted, range: range, predicate: predicate)
                    #expect(try await bench.rows(bench.store, plan).sorted() == bench.rows(bench.model, plan).sorted())
                    var newest = plan
                    newest.order = .newestFirst
                    #expect(try await bench.rows(bench.store, newest) == bench.rows(bench.model, newest))
                }
            }
        }
    }

    /// Races show under `FUZZ_SANITIZER=thread Scripts/fuzz`.
    @Test func `senders, readers and sealing at once lose no span`() async throws {
        let bench = try Bench()
        let (store, engine, now) = (bench.store, bench.engine, bench.clock.wallNanoseconds)
        let traces = RandomSpans(seed: 1).traces
        let plans = [bench.plan(), bench.plan(traces: [traces[0], traces[7]]), bench.plan(order: .newestFirst)]
        @Sendable func count(_ plan: SpanScan) async throws -> Int {
            var cursor = try await store.scan(plan)
            var (chunk, count) = (ColumnChunk(), 0)
            while try await cursor.next(into: &chunk) { count += chunk.rowCount }
            return count
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for sender in 1...3 as ClosedRange<UInt64> {
                tasks.addTask {
                    var spans = RandomSpans(seed: sender)
                    for round in 0..<25 as Range<UInt64> {
                        var batch = SpanBatch(tenant: tenant)
                        for _ in 0..<5 { spans.append(to: &batch, start: now - Int64.random(in: 0..<hour, using: &spans.random)) }
                        _ = try await engine.commit(store.prepare(batch), id: BatchID(high: sender, low: round))
                        if sender == 1, round % 5 == 4 { try engine.seal() }
                    }
                }
            }
            for plan in plans {
                tasks.addTask {
                    var seen = 0
                    for _ in 0..<15 {
                        let count = try await count(plan)
                        #expect(count >= seen, "what was visible stays so")
                        seen = count
                    }
                }
            }
            try await tasks.waitForAll()
        }
        #expect(try await count(bench.plan()) == 3 * 25 * 5)
        try await engine.stop()
        try engine.checkInvariants()
    }

    @Test func `the newest rows are read without the older blocks, and a trace without the blocks of others`() async throws {
        let bench = try Bench()
        let now = bench.clock.wallNanoseconds
        var spans = RandomSpans(seed: 9, traces: 400)
        for day in 0..<10 {
            for _ in 0..<20 {
                var batch = SpanBatch(tenant: tenant)
                for _ in 0..<200 { spans.append(to: &batch, start: now - Int64(day) * 24 * hour - Int64.random(in: 0..<hour, using: &spans.random)) }
                try await bench.write(batch)
            }
            try bench.engine.seal()
        }
        let whole = bench.plan()
        #expect(try await bench.rows(bench.store, whole).count == 40_000)
        var newest = bench.plan(order: .newestFirst)
        newest.projection = [.start]
        var cursor = try await bench.store.scan(newest)
        var chunk = ColumnChunk()
        #expect(try await cursor.next(into: &chunk))
        #expect(newest.budget.bytesSoFar < whole.budget.bytesSoFar / 8)
        let nowhere = bench.plan(traces: [TraceID(high: 5, low: 5)])
        #expect(try await bench.rows(bench.store, nowhere).isEmpty)
        #expect(nowhere.budget.bytesSoFar < whole.budget.bytesSoFar / 8)
        let absent = bench.plan(predicate: .compare("attributes.order", .equal, .text(Array("o-nowhere".utf8))))
        #expect(try await bench.rows(bench.store, absent).isEmpty)
        #expect(absent.budget.bytesSoFar < whole.budget.bytesSoFar / 8)
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
