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

/// Takes a sample now and then until it is asked for them.
private final class Watch<Sample: Sendable>: Sendable {
    private static var tickMicroseconds: UInt32 { 100_000 }

    private let taken: Taken
    private let thread: WorkerThread

    private final class Taken: Sendable {
        private let state = Mutex<(samples: [Result<Sample, any Error>], isOver: Bool)>(([], false))
        var isOver: Bool { state.withLock { $0.isOver } }
        func add(_ sample: Result<Sample, any Error>) { state.withLock { $0.samples.append(sample) } }
        func end() -> [Result<Sample, any Error>] {
            state.withLock {
                $0.isOver = true
                return $0.samples
            }
        }
    }

    /// - Parameter everyTicks: of a tenth of a second.
    init(name: String, everyTicks: Int, sample: @escaping @Sendable () throws -> Sample) {
        let taken = Taken()
        self.taken = taken
        thread = WorkerThread(name: name) {
            var tick = 0
            while !taken.isOver {
                if tick % everyTicks == 0 { taken.add(Result { try sample() }) }
                tick += 1
                usleep(Self.tickMicroseconds)
            }
        }
    }

    /// - Throws: what the first sample threw that could not be taken.
    func samples() throws -> [Sample] {
        let samples = taken.end()
        thread.join()
        return try samples.map { try $0.get() }
    }
}

/// Syncs a file of its own ten times a second.
private struct DiskWatch {
    private static let bytes = 4_096

    private let files = LinuxFileSystem()
    private let path: String
    /// Milliseconds.
    private let watch: Watch<Double>

    init(_ folder: String) throws {
        path = folder + "/sync"
        if files.exists(path) { try files.remove(path) }
        let file = try files.open(path, .create)
        watch = Watch(name: "disk", everyTicks: 1) {
            let begun = SystemTime().monotonicNanoseconds
            try [UInt8](repeating: 1, count: Self.bytes).withUnsafeBytes { try file.write($0, at: 0) }
            try file.sync()
            return Double(SystemTime().monotonicNanoseconds - begun) / 1e6
        }
    }

    func figures(_ form: String) throws -> [Figure] {
        let sorted = try watch.samples().sorted()
        try files.remove(path)
        return [("99 of 100", 0.99), ("longest", 1)].map { name, share in
            Figure(form, "4 KiB synced by another, \(name)", sorted[min(Int(share * Double(sorted.count)), sorted.count - 1)], .milliseconds)
        }
    }
}

/// Looks at a process's memory every second.
private struct MemoryWatch {
    private let process: pid_t
    /// Resident bytes.
    private let watch: Watch<Int>

    init(_ process: pid_t) {
        self.process = process
        watch = Watch(name: "memory", everyTicks: 10) { try ProcessAccount(of: process).residentBytes }
    }

    func figures(_ form: String) throws -> [Figure] {
        let residents = try watch.samples()
        let peak = Double(try ProcessAccount(of: process).residentBytesMax)
        func mean(_ range: Range<Int>) -> Double { Double(residents[range].reduce(0, +)) / Double(max(1, range.count)) / 0x1p20 }
        let quarter = max(1, residents.count / 4)
        let quarters = (0..<4).map { mean(min($0 * quarter, residents.count)..<min(($0 + 1) * quarter, residents.count)) }
        return quarters.enumerated().map {
            Figure(form, "resident memory, mean of quarter \($0.offset + 1)", $0.element, .mebibytes)
        } + [Figure(form, "peak resident memory", peak / 0x1p20, .mebibytes)]
    }
}
