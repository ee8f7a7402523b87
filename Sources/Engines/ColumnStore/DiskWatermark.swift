/// Decides when to ask for the volume's free bytes, and whether they suffice.
struct DiskWatermark {
    /// Asking costs a system call: so often at most while there is plenty …
    private static let period: Int64 = 1_000_000_000
    /// … and after this many bytes written.
    private static let bytesBetween = 16 << 20

    private let freeBytesMin: Int
    private var askedAt: Int64?
    private var writtenSince = 0
    private(set) var isLow = false

    init(freeBytesMin: Int) { self.freeBytesMin = freeBytesMin }

    func shouldAsk(now: Int64, writing bytes: Int) -> Bool {
        guard freeBytesMin > 0 else { return false }
        guard let askedAt, !isLow else { return true }
        return now - askedAt >= Self.period || writtenSince + bytes >= Self.bytesBetween
    }

    mutating func answer(freeBytes: Int, now: Int64) {
        askedAt = now
        writtenSince = 0
        isLow = freeBytes < freeBytesMin
    }

    mutating func wrote(_ bytes: Int) { writtenSince += bytes }
}
