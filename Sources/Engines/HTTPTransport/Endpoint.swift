/// Where the server is: `http://127.0.0.1:4566`.
package struct Endpoint: Sendable, Equatable {
    package let scheme: String
    /// Host and port as they were written; also what the `Host` header says.
    package let authority: String

    /// Nil when it is not an http or https address without a path.
    package init?(_ text: String) {
        let parts = text.split(separator: "://", maxSplits: 1).map(String.init)
        guard parts.count == 2, ["http", "https"].contains(parts[0]) else { return nil }
        let rest = parts[1].hasSuffix("/") ? String(parts[1].dropLast()) : parts[1]
        let isAuthority = rest.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && !rest.contains { "/?#@\\".contains($0) }
        guard !rest.isEmpty, isAuthority else { return nil }
        scheme = parts[0]
        authority = rest
    }

    package func url(_ path: String) -> String { "\(scheme)://\(authority)\(path)" }

    /// Whether the server can reach what listens on this machine's loopback.
    package var isLoopback: Bool {
        let host = authority.hasPrefix("[") ? String(authority.prefix { $0 != "]" }.dropFirst()) : String(authority.prefix { $0 != ":" })
        return host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}
