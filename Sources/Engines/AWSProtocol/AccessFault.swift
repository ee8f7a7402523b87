// Why a request's sender is not believed or not allowed, and how each protocol says that.

package import WireFormats

package enum AccessFault: Error, Sendable, Equatable {
    /// There are no credentials at all.
    case missing
    /// They cannot be read.
    case incomplete(String)
    case unknownKey
    /// The signature is not the one that this key gives for this request.
    case mismatch
    /// Right once, or right later: the message says when. `isPresigned`: an address whose own time is over.
    case outOfTime(String, isPresigned: Bool = false)
    /// For another service, or another day than the request's.
    case wrongScope(String)
    /// The console's session is over, or never was.
    case sessionOver
    case denied(String)
}

extension AWSError {
    /// Source: the "Common Errors" pages of CloudWatch, CloudWatch Logs, X-Ray and SNS; the services that speak AWS JSON answer these
    /// with 400, all others with 403.
    package init(_ fault: AccessFault, in wireProtocol: WireProtocol) {
        let status = wireProtocol == .json10 || wireProtocol == .json11 ? 400 : 403
        switch fault {
        case .missing:
            self.init("MissingAuthenticationTokenException", status: status, "Missing Authentication Token")
        case .incomplete(let message): self = .incompleteSignature(message)
        case .unknownKey:
            self = .invalidToken()
            self.status = status
        case .mismatch:
            self.init(
                "InvalidSignatureException", queryCode: "SignatureDoesNotMatch", status: status,
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
            )
        case .outOfTime(let message, let isPresigned):
            self.init(
                "InvalidSignatureException", queryCode: isPresigned ? "RequestExpired" : "SignatureDoesNotMatch", status: status, message)
        case .wrongScope(let message):
            self.init("InvalidSignatureException", queryCode: "SignatureDoesNotMatch", status: status, message)
        case .sessionOver: self.init("ExpiredTokenException", status: 401, "The session is over: sign in again.")
        case .denied(let message): self.init("AccessDeniedException", status: status, message)
        }
    }
}

extension HTTPResponse {
    /// For protocols that have no shape of their own for it.
    /// - Parameter challenges: says how credentials may be shown. A browser would ask the person for them, so not to a page's own request.
    package init(_ fault: AccessFault, challenges: Bool = true) {
        let (status, message): (Int, String) =
            switch fault {
            case .missing: (401, "credentials are needed: HTTP Basic with an access key's id and secret, or Bearer ID.SECRET")
            case .unknownKey, .mismatch: (401, "these credentials are not valid")
            case .incomplete(let message), .outOfTime(let message, _), .wrongScope(let message): (401, message)
            case .sessionOver: (401, "the session is over: sign in again")
            case .denied(let message): (403, message)
            }
        self.init(status: status, contentType: "text/plain; charset=utf-8", Array((message + "\n").utf8))
        headers.set("Cache-Control", "no-store")
        if status == 401, challenges, fault != .sessionOver { headers.set("WWW-Authenticate", "Basic realm=\"groundwatch\", charset=\"UTF-8\"") }
    }
}
