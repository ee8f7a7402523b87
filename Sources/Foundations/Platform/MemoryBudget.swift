import Synchronization

/// A share of the process's memory that requests reserve from before they allocate.
///
///     let reservation = try budget.reserve(body.count)     // throws: answer 429
///     …
///     reservation.release()                                // or let it go out of scope
package final class MemoryBudget: Sendable {
    package struct Exhausted: Error, Sendable {
        package let budget: String
        package let bytesAsked: Int
        package let bytesFree: Int

        /// For who runs the server: what was asked of what, and which setting is small.
        package var message: String { "\(bytesAsked) bytes more asked of the memory for \(budget), a share of the setting `memory`; \(bytesFree) are free" }
    }

    package let name: String
    package let bytesMax: Int
    private let used = Atomic<Int>(0)

    package init(name: String, bytesMax: Int) {
        self.name = name
        self.bytesMax = bytesMax
    }

    package var bytesUsed: Int { used.load(ordering: .relaxed) }

    /// - Throws: `Exhausted` when the share has fewer than `bytes` left; nothing is reserved then.
    package func reserve(_ bytes: Int) throws(Exhausted) -> MemoryReservation {
        try take(bytes)
        return MemoryReservation(budget: self, bytes: bytes)
    }

    fileprivate func take(_ bytes: Int) throws(Exhausted) {
        precondition(bytes >= 0, "a reservation cannot be negative")
        var current = used.load(ordering: .relaxed)
        while true {
            let (next, overflow) = current.addingReportingOverflow(bytes)
            guard !overflow, next <= bytesMax else {
                throw Exhausted(budget: name, bytesAsked: bytes, bytesFree: max(0, bytesMax - current))
            }
            let (exchanged, original) = used.weakCompareExchange(expected: current, desired: next, ordering: .relaxed)
            if exchanged { return }
            current = original
        }
    }

    /// For what must be in memory whatever the limit says: acknowledged rows at a start. Until it is given back others find less, or
    /// nothing.
    package func reserveRegardless(_ bytes: Int) -> MemoryReservation {
        precondition(bytes >= 0, "a reservation cannot be negative")
        used.add(bytes, ordering: .relaxed)
        return MemoryReservation(budget: self, bytes: bytes)
    }

    fileprivate func give(back bytes: Int) { used.subtract(bytes, ordering: .relaxed) }
}

/// Bytes held from a budget until `release()` or the last reference goes.
package final class MemoryReservation: Sendable {
    private let budget: MemoryBudget
    private let held: Atomic<Int>

    fileprivate init(budget: MemoryBudget, bytes: Int) {
        self.budget = budget
        held = Atomic(bytes)
    }

    package var bytes: Int { held.load(ordering: .relaxed) }

    /// - Throws: `Exhausted`; what is held already stays held.
    package func grow(by bytes: Int) throws(MemoryBudget.Exhausted) {
        try budget.take(bytes)
        held.add(bytes, ordering: .relaxed)
    }

    /// Gives everything back; further calls do nothing.
    package func release() { budget.give(back: held.exchange(0, ordering: .relaxed)) }

    deinit { release() }
}
