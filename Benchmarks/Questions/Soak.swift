import Glibc
import Platform
import Synchronization
import WireFormats

/// Whether the server stays as it is when it works for long: memory flat, no latency cliff while it merges.
struct Soak: Question {
    let name = "Soak"
    let meaning = """
        First the limit is measured: log events and datums in turn, a thousand a request, as fast as they are answered, for long enough that \
        parts are sealed and merged meanwhile. Then the same is sent at 70 % of that rate (half an hour at the full size), with searches and \
        statistics beside it. Latencies count from when a request was due. Memory is looked at every second. Another thread writes over 4 KiB of \
        a file and syncs it ten times a second: what that takes is the disk's doing, and the processors', not the server's.
        """

    private static let share = 0.7

    func measure(_ bench: Bench) throws -> [Figure] {
        let server = try bench.startedServer()
        let load = SoakLoad(bench)
        try server.prepare(load.logs)
        let limit = try limit(of: server, load, bench)
        let seconds = Double(bench.soakSeconds ?? bench.size.pick(small: 4, usual: 60, full: 1_800))
        let form = "\(FigureText.number(seconds)) s at 70 %"
        let memory = MemoryWatch(server.process!)
        let disk = try DiskWatch(bench.folder)
        let beside = QueriesBeside(load, port: server.port, seconds: seconds)
        let outcome = try PacedSender(
            port: server.port, connections: 2 * ServerProcess.connections, perSecond: max(1, limit * Self.share), seconds: seconds
        ).send { try load.ask(load.limitRequests + $0, $1) }
        let queries = try beside.outcome()
        return [
            Figure("as fast as it goes", "rows a second", limit * Double(SoakLoad.rowsPerRequest), .count),
            Figure(form, "rows a second", Double(outcome.answers.count * SoakLoad.rowsPerRequest) / seconds, .count),
        ] + Self.latencies(of: outcome, form, seconds) + [
            Figure(form, "query beside it, median", queries.milliseconds(share: 0.5), .milliseconds),
            Figure(form, "query beside it, 99 of 100", queries.milliseconds(share: 0.99), .milliseconds),
        ] + (try disk.figures(form)) + (try memory.figures(form))
    }

    /// - Returns: requests a second.
    private func limit(of server: ServerProcess, _ load: SoakLoad, _ bench: Bench) throws -> Double {
        let begun = SystemTime().monotonicNanoseconds
        _ = try Sender(port: server.port, connections: ServerProcess.connections).hold(load.limitRequests) { try load.ask($0, $1) }
        return Double(load.limitRequests) / (Double(SystemTime().monotonicNanoseconds - begun) / 1e9)
    }

    private static func latencies(of outcome: PacedSender.Outcome, _ form: String, _ seconds: Double) -> [Figure] {
        let shares = [("median", 0.5), ("99 of 100", 0.99), ("999 of 1,000", 0.999), ("longest", 1)]
        let stretches = 30
        let worst = (0..<stretches).map { stretch in
            let length = seconds / Double(stretches)
            return outcome.milliseconds(share: 0.99, from: Double(stretch) * length, to: Double(stretch + 1) * length)
        }.filter { !$0.isNaN }.max() ?? .nan
        return shares.map { Figure(form, "request, \($0.0)", outcome.milliseconds(share: $0.1), .milliseconds) } + [
            Figure(form, "99 of 100 in the worst thirtieth", worst, .milliseconds),
            Figure(form, "requests sent again: the server was too busy", Double(outcome.throttled), .count),
        ]
    }
}

/// Log events and datums in turn, without end.
private struct SoakLoad: Sendable {
    static let rowsPerRequest = 1_000

    let logs: LogLoad
    let metrics: MetricLoad
    /// So many are sent to find the limit.
    let limitRequests: Int

    init(_ bench: Bench) {
        limitRequests = bench.size.pick(small: 8, usual: 2_000, full: 30_000)
        logs = LogLoad(requests: bench.size.pick(small: 2_000, usual: 100_000, full: 1_000_000), end: bench.end, seed: bench.seed)
        metrics = MetricLoad(hosts: 100, ticks: bench.size.pick(small: 60, usual: 600, full: 6_000), end: bench.end, seed: bench.seed)
    }

    func ask(_ number: Int, _ conversation: Conversation) throws {
        if number % 2 == 0 {
            _ = try conversation.ask(.logs("PutLogEvents", logs.input(number / 2 % logs.requests)))
        } else {
            // From the start again when the load is used up: what is written again replaces what was there.
            let first = number / 2 * Self.rowsPerRequest % metrics.count
            _ = try conversation.ask(.cloudWatch("PutMetricData", metrics.input(first..<first + Self.rowsPerRequest)))
        }
    }

