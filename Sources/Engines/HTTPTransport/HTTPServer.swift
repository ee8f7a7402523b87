import CHTTP
import Glibc
package import Platform
import Synchronization
package import WireFormats

/// An HTTP/1.1 server over libmicrohttpd. Event threads only move bytes; handlers run as tasks and never see a socket.
///
///     let server = try HTTPServer(
///         .init(host: "127.0.0.1", port: 4566), time: SystemTime(),
///         admit: { head, length in head.headers["Authorization"] == nil ? .refuse(HTTPResponse(status: 403)) : .accept() },
///         handle: { head, body in HTTPResponse(status: 200, contentType: "text/plain", Array("hello".utf8)) })
///     …
///     await server.stop(deadlineSeconds: 10)
///
/// It runs until it is stopped, also when the last reference goes.
package final class HTTPServer: Sendable {
    /// What becomes of a request, decided on its head.
    package enum Admission: Sendable {
        /// Reads the body up to this many bytes; nil is the configured limit. More is answered by 413.
        case accept(bodyBytesMax: Int? = nil)
        /// Answers without the handler; the request's body is not kept. The response's body is bytes, at most 16 KB: more may be
        /// left out, because it is sent while the client still sends.
        case refuse(HTTPResponse)
    }

    /// Called on an event thread for each complete head, with the announced length of the body (nil: chunks, 0: none).
    /// Must be quick and must not block: every connection of that thread waits.
    package typealias Admit = @Sendable (HTTPRequestHead, _ contentLength: Int?) -> Admission
    /// Called in a task of its own. It is cancelled when the client leaves. The response goes out when the body has arrived
    /// whole; what the handler did not read of it is thrown away, and a streamed response cannot read on.
    ///
    /// `Content-Length`, `Transfer-Encoding`, `Date` and `Connection` of the response are the transport's, but `Connection: close`
    /// is heeded.
    package typealias Handle = @Sendable (HTTPRequestHead, HTTPBody) async -> HTTPResponse

    /// The port that is bound.
    package let port: Int
    private let state: ServerState

    /// Listens and serves from here on.
    /// - Throws: `.addressInUse`, `.addressInvalid`, `.permission` or `.resources`.
    package init(
        _ configuration: Configuration = Configuration(), time: any TimeSource,
        admit: @escaping Admit = { _, _ in .accept() }, handle: @escaping Handle
    ) throws(HTTPTransportError) {
        let waker = gw_http_waker_open()
        guard waker >= 0 else { throw Self.cannotStart(configuration, ENOMEM) }
        var port = configuration.port, failure: Int32 = 0
        let listener = gw_http_listen(configuration.host, &port, &failure)
        guard listener >= 0 else {
            gw_http_close(waker)
            throw Self.cannotStart(configuration, failure)
        }
        state = ServerState(configuration: configuration, time: time, waker: waker, admit: admit, handle: handle)
        self.port = Int(port)
        guard let doorkeeper = Doorkeeper(listener: listener, state: state, failure: &failure) else {
            gw_http_close(waker)
            gw_http_close(listener)
            throw Self.cannotStart(configuration, failure)
        }
        _ = WorkerThread(name: "http-door") { doorkeeper.run() }
    }

    package var counters: HTTPServerCounters {
        let open = state.state.withLock { $0.table.peers.count }
        var counters = state.counters.withLock { $0 }
        counters.connectionsOpen = open
        return counters
    }

    /// Accepts no more, answers new requests on old connections by 503, lets those in work finish, closes. Requests still in work
    /// after the deadline are cut and their tasks cancelled. Returns when every event thread is gone; may be called again.
    package func stop(deadlineSeconds: Double) async {
        let deadline = state.time.monotonicNanoseconds + Int64(min(max(0, deadlineSeconds), 86_400) * 1e9)
        await withCheckedContinuation { waiter in
            let isStopped = state.state.withLock { state in
                guard !state.isStopped else { return true }
                var leaving = state.leaving ?? ServerState.Leaving(deadline: deadline)
                leaving.deadline = min(leaving.deadline, deadline)
                leaving.waiters.append(waiter)
                state.leaving = leaving
                return false
            }
            if isStopped { waiter.resume() } else { state.wake() }
        }
    }

    package func closeNow() async { await stop(deadlineSeconds: 0) }

    private static func cannotStart(_ configuration: Configuration, _ failure: Int32) -> HTTPTransportError {
        let code: HTTPTransportError.Code =
            switch failure {
            case EADDRINUSE: .addressInUse
            case EADDRNOTAVAIL: .addressInvalid
            case EACCES, EPERM: .permission
            default: .resources
            }
        let why = String(cString: gw_http_describe(failure))
        return HTTPTransportError(code: code, message: "cannot listen on \(configuration.host):\(configuration.port): \(why)")
    }
}

extension HTTPServer {
    package struct Configuration: Sendable {
        /// A name or an address of this machine.
        package var host = "127.0.0.1"
        /// 0 picks one.
        package var port: UInt16 = 0
        /// 2 or more.
        package var eventThreads = 2
        /// Connections at once; one more is answered by 503 and closed.
        package var connectionsMax = 2_048
        /// Of one address; one more is answered by 429 and closed.
        package var connectionsPerAddressMax = 1_024
        /// A connection that neither sends nor takes anything while it should is closed; 0 is never.
        package var idleSecondsMax = 60
        /// From the request line to the end of the head; afterwards 408.
        package var headSecondsMax = 15
        /// From the head to the last byte of the body, while we wait for the client; afterwards 408.
        package var requestSecondsMax = 300
        /// Request line and fields; more is answered by 431 or 414. Also the memory of each connection.
        package var headerBytesMax = 128 << 10
        /// Larger bodies are answered by 413, unless `admit` allows more.
        package var bodyBytesMax = 64 << 20
        /// Bytes of a body that wait for the handler; then the client waits.
        package var bodyWindowBytes = 256 << 10

        package init(host: String = "127.0.0.1", port: UInt16 = 0) {
            self.host = host
            self.port = port
        }
    }
}
