import WireFormats

/// How far a stream has come. It moves when an endpoint has taken a minute, in the catalog, so no crash loses or skips one.
struct StreamProgress: Sendable, Equatable {
    /// Minutes whose counts are remembered: samples that come later than that are not looked for.
    static let remembered = 120
    /// Minutes after which a minute is looked at again: when there are more samples now, it is sent once more.
    static let rechecks = [5, 30, 119]

    /// The next minute to be sent: minutes since 1970.
    var next: Int64
    /// Samples in the minutes before `next`, the latest last.
    private(set) var counts: [Double] = []
    /// Attempts that have failed at the minute that is next.
    var failures = 0
    /// Nothing is sent before: UTC nanoseconds.
    var pausedUntil: Int64 = 0
    var lastError: String?

    init(next: Int64) { self.next = next }

    mutating func sent(_ count: Double) {
        counts.append(count)
        if counts.count > Self.remembered { counts.removeFirst() }
        next += 1
        failures = 0
        pausedUntil = 0
        lastError = nil
    }

    /// Nil for a minute that is not remembered.
    func count(of minute: Int64) -> Double? {
        let place = counts.count - Int(next - minute)
        return next > minute && place >= 0 ? counts[place] : nil
    }

    mutating func correct(_ minute: Int64, _ count: Double) {
        let place = counts.count - Int(next - minute)
        if counts.indices.contains(place) { counts[place] = count }
    }

    /// 1 s, 2 s, 4 s … five minutes.
    mutating func failed(_ error: String, at now: Int64) {
        failures += 1
        lastError = String(error.prefix(500))
        pausedUntil = now + min(300, Int64(1) << min(20, failures - 1)) * 1_000_000_000
    }

    // MARK: As a document

    var document: WireValue {
        .members(
            ("Next", .integer(next)), ("Counts", .doubles(counts)), ("Failures", .integer(Int64(failures))), ("PausedUntil", .integer(pausedUntil)),
            ("LastError", lastError.map(WireValue.text)))
    }

    init?(document: WireNode) {
        guard let next = document["Next"]?.integer else { return nil }
        self.next = next
        counts = (document["Counts"]?.children ?? .none).compactMap(\.double).suffix(Self.remembered)
        failures = Int(document["Failures"]?.integer ?? 0)
        pausedUntil = document["PausedUntil"]?.integer ?? 0
        lastError = document["LastError"]?.text
    }
}
