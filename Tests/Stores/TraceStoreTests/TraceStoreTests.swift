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
    let model = ModelStore()
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
            projection: [.traceHigh, .traceLow, .span, .parent, .start, .end, .name, .flags, .document], order: order,
            budget: QueryBudget(clock: clock, seconds: 60, bytesMax: 1 << 30))
    }
}

struct TraceStoreTests {
    @Test(arguments: 0..<8 as Range<UInt64>)
    func `over random writes, seals, merges and restarts the store answers as a plain array does`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let bench = try Bench()
        let now = bench.clock.wallNanoseconds
        let traces = (0..<10).map { _ in TraceID(high: random.next(), low: random.next()) }
        for _ in 0..<40 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0: try bench.engine.seal()
            case 1: try bench.engine.merge()
            case 2: try await bench.restart()
            default:
                var batch = SpanBatch(tenant: tenant)
                for _ in 0..<Int.random(in: 1...10, using: &random) {
                    let start = Timestamp(nanoseconds: now - Int64.random(in: 0..<(60 * hour), using: &random))
                    batch.append(
                        trace: traces.randomElement(using: &random)!, span: random.next(), parent: random.oneIn(2) ? 0 : random.next(),
                        start: start, end: Timestamp(nanoseconds: start.nanoseconds + 5_000_000), name: "s\(Int.random(in: 0..<3, using: &random))",
                        flags: random.oneIn(3) ? .fault : [], document: random.bytes(Int.random(in: 0..<20, using: &random)))
                }
                try await bench.write(batch)
            }
            try bench.engine.checkInvariants()
        }
        let ranges = [TimeRange.all, TimeRange(start: Timestamp(nanoseconds: now - 30 * hour), end: Timestamp(nanoseconds: now - 5 * hour))]
        let predicates: [Predicate] = [.always(true), .compare("name", .equal, .text(Array("s1".utf8)))]
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

    @Test func `a block whose payload was changed is refused, not shown`() throws {
        let layout = SpanLayout(arrivals: ArrivalNumbers(clock: ManualClock()), retentionNanoseconds: hour)
        var batch = SpanBatch(tenant: tenant)
        batch.append(
            trace: TraceID(high: 1, low: 2), span: 3, parent: 0, start: Timestamp(seconds: 1), end: Timestamp(seconds: 2), name: "n", flags: [],
            document: Array("{}".utf8))
        let bench = try Bench()
        let block = try #require(try layout.encode(bench.store.prepare(batch)).first)
        let header = BlockHeader(
            scope: BlockScope(tenant: tenant), partition: PartitionKey(window: 0), rowCount: 1, times: block.times, summary: block.summary)
        let payload = block.sections[0].bytes
        for length in 0..<payload.count {
            #expect(throws: StorageError.self) { try layout.decode(SectionReader([Array(payload.prefix(length))]), of: header) }
        }
        #expect(throws: StorageError.self) { try layout.decode(SectionReader([payload + [0]]), of: header) }
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
