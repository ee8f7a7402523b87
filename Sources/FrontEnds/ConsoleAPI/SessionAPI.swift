package import AWSProtocol
package import Access
package import Platform
import SignalModel
package import WireFormats

/// Signing in at the console, and out: `/api/ui/v1/session`, `/login`, `/logout`, `/password`. `Documentation/ConsoleAPI.md`.
package struct SessionAPI: Sendable {
    private let credentials: Credentials
    private let sessions: SessionBook
    private let signIn: SignIn
    private let authentication: any CallerAuthentication
    private let secondsMax: Int64
    private let region: String
    private let time: any TimeSource
    private let log: Log

    /// - Parameters:
    ///   - authentication: what else is asked of a request with a session, such as the page's proof.
    ///   - secondsMax: how long a browser keeps the cookie.
    package init(
        credentials: Credentials, sessions: SessionBook, signIn: SignIn, authentication: any CallerAuthentication, secondsMax: Int64,
        region: String, time: any TimeSource, log: Log
    ) {
        self.credentials = credentials
        self.sessions = sessions
        self.signIn = signIn
        self.authentication = authentication
        self.secondsMax = secondsMax
        self.region = region
        self.time = time
        self.log = log
    }

    /// - Returns: nil when the path is another's.
    package func answer(_ head: HTTPRequestHead, body: [UInt8]) async -> HTTPResponse? {
        switch (head.method, head.path) {
        case ("GET", "/api/ui/v1/session"), ("HEAD", "/api/ui/v1/session"): session(head)
        case ("POST", "/api/ui/v1/login"): await login(head, body)
        case ("POST", "/api/ui/v1/logout"): await logout(head, body)
        case ("POST", "/api/ui/v1/password"): await password(head, body)
        case (_, "/api/ui/v1/session"): Self.notAllowed("GET, HEAD")
        case (_, "/api/ui/v1/login"), (_, "/api/ui/v1/logout"), (_, "/api/ui/v1/password"): Self.notAllowed("POST")
        default: nil
        }
    }

    private var now: Timestamp { Timestamp(nanoseconds: time.wallNanoseconds) }

    // MARK: Who am I

    private func session(_ head: HTTPRequestHead) -> HTTPResponse {
        guard credentials.isGuarded else { return ConsoleAnswer.value(state(nil, token: nil)) }
        let found = current(head)
        return ConsoleAnswer.value(state(found?.user, token: found?.token))
    }

    private func current(_ head: HTTPRequestHead) -> (user: User, token: String)? {
        for token in SessionCookie.tokens(of: head) {
            if let user = sessions.user(of: token, now: now) { return (user, token) }
        }
        return nil
    }

    private func state(_ user: User?, token: String?) -> WireValue {
        .members(
            ("mode", credentials.isGuarded ? "guarded" : "open"), ("region", .text(region)),
            ("account", .text(user?.account ?? Tenant.openAccount)),
            ("user", user.map { ["name": .text($0.name), "role": .text($0.role.rawValue)] }),
            ("csrf", token.map { .text(SessionBook.proof(of: $0)) }))
    }

    // MARK: In and out

    private func login(_ head: HTTPRequestHead, _ body: [UInt8]) async -> HTTPResponse {
        guard credentials.isGuarded else { return ConsoleAnswer.error(409, "NothingToSignInTo", "This server asks nobody for credentials.") }
        let name: String
        let password: String
        do throws(ConsoleAnswer.Refusal) {
            let input = try ConsoleAnswer.object(head, body)
            (name, password) = (try Self.text("name", of: input), try Self.text("password", of: input))
        } catch { return error.response }
        return await begun(head) { try await signIn.begin(name: name, password: password, address: Self.address(head), now: now) }
    }

    private func password(_ head: HTTPRequestHead, _ body: [UInt8]) async -> HTTPResponse {
        let current: String
        let new: String
        do throws(AccessFault) { _ = try authentication.caller(of: head, body: body, subject: nil, now: now) } catch { return ConsoleAnswer.fault(error) }
        guard let user = self.current(head)?.user else { return ConsoleAnswer.fault(.sessionOver) }
        do throws(ConsoleAnswer.Refusal) {
            let input = try ConsoleAnswer.object(head, body)
            (current, new) = (try Self.text("current", of: input), try Self.text("new", of: input))
        } catch { return error.response }
        return await begun(head) {
            try await signIn.change(name: user.name, password: current, to: new, address: Self.address(head), now: now)
        }
    }

    /// A session begins, or why not.
    private func begun(_ head: HTTPRequestHead, _ begin: () async throws -> (user: User, token: String)) async -> HTTPResponse {
        do {
            let (user, token) = try await begin()
            var response = ConsoleAnswer.value(state(user, token: token))
            response.headers.add("Set-Cookie", SessionCookie.set(token, secondsMax: secondsMax, for: head))
            return response
        } catch let error as AccessError {
            return refused(error, head)
        } catch {
            log.error("sign-in failed", ["error": "\(error)"])
            return ConsoleAnswer.error(500, "InternalFailure", "Signing in is not possible now.")
        }
    }

    private func refused(_ error: AccessError, _ head: HTTPRequestHead) -> HTTPResponse {
        switch error.code {
        case .busy:
            var response = ConsoleAnswer.error(429, "TooManyAttempts", "Too many attempts. Try again in \(error.retrySeconds) s.")
            response.headers.set("Retry-After", String(error.retrySeconds))
            return response
        case .invalid: return ConsoleAnswer.error(400, "InvalidRequest", error.message)
        default:
            log.warning("sign-in refused", ["address": Self.address(head)])
            return ConsoleAnswer.error(401, "WrongNameOrPassword", "Name and password do not belong together.")
        }
    }

    private func logout(_ head: HTTPRequestHead, _ body: [UInt8]) async -> HTTPResponse {
        do throws(AccessFault) { _ = try authentication.caller(of: head, body: body, subject: nil, now: now) } catch {
            // A session that is over is what was asked for.
            guard error == .sessionOver || error == .missing else { return ConsoleAnswer.fault(error) }
        }
        do {
            for token in SessionCookie.tokens(of: head) { try await sessions.end(token) }
        } catch {
            log.error("sign-out failed", ["error": "\(error)"])
            return ConsoleAnswer.error(500, "InternalFailure", "The session has ended here, but could not be erased: sign out again later.")
        }
        var response = HTTPResponse(status: 204, headers: ["Cache-Control": "no-store"])
        response.headers.add("Set-Cookie", SessionCookie.removed(for: head))
        return response
    }

    // MARK: Small things

    private static func text(_ name: String, of input: WireNode) throws(ConsoleAnswer.Refusal) -> String {
        guard let text = input.member(named: name)?.text else {
            throw ConsoleAnswer.Refusal(response: ConsoleAnswer.error(400, "InvalidRequest", "The body must have a text \"\(name)\"."))
        }
        return text
    }

    /// Without the port; of an IPv6 address the part that a network gives out, because its owner has all the rest.
    static func address(_ head: HTTPRequestHead) -> String {
        guard head.peer.hasPrefix("[") else { return String(head.peer.prefix { $0 != ":" }) }
        let groups = head.peer.dropFirst().prefix { $0 != "]" }.split(separator: ":", omittingEmptySubsequences: false)
        return groups.prefix(4).joined(separator: ":")
    }

    private static func notAllowed(_ methods: String) -> HTTPResponse {
        var response = ConsoleAnswer.error(405, "MethodNotAllowed", "This can only be asked for by \(methods).")
        response.headers.set("Allow", methods)
        return response
    }
}
