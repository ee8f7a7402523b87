package import Platform
import SignalModel

/// Lets actions go whose waiting is over: at the end of a suppressor's wait or extension period, of a mute window, of a deduplication
/// window. What waits is in the catalog, so a restart forgets none and is late by as long as the server was down.
package actor AlarmTimers {
    private static let pauseNanoseconds: Int64 = 1_000_000_000

    private let book: AlarmBook
    private let clock: any TimeSource
    private let log: Log
    private let logLimit = LogLimit()
    /// The book's count of changes when `next` was right; nil: never.
    private var knownChange: Int?
    /// The earliest end of a wait, UTC nanoseconds; nil when nothing waits.
    private var next: Int64?

    package init(book: AlarmBook, clock: any TimeSource, log: Log) {
        self.book = book
        self.clock = clock
        self.log = log
    }

    /// - Throws: `CancellationError` when its task is cancelled, nothing else.
    package func run() async throws {
        while true {
            await turn()
            try await clock.sleep(untilWall: clock.wallNanoseconds + Self.pauseNanoseconds)
        }
    }

    package func turn() async {
        let now = clock.wallNanoseconds
        let change = book.holdChanges
        if change == knownChange, next.map({ $0 > now }) ?? true { return }
        do {
            let waiting = try await book.waiting()
            for (key, until) in waiting where until <= now {
                do {
                    try await book.release(key.name, of: key.tenant, at: Timestamp(nanoseconds: now))
                } catch {
                    log.warning("actions cannot be let go", limit: logLimit, ["alarm": key.name, "error": String(describing: error)])
                }
            }
            // What was let go may wait for something else now: the change it made is looked at in the next turn.
            next = waiting.first { $0.until > now }?.until
            knownChange = change
        } catch {
            log.warning("waiting actions cannot be read", limit: logLimit, ["error": String(describing: error)])
        }
    }
}
