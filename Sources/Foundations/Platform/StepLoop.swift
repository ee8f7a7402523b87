// Work that goes on by itself (commit, seal, merge, retention) is a struct with `step()`: here it gets a thread and its rests;
// a simulation calls `step()` itself, in the order its seed says.

/// When `step()` wants to be called next. `StepLoop.wake()` cuts any rest short.
package enum NextStep: Sendable, Equatable {
    case atOnce
    case after(nanoseconds: Int64)
    case whenWoken
}

package protocol Stepper: Sendable {
    /// Does one bounded piece of work.
    mutating func step() -> NextStep
}

/// Calls a stepper on a thread of its own until it is stopped.
package final class StepLoop: Sendable {
    private struct State {
        var isWoken = false
        var isStopped = false
    }

    private let monitor: Monitor<State>
    private let thread: WorkerThread

    package init(name: String, nice: Int = 0, _ stepper: some Stepper) {
        let monitor = Monitor(State())
        self.monitor = monitor
        thread = WorkerThread(name: name, nice: nice) {
            var stepper = stepper
            while Self.mayGoOn(after: stepper.step(), monitor) {}
        }
    }

    /// Calls `step()` soon; once, however many wakes came while it was running.
    package func wake() { monitor.change { $0.isWoken = true } }

    /// Lets a running step end, and waits for that. Not from within the step.
    package func stop() {
        monitor.change { $0.isStopped = true }
        thread.join()
    }

    private static func mayGoOn(after next: NextStep, _ monitor: Monitor<State>) -> Bool {
        let isRested: Bool
        let deadline: Int64?
        switch next {
        case .atOnce: (isRested, deadline) = (true, nil)
        case .after(let rest): (isRested, deadline) = (rest <= 0, SystemTime().monotonicNanoseconds.addingOrMax(rest))
        case .whenWoken: (isRested, deadline) = (false, nil)
        }
        let verdict = monitor.wait(until: deadline) { state -> Bool? in
            if state.isStopped { return false }
            guard state.isWoken || isRested else { return nil }
            state.isWoken = false
            return true
        }
        return verdict ?? true      // nil: the rest is over
    }
}

extension Int64 {
    fileprivate func addingOrMax(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
