import AWSProtocol
import WireFormats

/// What a caller may ask of the doors that are not AWS' and have no operations by name.
enum OpenProtocols {
    /// Asked by POST too, because a query can be long, and yet only reading.
    private static let readingPosts: Set<String> = [
        "/api/v1/query", "/api/v1/query_range", "/api/v1/query_exemplars", "/api/v1/series", "/api/v1/labels", "/api/v1/format_query",
        "/api/v1/parse_query", "/api/v1/read", "/api/ui/v1/alarms/preview",
    ]
    private static let tenantHeader = "X-Scope-OrgID"

    private static func isReading(_ head: HTTPRequestHead) -> Bool {
        head.method == "GET" || head.method == "HEAD"
            || head.method == "POST" && (readingPosts.contains(head.path) || head.path.hasPrefix("/api/ui/v1/live/"))
    }

    /// The request as the doors may see it: the tenant that it names is the caller's own.
    static func permitted(_ head: HTTPRequestHead, to caller: Caller) throws(AccessFault) -> HTTPRequestHead {
        guard caller.mayChange || isReading(head) else { throw .denied("\(caller.name) may only read") }
        guard let account = caller.account else { return head }
        if let named = head.headers[tenantHeader], !named.isEmpty, named != account {
            throw .denied("\(caller.name) belongs to account \(account) and cannot use \(tenantHeader) \(named.prefix(64))")
        }
        var head = head
        head.headers.set(tenantHeader, account)
        return head
    }
}
