import Platform

/// A connection on a thread of its own: SQLite blocks, and the cooperative pool must not.
final class ConnectionThread: Sendable {
    private typealias Job = @Sendable (Connection) -> Void

    private struct State {
        /// A ring in disguise: `next` walks, and the array is emptied when it has been walked through.
        var jobs: [Job] = []
        var next = 0
        var isClosed = false

        mutating func takeFirst() -> Job? {
            guard next < jobs.count else { return nil }
            defer {
                next += 1
                if next == jobs.count { (next, jobs) = (0, []) }
            }
            return jobs[next]
        }
    }

    private let monitor: Monitor<State>
    private let thread: WorkerThread

    /// - Parameter connection: used by nobody else from here on.
    init(name: String, _ connection: sending Connection) {
        let monitor = Monitor(State())
        self.monitor = monitor
        let owned = Owned(connection)
        thread = WorkerThread(name: name) {
            let connection = owned.take()
            while let job = monitor.wait(for: { state -> Job?? in
                state.takeFirst().map { .some($0) } ?? (state.isClosed ? .some(nil) : nil)
            }) ?? nil { job(connection) }
        }
    }

    // The thread ends by itself; waiting here could be waiting for oneself.
    deinit { monitor.change { $0.isClosed = true } }

    func run<Result: Sendable>(_ body: @escaping @Sendable (Connection) throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let refusal = monitor.change { state -> CatalogError? in
                if state.isClosed { return CatalogError(code: .closed, message: "cannot use the catalog: it is closed") }
                if state.jobs.count - state.next >= Limits.waitingMax {
                    return CatalogError(code: .busy, message: "cannot use the catalog: \(Limits.waitingMax) calls wait already")
                }
                state.jobs.append { connection in continuation.resume(with: Swift.Result { try body(connection) }) }
                return nil
            }
            if let refusal { continuation.resume(throwing: refusal) }
        }
    }

    /// Finishes what waits, then closes the connection and returns.
    func close() {
        monitor.change { $0.isClosed = true }
        thread.join()
    }

    /// Carries the connection into its thread, so that it also closes there.
    private final class Owned: @unchecked Sendable {        // filled before the thread starts, emptied by the thread
        private var connection: Connection?

        init(_ connection: sending Connection) { self.connection = connection }

        func take() -> Connection {
            defer { connection = nil }
            return connection!
        }
    }
}
