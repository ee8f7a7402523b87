/// The part of a request's body that has arrived and waits for its reader: decides what is taken, what is thrown away, and when it
/// is too much. The exchange acts on it.
struct IncomingBody: Sendable {
    enum Piece: Sendable { case bytes([UInt8]), end, failed(HTTPTransportError) }
    /// How much of a piece was taken; the rest must come again.
    enum Taken: Equatable { case count(Int), tooLarge }

    let contentLength: Int?
    let bytesMax: Int
    let windowBytes: Int
    private(set) var bytesReceived = 0
    private(set) var isComplete = false
    private var waiting: [UInt8] = []
    private var failure: HTTPTransportError?
    /// Bytes that may still be thrown away; nil while they are kept.
    private var discardLeft: Int?

    init(contentLength: Int?, bytesMax: Int, windowBytes: Int) {
        self.contentLength = contentLength
        self.bytesMax = bytesMax
        self.windowBytes = windowBytes
    }

    /// Bytes announced and not yet here; nil when unknown.
    var bytesLeft: Int? { isComplete ? 0 : contentLength.map { $0 - bytesReceived } }

    mutating func take(_ bytes: UnsafeRawBufferPointer) -> Taken {
        if let left = discardLeft {
            guard left >= bytes.count else { return .tooLarge }
            discardLeft = left - bytes.count
            bytesReceived += bytes.count
            return .count(bytes.count)
        }
        guard bytes.count <= bytesMax - bytesReceived else { return .tooLarge }
        let count = min(bytes.count, windowBytes - waiting.count)
        // One allocation for the common small body, and none larger than the window on a mere promise.
        if waiting.isEmpty { waiting.reserveCapacity(min(bytesLeft ?? count, windowBytes)) }
        waiting.append(contentsOf: bytes.prefix(count))
        bytesReceived += count
        return .count(count)
    }

    mutating func complete() { isComplete = true }

    /// What the reader gets now; nil when it has to wait.
    mutating func next() -> Piece? {
        if let failure { return .failed(failure) }
        guard waiting.isEmpty else {
            defer { waiting = [] }
            return .bytes(waiting)
        }
        return isComplete ? .end : nil
    }

    /// The reader gets this error from now on.
    mutating func fail(_ error: HTTPTransportError) {
        if failure == nil { failure = error }
        waiting = []
    }

    /// Throws away what is here and up to `bytes` of what comes.
    mutating func discard(upTo bytes: Int) {
        fail(HTTPTransportError(code: .bodyDiscarded, message: "cannot read the request's body: its response is ready"))
        discardLeft = bytes
    }
}
