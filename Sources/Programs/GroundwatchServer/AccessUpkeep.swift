import Access
import Platform
import SignalModel

/// Notices what the command has changed about users and keys, and tidies sessions.
struct AccessUpkeep: Sendable {
    /// A revoked key is refused, and a new one taken, after this time at the latest.
    private static let periodNanoseconds: Int64 = 1_000_000_000
    private static let periodsBetweenTidyings = 60

    let credentials: Credentials
    let sessions: SessionBook
    let time: any TimeSource
    let log: Log

    /// Until it is cancelled.
    func run() async {
        let limit = LogLimit()
        var periods = 0
        while !Task.isCancelled {
            do { try await time.sleep(untilWall: time.wallNanoseconds + Self.periodNanoseconds) } catch { return }
            periods += 1
            do {
                if try await credentials.refresh() { log.info("credentials read again", ["guarded": credentials.isGuarded]) }
                if periods % Self.periodsBetweenTidyings == 0 { try await sessions.tidy(now: Timestamp(nanoseconds: time.wallNanoseconds)) }
            } catch {
                // What was known stays in force.
                log.warning("credentials cannot be read again", limit: limit, ["error": "\(error)"])
            }
        }
    }
}
