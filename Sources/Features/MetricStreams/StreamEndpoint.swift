/// Where a stream goes. Groundwatch has no Firehose of its own; it speaks to the endpoints that Firehose speaks to.
///
/// - `http://…` or `https://…` in place of the ARN is the endpoint itself.
/// - `arn:aws:firehose:REGION:ACCOUNT:deliverystream/NAME` is `NAME` under the address that the server was told (`--firehose`).
package struct StreamEndpoint: Sendable {
    /// Nil: ARNs lead nowhere.
    private let base: String?

    package init(base: String?) { self.base = base }

    /// Nil when it leads nowhere.
    package func url(of text: String) -> String? {
        if text.hasPrefix("http://") || text.hasPrefix("https://") {
            let host = text.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" }
            return host.isEmpty || text.unicodeScalars.contains { $0.value <= 32 || $0.value == 127 } ? nil : text
        }
        guard let base, let name = Self.name(text) else { return nil }
        return base.hasSuffix("/") ? base + name : base + "/" + name
    }

    private static func name(_ arn: String) -> String? {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "firehose", parts[5].hasPrefix("deliverystream/") else { return nil }
        let name = parts[5].dropFirst("deliverystream/".count)
        guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy({ ($0 | 0x20) &- 97 < 26 || $0 &- 48 < 10 || $0 == 45 || $0 == 46 || $0 == 95 })
        else { return nil }
        return String(name)
    }
}
