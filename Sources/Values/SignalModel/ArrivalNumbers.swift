package import Platform
import Synchronization

/// Numbers rows in order of arrival: unique, ascending, and above all earlier ones even after a restart.
///
/// A number is the wall clock in nanoseconds, or one more than the last if the clock has not moved on by then; so it also survives the
/// loss of everything but the rows themselves, whose numbers `noteUsed` reports at start.
package final class ArrivalNumbers: Sendable {
    private let clock: any TimeSource
    private let next = Atomic<UInt64>(1)

    package init(clock: any TimeSource) { self.clock = clock }

    /// - Returns: the first of `count` numbers in a row.
    package func take(_ count: Int) -> UInt64 {
        let now = UInt64(max(0, clock.wallNanoseconds))
        var current = next.load(ordering: .relaxed)
        while true {
            let first = max(current, now)
            let (exchanged, original) = next.weakCompareExchange(expected: current, desired: first + UInt64(count), ordering: .relaxed)
            if exchanged { return first }
            current = original
        }
    }

    /// Rows with numbers up to `number` exist.
    package func noteUsed(_ number: UInt64) {
        var current = next.load(ordering: .relaxed)
        while current <= number, number < .max {
            let (exchanged, original) = next.weakCompareExchange(expected: current, desired: number + 1, ordering: .relaxed)
            if exchanged { return }
            current = original
        }
    }
}
