import Columns
import ColumnStore
import Glibc
import Platform
import SignalModel
import TraceStore
import WireFormats

/// How long searches among many traces take: through X-Ray's door, which has no filter yet, and by the store itself, with filters.
struct TraceSearch: Question {
    let name = "TraceSearch"
    let meaning = """
        The newest hundred summaries by GetTraceSummaries, from a server that was stopped and started again. Then on its files, in this \
        program: the newest twenty traces with a slow call of one service for one tenant, those with a failed call of it, spans of an order \
        that is nowhere, and the slowest spans of every service among all.
        """

    func measure(_ bench: Bench) throws -> [Figure] {
        let load = bench.spans()
        let server = try bench.startedServer()
        _ = try server.send(load)
        try server.settle(secondsMax: 60)
        try server.stop()
        try server.start()
        let seconds = Double(load.end) / 1e9
        let page = try QueryFigures(form: "a hundred summaries", count: bench.longQueries).measured(on: server) { _ in
            .xray("/TraceSummaries", ["StartTime": .double(seconds - 7_300), "EndTime": .double(seconds + 60), "TimeRangeType": "Event"])
        } check: { _, response in
            guard try response.json.root["TraceSummaries"]?.childCount == min(100, load.traces) else {
                throw BenchmarkError(.answer, "cannot accept an answer about summaries: \(response.text)")
            }
        }
        try server.stop()
        return try page + StoreSearch(folder: server.dataFolder.path + "/store", spans: load.spans, count: bench.longQueries).figures()
    }
}

/// Searches on a store's files, in this process.
private struct StoreSearch {
    let folder: String
    let spans: Int
    let count: Int
    private let clock = SystemTime()
    private let tenant = Tenant(account: Tenant.openAccount, region: Tenant.defaultRegion)

    init(folder: String, spans: Int, count: Int) {
        self.folder = folder
        self.spans = spans
        self.count = count
    }

    func figures() throws -> [Figure] {
        let arrivals = ArrivalNumbers(clock: clock)
        let engine = try ColumnStore.open(
            directory: folder, fileSystem: LinuxFileSystem(), clock: clock, layouts: [SpanLayout(arrivals: arrivals, retentionNanoseconds: .max / 2)])
        let queries = ThreadPoolExecutor(name: "query", threads: 1)
        defer { queries.stop() }
        let store = TraceStore(engine: engine, arrivals: arrivals, queries: queries)
        func text(_ text: String) -> Predicate.Literal { .text(Array(text.utf8)) }
        let slow = Predicate.and([
            .compare("service", .equal, text("service-7")), .compare("duration", .greater, .number(1e8)),
            .compare("attributes.tenant", .equal, text("tenant-7")),
        ])
        let failed = Predicate.and([.compare("service", .equal, text("service-7")), .compare("status", .equal, .number(2))])
        let figures = try newest("service, duration and attribute, 20 traces", slow, store, aim: .atMost(20))
            + newest("service and error, 20 traces", failed, store, aim: .atMost(10))
            + nowhere(store) + slowest(store)
        try engine.finish()
        return figures
    }

    private func newest(_ form: String, _ predicate: Predicate, _ store: TraceStore, aim: Figure.Aim) throws -> [Figure] {
        try timed(form, aim: aim) { () async throws in
            var cursor = try await store.scan(
                SpanScan(tenant: tenant, predicate: predicate, projection: [.traceHigh, .traceLow], order: .newestFirst, budget: budget))
            var traces: Set<TraceID> = []
            var chunk = ColumnChunk()
            while traces.count < 20, try await cursor.next(into: &chunk) {
                guard let high = chunk.columns[0].vector.uint64s, let low = chunk.columns[1].vector.uint64s else { continue }
                for row in 0..<chunk.rowCount { traces.insert(TraceID(high: high[row], low: low[row])) }
            }
        }
    }

    private func nowhere(_ store: TraceStore) throws -> [Figure] {
        try timed("an attribute's value that is nowhere", aim: .atMost(5)) { () async throws in
            let predicate = Predicate.compare("attributes.messaging.message.id", .equal, .text(Array("nowhere".utf8)))
            var cursor = try await store.scan(SpanScan(tenant: tenant, predicate: predicate, projection: [.span], budget: budget))
            var chunk = ColumnChunk()
            while try await cursor.next(into: &chunk) {}
        }
    }

    private func slowest(_ store: TraceStore) throws -> [Figure] {
        try timed("count and 99 of 100 by service, all spans", aim: .atMost(150)) { () async throws in
            var cursor = try await store.scan(SpanScan(tenant: tenant, projection: [.service, .start, .end], budget: budget))
            var sketches: [ArraySlice<UInt8>: QuantileSketch] = [:]
            var rows = 0
            var chunk = ColumnChunk()
            while try await cursor.next(into: &chunk) {
                guard let services = chunk.columns[0].vector.strings, let starts = chunk.columns[1].vector.int64s,
                    let ends = chunk.columns[2].vector.int64s
                else { continue }
                rows += chunk.rowCount
                for row in 0..<chunk.rowCount {
                    sketches[services[row], default: QuantileSketch()].add(Double(ends[row] - starts[row]))
                }
            }
            guard rows == spans, sketches.values.allSatisfy({ $0.value(at: 0.99) != nil }) else {
                throw BenchmarkError(.answer, "cannot accept \(rows) spans where \(spans) were sent")
            }
        }
    }

    private var budget: QueryBudget { QueryBudget(clock: clock, seconds: 60, bytesMax: .max) }

    private func timed(_ form: String, aim: Figure.Aim, _ search: @escaping @Sendable () async throws -> Void) throws -> [Figure] {
        var cpu: [Double] = [], wall: [Double] = []
        for _ in 0..<max(3, count) {
            let (usedBefore, before) = (Self.processorSeconds, clock.monotonicNanoseconds)
            try Self.wait(for: search)
            cpu.append((Self.processorSeconds - usedBefore) * 1_000)
            wall.append(Double(clock.monotonicNanoseconds - before) / 1e6)
        }
        return [
            Figure(form, "median", wall.sorted()[wall.count / 2], .milliseconds),
            Figure(form, "processor time a query", cpu.sorted()[cpu.count / 2], .milliseconds, aim: aim),
        ]
    }

    private static var processorSeconds: Double {
        var used = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)
        return Double(used.tv_sec) + Double(used.tv_nsec) / 1e9
    }

    /// This program is synchronous otherwise.
    private static func wait(for search: @escaping @Sendable () async throws -> Void) throws {
        let outcome = Outcome()
        let thread = WorkerThread(name: "search") {
            Task.detached {
                do { try await search() } catch { outcome.failure = error }
                sem_post(outcome.semaphore)
            }
            sem_wait(outcome.semaphore)
        }
        thread.join()
        if let failure = outcome.failure { throw failure }
    }

    private final class Outcome: @unchecked Sendable {      // written before `semaphore` is posted, read after it was waited for
        let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
        var failure: (any Error)?

        init() { sem_init(semaphore, 0, 0) }

        deinit {
            sem_destroy(semaphore)
            semaphore.deallocate()
        }
    }
}
