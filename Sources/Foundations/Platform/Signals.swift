import CPlatform
import Glibc

/// The two signals that ask the program to end, as something that can be awaited.
///
///     let signals = try Signals()                 // first thing in the program; SIGPIPE is ignored from here on
///     let signal = await signals.termination()    // SIGTERM, or SIGINT from a terminal
///     …shut down…                                 // await again beside it: a second signal means "at once"
///
/// A handler that writes to a pipe, and not a blocked signal mask: threads that libraries made earlier have masks of their own.
package final class Signals: Sendable {
    package enum Termination: String, Sendable { case terminate = "SIGTERM", interrupt = "SIGINT" }

    private struct State {
        var arrived: [Termination] = []
        var waiting: [CheckedContinuation<Termination, Never>] = []
    }

    private let state: Monitor<State>

    /// Once a process: a later instance takes the signals over.
    package init() throws(FileError) {
        var ends: [Int32] = [-1, -1]
        var failure = gw_pipe(&ends)
        if failure == 0 { failure = gw_catch_termination(ends[1]) }
        guard failure == 0 else { throw FileError(failure, "catch", "signals") }
        let (reading, state) = (ends[0], Monitor(State()))
        self.state = state
        _ = WorkerThread(name: "signals") { Self.relay(from: reading, to: state) }
    }

    /// The next signal; each one is given to one caller.
    package func termination() async -> Termination {
        await withCheckedContinuation { continuation in
            let arrived: Termination? = state.withLock { state in
                if !state.arrived.isEmpty { return state.arrived.removeFirst() }
                state.waiting.append(continuation)
                return nil
            }
            if let arrived { continuation.resume(returning: arrived) }
        }
    }

    private static func relay(from descriptor: Int32, to state: Monitor<State>) {
        // The pool's threads block signals, and so would those they start: one thread at least must take them.
        gw_accept_termination()
        var number: UInt8 = 0
        while uninterrupted({ read(descriptor, &number, 1) }) == 1 {
            let signal: Termination = Int32(number) == SIGINT ? .interrupt : .terminate
            let waiter = state.withLock { state -> CheckedContinuation<Termination, Never>? in
                if !state.waiting.isEmpty { return state.waiting.removeFirst() }
                state.arrived.append(signal)
                return nil
            }
            waiter?.resume(returning: signal)
        }
    }
}
