/// Rests after failures, twice as long each time, up to sixty-four times.
struct Retry {
    private var failures = 0
    private var at: Int64?

    func isOver(_ now: Int64) -> Bool { at.map { now >= $0 } ?? true }

    /// Nil when there is nothing to wait for.
    func rest(_ now: Int64) -> Int64? { at.map { $0 - now } }

    mutating func succeeded() { self = Retry() }

    mutating func failed(_ now: Int64, rest: Int64) {
        at = now + rest << min(failures, 6)
        failures += 1
    }
}
