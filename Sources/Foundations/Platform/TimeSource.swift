// The only door to the machine's time. Named so because `Clock` is the standard library's.

package protocol TimeSource: Sendable {
    /// Nanoseconds since 1970-01-01T00:00:00Z; may jump when the machine's clock is set.
    var wallNanoseconds: Int64 { get }
    /// Nanoseconds since some moment in the past; never goes back.
    var monotonicNanoseconds: Int64 { get }
    /// Returns once the wall clock has reached `wallNanoseconds`, at once if it has already.
    /// - Throws: `CancellationError` when the task is cancelled while it waits.
    func sleep(untilWall wallNanoseconds: Int64) async throws
}