    func query(_ number: Int, _ conversation: Conversation) throws {
        if number % 2 == 0 {
            _ = try conversation.ask(metrics.statisticsRequest(number % metrics.seriesCount))
        } else {
            _ = try conversation.ask(
                .logs(
                    "FilterLogEvents",
                    ["logGroupName": .text(LogLoad.group), "filterPattern": .text(logs.needle(number)), "limit": .integer(100)]))
        }
    }
}

/// One connection that asks a query twice a second.
private final class QueriesBeside: Sendable {
    private let thread: WorkerThread
    private let box: Box

    init(_ load: SoakLoad, port: UInt16, seconds: Double) {
        let box = Box()
        self.box = box
        thread = WorkerThread(name: "queries") {
            box.put(
                Result {
                    try PacedSender(port: port, connections: 1, perSecond: 2, seconds: seconds, countsFromDue: false)
                        .send { try load.query($0, $1) }
                })
        }
    }

    private final class Box: Sendable {
        private let result = Mutex<Result<PacedSender.Outcome, any Error>?>(nil)
        func put(_ outcome: Result<PacedSender.Outcome, any Error>) { result.withLock { $0 = outcome } }
        func get() throws -> PacedSender.Outcome { try result.withLock { $0! }.get() }
    }

    func outcome() throws -> PacedSender.Outcome {
        thread.join()
        return try box.get()
    }
}

/// Syncs a file of its own until it is asked for its figures.
private final class DiskWatch: Sendable {
    private static let bytes = 4_096

    private let path: String
    private let samples = Samples()
    private let thread: WorkerThread

    private final class Samples: Sendable {
        private let state = Mutex<(milliseconds: [Double], failure: Int32?, isOver: Bool)>(([], nil, false))
        var isOver: Bool { state.withLock { $0.isOver } }
        func add(_ milliseconds: Double) { state.withLock { $0.milliseconds.append(milliseconds) } }
        func fail(_ code: Int32) { state.withLock { $0.failure = code } }
        func end() -> (milliseconds: [Double], failure: Int32?) {
            state.withLock {
                $0.isOver = true
                return ($0.milliseconds, $0.failure)
            }
        }
    }

    init(_ folder: String) throws {
        path = folder + "/sync"
        let file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw BenchmarkError(.machine, "cannot create \(path): error \(errno)") }
        let samples = samples
        thread = WorkerThread(name: "disk") {
            defer { close(file) }
            let page = [UInt8](repeating: 1, count: Self.bytes)
            while !samples.isOver {
                let begun = SystemTime().monotonicNanoseconds
                guard pwrite(file, page, page.count, 0) == page.count, fdatasync(file) == 0 else { return samples.fail(errno) }
                samples.add(Double(SystemTime().monotonicNanoseconds - begun) / 1e6)
                usleep(100_000)
            }
        }
    }

    func figures(_ form: String) throws -> [Figure] {
        let (milliseconds, failure) = samples.end()
        thread.join()
        unlink(path)
        if let failure { throw BenchmarkError(.machine, "cannot sync \(path): error \(failure)") }
        let sorted = milliseconds.sorted()
        return [("99 of 100", 0.99), ("longest", 1)].map { name, share in
            Figure(form, "4 KiB synced by another, \(name)", sorted[min(Int(share * Double(sorted.count)), sorted.count - 1)], .milliseconds)
        }
    }
}

/// Looks at a process's memory every second until it is asked for its figures.
private final class MemoryWatch: Sendable {
    private let process: pid_t
    private let samples = Samples()
    private let thread: WorkerThread

    private final class Samples: Sendable {
        private let state = Mutex<(residents: [Int], isOver: Bool)>(([], false))
        var isOver: Bool { state.withLock { $0.isOver } }
        func add(_ bytes: Int) { state.withLock { $0.residents.append(bytes) } }
        func end() -> [Int] {
            state.withLock {
                $0.isOver = true
                return $0.residents
            }
        }
    }

    init(_ process: pid_t) {
        self.process = process
        let samples = samples
        thread = WorkerThread(name: "memory") {
            var count = 0
            while !samples.isOver {
                if count % 10 == 0, let account = try? ProcessAccount(of: process) { samples.add(account.residentBytes) }
                count += 1
                usleep(100_000)
            }
        }
    }

    func figures(_ form: String) throws -> [Figure] {
        let residents = samples.end()
        thread.join()
        let peak = Double(try ProcessAccount(of: process).residentBytesMax)
        func mean(_ range: Range<Int>) -> Double { Double(residents[range].reduce(0, +)) / Double(max(1, range.count)) / 0x1p20 }
        let quarter = max(1, residents.count / 4)
        let quarters = (0..<4).map { mean(min($0 * quarter, residents.count)..<min(($0 + 1) * quarter, residents.count)) }
        return quarters.enumerated().map {
            Figure(form, "resident memory, mean of quarter \($0.offset + 1)", $0.element, .mebibytes)
        } + [Figure(form, "peak resident memory", peak / 0x1p20, .mebibytes)]
    }
}
