/// The growing result of an inflation that may not pass its limit: what stands between a small hostile body and all our memory.
struct BoundedOutput {
    private(set) var bytes: [UInt8] = []
    private let limit: Int

    /// - Parameter expected: a first guess at the size, for the allocation only.
    init(limit: Int, expected: Int) {
        self.limit = limit
        bytes.reserveCapacity(max(0, min(limit, expected, 1 << 20)))
    }

    /// Offers room for at least one byte more and keeps as many as `body` says it wrote.
    ///
    /// One byte beyond the limit is offered, so that a result of exactly the limit passes and one more byte does not.
    /// - Throws: `.tooLarge` when that byte was used.
    mutating func extend(_ body: (UnsafeMutableRawBufferPointer) throws(BytesError) -> Int) throws(BytesError) -> Int {
        let start = bytes.count
        let room = min(max(64 << 10, start), limit - start) + 1
        bytes.append(contentsOf: repeatElement(0, count: room))
        let outcome = bytes.withUnsafeMutableBytes { all in
            Result { () throws(BytesError) in try body(UnsafeMutableRawBufferPointer(rebasing: all[start...])) }
        }
        let written = try outcome.get()
        bytes.removeLast(room - written)
        guard bytes.count <= limit else {
            throw BytesError(code: .tooLarge, message: "cannot decompress: more than \(limit) bytes")
        }
        return written
    }
}

/// An array of `count` bytes that `body` fills whole.
func filled(
    _ count: Int, _ body: (UnsafeMutableRawBufferPointer) throws(BytesError) -> Void
) throws(BytesError) -> [UInt8] {
    guard count >= 0 else { throw BytesError(code: .malformed, message: "cannot decompress to \(count) bytes") }
    var failure: BytesError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        do throws(BytesError) {
            try body(UnsafeMutableRawBufferPointer(buffer))
            filled = count
        } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
}
