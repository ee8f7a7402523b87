/// Why an exchange over HTTP failed, on either side.
package struct HTTPTransportError: Error, Sendable {
    package enum Code: Sendable, Equatable {
        /// The server cannot listen.
        case addressInUse, addressInvalid, permission, resources
        /// The request's body cannot be had.
        case clientLeft, bodyTooLarge, bodyDiscarded, timedOut, cancelled
        /// The client's request failed; `timedOut` and `cancelled` are shared.
        case invalidRequest, unresolved, addressRefused, connectionFailed, tls, responseTooLarge, interrupted, closed
    }

    package let code: Code
    /// "cannot <verb> <thing>: <why>"
    package let message: String
    package let cause: (any Error)?

    package init(code: Code, message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}
