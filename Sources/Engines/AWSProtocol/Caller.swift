// Who sends a request, and what that allows. Found out before the operation is run, by whoever keeps the credentials.

package import SignalModel
package import WireFormats

package struct Caller: Sendable, Equatable {
    /// For messages: `user/ada`, `key/AKIA…`; empty where nobody is asked.
    package var name: String
    /// Whose data it is about; nil where nobody is asked: then the access key id may name the account.
    package var account: String?
    /// The region of a request without a signature; nil: the server's.
    package var region: String?
    /// False: only operations that read.
    package var mayChange: Bool

    package init(name: String, account: String?, region: String? = nil, mayChange: Bool) {
        self.name = name
        self.account = account
        self.region = region
        self.mayChange = mayChange
    }

    /// Everybody, on a server that asks nobody for credentials.
    package static let anyone = Caller(name: "", account: nil, mayChange: true)
}

/// Finds out who sends a request.
package protocol CallerAuthentication: Sendable {
    /// - Parameters:
    ///   - body: as it was sent, before any decoding.
    ///   - subject: what the request asks for; nil for the open protocols, which are signed for no service of ours.
    func caller(of head: HTTPRequestHead, body: [UInt8], subject: AccessSubject?, now: Timestamp) throws(AccessFault) -> Caller
}

/// What a signature must have been made for.
package struct AccessSubject: Sendable {
    /// In the credential scope: `monitoring`.
    package var signingName: String
    package var wireProtocol: WireProtocol

    package init(signingName: String, wireProtocol: WireProtocol) {
        self.signingName = signingName
        self.wireProtocol = wireProtocol
    }
}

/// Asks nobody.
package struct OpenAccess: CallerAuthentication {
    package init() {}
    package func caller(of head: HTTPRequestHead, body: [UInt8], subject: AccessSubject?, now: Timestamp) -> Caller { .anyone }
}

/// Which operations only read. What is not listed changes something, so a new operation is refused to viewers until it is listed.
enum ReadOperations {
    private static let prefixes = ["BatchGet", "Describe", "Filter", "Get", "List", "Lookup", "Search", "Test"]
    /// A query is started and stopped, but changes nothing that is kept.
    private static let names: Set<String> = ["StartQuery", "StopQuery", "StartLiveTail"]

    static func contains(_ operation: String) -> Bool {
        names.contains(operation) || prefixes.contains { operation.hasPrefix($0) }
    }
}
