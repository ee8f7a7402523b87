package import Platform
import Synchronization

/// Where the pieces of a request's body come from.
protocol HTTPBodySource: Sendable {
    func next() async throws(HTTPTransportError) -> [UInt8]?
}

/// The body of a request while it arrives. For one reader; what is not read holds the client back.
///
///     while let piece = try await body.next() { parser.feed(piece) }      // as it comes
///     let bytes = try await body.collect(limit: 1 << 20)                  // or all at once
package struct HTTPBody: Sendable {
    /// What the client announced; nil when it sends chunks.
    package let contentLength: Int?
    private let source: any HTTPBodySource

    init(contentLength: Int?, source: any HTTPBodySource) {
        self.contentLength = contentLength
        self.source = source
    }

    /// A body that is already here, for handlers called without a socket.
    package init(_ bytes: [UInt8]) { self.init(contentLength: bytes.count, source: PresentBody(bytes)) }

    /// The next piece, up to the configured window; nil at the end.
    /// - Throws: `.clientLeft` or `.timedOut` when the rest will not come, `.bodyTooLarge`, `.bodyDiscarded` once the handler has
    ///   returned its response, `.cancelled` with the task.
    package func next() async throws(HTTPTransportError) -> [UInt8]? { try await source.next() }

    /// All that is left.
    /// - Throws: `.bodyTooLarge` above `limit` bytes, else as `next()`.
    package func collect(limit: Int) async throws(HTTPTransportError) -> [UInt8] {
        if let contentLength, contentLength > limit { throw Self.tooLarge(limit) }
        guard var bytes = try await next() else { return [] }
        if let contentLength, contentLength > bytes.count { bytes.reserveCapacity(contentLength) }
        while bytes.count <= limit, let piece = try await next() { bytes += piece }
        guard bytes.count <= limit else { throw Self.tooLarge(limit) }
        return bytes
    }

    /// All that is left, into memory that is reserved before it is filled: at once when the client announced the length, else piece by
    /// piece.
    /// - Parameter bytesForEach: reserved for each byte of the body.
    /// - Throws: `MemoryBudget.Exhausted`, or as `collect(limit:)`.
    package func collect(limit: Int, reserving bytesForEach: Int, in reservation: MemoryReservation) async throws -> [UInt8] {
        if let contentLength {
            guard contentLength <= limit else { throw Self.tooLarge(limit) }
            try reservation.grow(by: contentLength * bytesForEach)
            return try await collect(limit: limit)
        }
        var bytes: [UInt8] = []
        while let piece = try await next() {
            guard bytes.count + piece.count <= limit else { throw Self.tooLarge(limit) }
            try reservation.grow(by: piece.count * bytesForEach)
            bytes += piece
        }
        return bytes
    }

    private static func tooLarge(_ limit: Int) -> HTTPTransportError {
        HTTPTransportError(code: .bodyTooLarge, message: "cannot read the request's body: it is larger than \(limit) bytes")
    }
}

/// Gives its bytes once.
private final class PresentBody: HTTPBodySource {
    private let rest: Mutex<[UInt8]>

    init(_ bytes: [UInt8]) { rest = Mutex(bytes) }

    func next() async throws(HTTPTransportError) -> [UInt8]? {
        rest.withLock { rest in
            defer { rest = [] }
            return rest.isEmpty ? nil : rest
        }
    }
}
