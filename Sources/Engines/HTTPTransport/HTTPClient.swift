import CCurl
import Platform
import Synchronization
import WireFormats

/// Sends requests to other servers by libcurl, all on one thread of its own; connections are kept and used again.
///
///     let client = try HTTPClient(mayConnect: { $0.reach == .global })
///     let response = try await client.send(HTTPClientRequest(method: "POST", url: url, body: bytes))
///     …
///     await client.close()
///
/// Only http and https, no redirects, no proxy, whatever the environment says.
package final class HTTPClient: Sendable {
    /// Asked for each address before a socket to it is opened, on the client's thread; so a name cannot lead elsewhere
    /// after it was checked. A kept connection is not asked about again.
    package typealias MayConnect = @Sendable (NetworkAddress) -> Bool

    package struct Configuration: Sendable {
        /// Connections at once; further requests wait for one.
        package var connectionsMax = 64
        /// Requests at once, waiting ones included; one more fails with `.resources`.
        package var requestsMax = 1_024

        package init() {}
    }

    private let loop: TransferLoop

    /// - Throws: `.resources` without memory.
    package init(_ configuration: Configuration = Configuration(), mayConnect: @escaping MayConnect = { _ in true }) throws(HTTPTransportError) {
        loop = try TransferLoop(configuration, mayConnect)
        _ = WorkerThread(name: "http-client") { [loop] in loop.run() }
    }

    deinit { loop.close(nil) }

    /// - Throws: `.invalidRequest`, `.unresolved`, `.addressRefused`, `.connectionFailed`, `.tls`, `.timedOut`, `.responseTooLarge`,
    ///   `.interrupted`, `.cancelled`, `.resources` or `.closed`. Of the last five it is unknown whether the other side acted on it.
    package func send(_ request: HTTPClientRequest) async throws(HTTPTransportError) -> HTTPClientResponse {
        try Self.check(request)
        let transfer = Transfer(request)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                transfer.expect(continuation)
                loop.add(transfer)
            }
        } onCancel: {
            loop.cancel(transfer)
        }
        return try result.get()
    }

    /// Fails what is under way with `.closed` and returns when the thread is done.
    package func close() async { await withCheckedContinuation { loop.close($0) } }

    /// Nothing the caller passes may become a second line of the head.
    private static func check(_ request: HTTPClientRequest) throws(HTTPTransportError) {
        let isMethod = !request.method.isEmpty && request.method.utf8.allSatisfy { isTokenByte($0) }
        guard isMethod else { throw invalid(request, "the method is no token") }
        guard !request.url.isEmpty, request.url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw invalid(request, "the URL holds blanks or control characters")
        }
        for (name, value) in request.headers.fields {
            guard !name.isEmpty, name.utf8.allSatisfy({ isTokenByte($0) }) else { throw invalid(request, "a header's name is no token") }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw invalid(request, "the header \(name) holds control characters")
            }
        }
    }

    private static func invalid(_ request: HTTPClientRequest, _ why: String) -> HTTPTransportError {
        HTTPTransportError(code: .invalidRequest, message: "cannot send the request: \(why)")
    }
}
