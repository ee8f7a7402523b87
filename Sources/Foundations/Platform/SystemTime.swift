import Glibc

/// The machine's clocks.
package struct SystemTime: TimeSource {
    package init() {}

    package var wallNanoseconds: Int64 { now(CLOCK_REALTIME) }
    package var monotonicNanoseconds: Int64 { now(CLOCK_MONOTONIC) }

    /// Sleeps in pieces of at most a second, so that a clock set forward is seen within one.
    package func sleep(untilWall deadline: Int64) async throws {
        try Task.checkCancellation()
        while true {
            let now = wallNanoseconds
            if now >= deadline { return }
            let (left, overflow) = deadline.subtractingReportingOverflow(now)
            try await Task.sleep(nanoseconds: UInt64(overflow ? 1_000_000_000 : min(left, 1_000_000_000)))
        }
    }

    /// Stops the calling thread, which must be one of our own; it may go on a little early after a signal.
    package static func sleepThread(nanoseconds: Int64) {
        var rest = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        nanosleep(&rest, nil)
    }

    private func now(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
