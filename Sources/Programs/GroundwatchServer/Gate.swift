import AWSProtocol
import Access
import Bytes
import ConsoleAPI
import SignalModel
import WireFormats

/// Who sends a request: the one place that knows every way of showing it.
///
/// 1. A server that asks nobody: everybody.
/// 2. A signature (AWS, version 4) in a header or the query: the key's account.
/// 3. HTTP Basic with a key's id and secret, or the same as a Bearer token `ID.SECRET`: the key's account.
/// 4. A session of the console: the user's account, for admins any. What changes something must come from a page of ours, with that
///    page's proof.
/// 5. Nobody.
struct Gate: CallerAuthentication {
    static let proofHeader = "X-Groundwatch-Csrf"

    let credentials: Credentials
    let sessions: SessionBook

    func caller(of head: HTTPRequestHead, body: [UInt8], subject: AccessSubject?, now: Timestamp) throws(AccessFault) -> Caller {
        guard credentials.isGuarded else { return .anyone }
        if let signed = try SignedRequest(of: head) { return try signer(of: signed, head, body, subject, now) }
        if let header = head.headers["Authorization"] { return try owner(of: header) }
        let tokens = SessionCookie.tokens(of: head)
        if !tokens.isEmpty { return try user(of: tokens, head, now) }
        throw .missing
    }

    /// False when the head alone shows that nobody will believe the request, so that its body need not be read.
    func mayBelieve(_ head: HTTPRequestHead, now: Timestamp) -> Bool {
        guard credentials.isGuarded else { return true }
        do throws(AccessFault) {
            if let signed = try SignedRequest(of: head) { return credentials.key(signed.scope.accessKeyID) != nil }
            _ = try caller(of: head, body: [], subject: nil, now: now)
            return true
        } catch { return false }
    }

    // MARK: The ways

    private func signer(
        of signed: SignedRequest, _ head: HTTPRequestHead, _ body: [UInt8], _ subject: AccessSubject?, _ now: Timestamp
    ) throws(AccessFault) -> Caller {
        guard let key = credentials.key(signed.scope.accessKeyID) else { throw .unknownKey }
        try signed.checkTime(now: now, subject: subject)
        try signed.check(against: credentials.signingKey(of: key, for: signed.scope), of: head, body: body, subject: subject)
        return Self.caller(key)
    }

    private func owner(of header: String) throws(AccessFault) -> Caller {
        let halves = header.split(separator: " ", maxSplits: 1)
        guard halves.count == 2 else { throw .incomplete("the Authorization header cannot be read") }
        let shown = halves[1].drop { $0 == " " }
        let pair: (id: String, secret: String)?
        switch halves[0].lowercased() {
        case "basic": pair = Base64.decode(shown).flatMap { Self.pair(String(decoding: $0, as: UTF8.self), at: ":") }
        case "bearer": pair = Self.pair(String(shown), at: ".") ?? Self.pair(String(shown), at: ":")
        default: throw .incomplete("the Authorization header must be AWS4-HMAC-SHA256, Basic or Bearer")
        }
        guard let pair, let key = credentials.key(pair.id, secret: pair.secret) else { throw .unknownKey }
        return Self.caller(key)
    }

    private static func pair(_ text: String, at separator: Character) -> (id: String, secret: String)? {
        guard let place = text.firstIndex(of: separator) else { return nil }
        return (String(text[..<place]), String(text[text.index(after: place)...]))
    }

    private static func caller(_ key: Credentials.Key) -> Caller {
        Caller(name: "key/\(key.id)", account: key.account, mayChange: key.role.mayChange)
    }

    private func user(of tokens: [String], _ head: HTTPRequestHead, _ now: Timestamp) throws(AccessFault) -> Caller {
        for token in tokens {
            guard let user = sessions.user(of: token, now: now) else { continue }
            if head.method != "GET", head.method != "HEAD" { try checkProof(of: token, head) }
            return Caller(
                name: "user/\(user.name)", account: try Self.account(of: user, head), region: try Self.region(head),
                mayChange: user.role.mayChange)
        }
        throw .sessionOver
    }

    /// Who governs the server may look at every account.
    private static func account(of user: User, _ head: HTTPRequestHead) throws(AccessFault) -> String {
        guard let account = head.headers["X-Groundwatch-Account"], account != user.account else { return user.account }
        guard user.role == .admin, Tenant.isAccountNumber(account) else {
            throw .denied("user/\(user.name) belongs to account \(user.account) and may not look at \(account.prefix(64))")
        }
        return account
    }

    private static func region(_ head: HTTPRequestHead) throws(AccessFault) -> String? {
        guard let region = head.headers["X-Groundwatch-Region"] else { return nil }
        guard CredentialScope.isName(region) else { throw .incomplete("X-Groundwatch-Region is no region's name") }
        return region
    }

    /// Against pages of others that make a browser send its cookie: browsers say which page sent a request, and only a page of ours can
    /// read the proof.
    private func checkProof(of token: String, _ head: HTTPRequestHead) throws(AccessFault) {
        if let site = head.headers["Sec-Fetch-Site"], site != "same-origin", site != "none" {
            throw .denied("cannot take a request with a session from a page of another site")
        }
        guard SessionBook.isProof(head.headers[Self.proofHeader], of: token) else {
            throw .denied("cannot take a request with a session without the \(Self.proofHeader) header that /api/ui/v1/session gives")
        }
    }
}
