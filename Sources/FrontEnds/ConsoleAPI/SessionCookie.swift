package import WireFormats

/// The cookie that stands for a session. Scripts cannot read it, other sites' pages cannot send it.
package enum SessionCookie {
    private static let name = "groundwatch_session"
    /// A browser sends one; more are somebody else's attempt.
    private static let countMax = 4

    /// What the request's cookies of this name hold; 64 hexadecimal digits each.
    package static func tokens(of head: HTTPRequestHead) -> [String] {
        let pairs = head.headers.values(of: "Cookie").flatMap { $0.split(separator: ";") }
        let tokens = pairs.compactMap { pair -> String? in
            let halves = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            guard halves.count == 2, halves[0] == name, halves[1].utf8.count == 64 else { return nil }
            return String(halves[1])
        }
        return Array(tokens.prefix(countMax))
    }

    static func set(_ token: String, secondsMax: Int64, for head: HTTPRequestHead) -> String {
        "\(name)=\(token); Path=/; HttpOnly; SameSite=Strict; Max-Age=\(secondsMax)" + (isSecure(head) ? "; Secure" : "")
    }

    static func removed(for head: HTTPRequestHead) -> String { set("", secondsMax: 0, for: head) }

    /// The page's own origin says how the browser reached us, whatever stands in between.
    private static func isSecure(_ head: HTTPRequestHead) -> Bool {
        head.headers["Origin"]?.lowercased().hasPrefix("https://") ?? false
    }
}
