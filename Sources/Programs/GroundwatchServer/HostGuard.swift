import WireFormats

/// Keeps pages of other sites from talking to a server that asks nobody for credentials.
///
/// A browser sends what it is told to any address, this machine's included: a page's form can be a query-protocol request, and a name
/// that its owner points at 127.0.0.1 makes any page "same origin". So an unsigned request must name a host that is ours, and one that
/// a page sent must come from a page of ours. A signed request proves more than either: no page can sign without the key. Nor can one
/// send the cookie of a name that it is not under, so a server that asks for credentials may be reached by any name.
struct HostGuard: Sendable {
    private let hostNames: Set<String>

    /// - Parameter hostNames: lower-case names besides loopback ones under which the server may be reached.
    init(hostNames: Set<String> = []) { self.hostNames = hostNames }

    /// The answer to a request that may not go on, or nil.
    /// - Parameter asksForCredentials: whether the server does, of everybody.
    func refusal(of head: HTTPRequestHead, asksForCredentials: Bool = false) -> HTTPResponse? {
        let host = head.headers["Host"]?.lowercased() ?? ""
        if let origin = head.headers["Origin"]?.lowercased(), origin != "http://" + host, origin != "https://" + host {
            return Self.forbidden("cannot take a request that a page of \(Self.shown(origin)) sent")
        }
        if head.headers["Sec-Fetch-Site"] == "cross-site", head.method != "GET", head.method != "HEAD" {
            return Self.forbidden("cannot take a request that another site's page sent")
        }
        guard head.headers["Authorization"] == nil, !asksForCredentials else { return nil }
        guard isOurs(Self.name(ofHost: host)) else {
            return Self.forbidden("cannot take an unsigned request for host \(Self.shown(host)): set host-names to allow it")
        }
        return nil
    }

    private func isOurs(_ name: String) -> Bool {
        name == "localhost" || name.hasSuffix(".localhost") || name == "[::1]" || Self.isLoopbackAddress(name) || hostNames.contains(name)
    }

    private static func isLoopbackAddress(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func name(ofHost host: String) -> String {
        guard let colon = host.lastIndex(of: ":"), host[host.index(after: colon)...].utf8.allSatisfy({ $0 &- 48 < 10 }) else { return host }
        return String(host[..<colon])
    }

    private static func shown(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(100).filter { $0.value > 32 && $0.value < 127 }))
    }

    private static func forbidden(_ message: String) -> HTTPResponse {
        HTTPResponse(status: 403, contentType: "text/plain; charset=utf-8", Array((message + "\n").utf8))
    }
}
