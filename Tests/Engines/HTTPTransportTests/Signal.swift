import Platform

/// Something that happens in a handler and that a test waits for, at most 20 s.
final class Signal: Sendable {
    struct Missing: Error {}

    private let count = Monitor(0)

    func give() { count.change { $0 += 1 } }

    /// Blocks until it was given `times` times: for `onThread`.
    func await(times: Int = 1) throws {
        let deadline = SystemTime().monotonicNanoseconds + 20_000_000_000
        guard count.wait(until: deadline, for: { $0 >= times ? true : nil }) != nil else { throw Missing() }
    }

    func wait(times: Int = 1) async throws { try await onThread { try self.await(times: times) } }
}

/// Waits until `condition` holds; for what only polling can see. Blocks.
func eventually(_ condition: () -> Bool) -> Bool {
    let time = SystemTime(), deadline = time.monotonicNanoseconds + 20_000_000_000
    let pause = Monitor(())
    while !condition() {
        let now = time.monotonicNanoseconds
        if now > deadline { return false }
        _ = pause.wait(until: now + 2_000_000) { _ in nil as Bool? }
    }
    return true
}

/// Returns when the task is cancelled, and at the latest after a minute.
func untilCancelled() async { try? await Task.sleep(for: .seconds(60)) }
