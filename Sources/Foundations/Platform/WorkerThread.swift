import CPlatform
import Glibc

/// A thread of our own, for work that blocks: files, SQLite, sockets.
///
///     let thread = WorkerThread(name: "merge", nice: 19) { while let job = queue.next() { job.run() } }
///     …
///     thread.join()       // returns when the closure has
///
/// Name: at most 15 bytes are shown by the system's tools. Nice: 0 normal … 19 only when nothing else wants the core.
package final class WorkerThread: Sendable {
    private final class Start: Sendable {
        let name: String
        let nice: Int
        let body: @Sendable () -> Void

        init(name: String, nice: Int, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.nice = nice
            self.body = body
        }
    }

    package let name: String
    private let joined = Monitor<Bool>(false)

    package init(name: String, nice: Int = 0, _ body: @escaping @Sendable () -> Void) {
        self.name = name
        let joined = self.joined
        let start = Start(name: name, nice: nice) {
            body()
            joined.change { $0 = true }
        }
        var thread = pthread_t()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, 2 << 20)
        let failure = pthread_create(&thread, &attributes, Self.entry, Unmanaged.passRetained(start).toOpaque())
        pthread_attr_destroy(&attributes)
        // Threads are made at start-up only; without them nothing would ever be written.
        precondition(failure == 0, "cannot start thread \(name): \(describe(errno: failure))")
    }

    /// Waits until the closure has returned. Not from the thread itself, and not on the cooperative pool.
    package func join() { _ = joined.wait { $0 ? true : nil } }

    private static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        let start = Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
        gw_thread_name(start.name)
        if start.nice != 0 { _ = gw_thread_nice(Int32(start.nice)) }   // a refusal costs fairness, not correctness
        start.body()
        return nil
    }
}
