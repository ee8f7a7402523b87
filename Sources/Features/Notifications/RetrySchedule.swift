/// When to try a delivery again.
///
/// Soon at first, since most failures are a restart of the other side; then for about a day, since the rest are somebody's night.
package struct RetrySchedule: Sendable {
    /// Seconds to wait after the first, second, … failed attempt.
    package var delays: [Int64]

    package static let standard = RetrySchedule(
        delays: [1, 2, 5, 10, 20, 60, 300, 900] + Array(repeating: 3600, count: 24))

    package init(delays: [Int64]) { self.delays = delays }

    /// - Parameter attempts: how many have failed, 1 or more.
    /// - Returns: nanoseconds to wait, or nil to give up.
    func delay(afterAttempts attempts: Int) -> Int64? {
        attempts - 1 < delays.count ? delays[attempts - 1] * 1_000_000_000 : nil
    }
}
