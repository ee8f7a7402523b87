// What a request and its answer are, apart from the library that moves their bytes.

/// Header fields in the order they came. Names compare without regard to ASCII case; a repeated name keeps each value.
package struct HTTPHeaders: Sendable, ExpressibleByDictionaryLiteral {
    package private(set) var fields: [(name: String, value: String)] = []

    package init() {}
    package init(dictionaryLiteral elements: (String, String)...) { fields = elements.map { (name: $0.0, value: $0.1) } }

    /// The first value of `name`, or nil.
    package subscript(name: String) -> String? { fields.first { Self.isSame($0.name, name) }?.value }

    package func values(of name: String) -> [String] { fields.filter { Self.isSame($0.name, name) }.map(\.value) }

    package mutating func add(_ name: String, _ value: String) { fields.append((name, value)) }

    /// Replaces every field of this name by one.
    package mutating func set(_ name: String, _ value: String) {
        fields.removeAll { Self.isSame($0.name, name) }
        fields.append((name, value))
    }

    private static func isSame(_ a: String, _ b: String) -> Bool {
        let a = a.utf8, b = b.utf8
        return a.count == b.count && zip(a, b).allSatisfy { lowercase($0) == lowercase($1) }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 0x20 : byte }
}

/// A request without its body.
package struct HTTPRequestHead: Sendable {
    package var method: String
    /// As sent: percent-encoded, without the query.
    package var path: String
    /// As sent, without the question mark; empty when there is none.
    package var query: String
    package var headers: HTTPHeaders
    /// Address and port of the other end, for logs and per-client limits.
    package var peer: String

    package init(method: String, path: String, query: String = "", headers: HTTPHeaders = [:], peer: String = "") {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.peer = peer
    }
}

/// Where a streamed response body goes.
package protocol HTTPBodyWriter: Sendable {
    /// Returns once the bytes are taken; waits while the client reads slowly.
    /// - Returns: false when the client is gone; the producer should stop.
    func write(_ bytes: [UInt8]) async -> Bool
}

package struct HTTPResponse: Sendable {
    package enum Body: Sendable {
        case bytes([UInt8])
        /// Called once; the response ends when it returns.
        case stream(@Sendable (any HTTPBodyWriter) async -> Void)
    }

    package var status: Int
    package var headers: HTTPHeaders
    package var body: Body

    package init(status: Int, headers: HTTPHeaders = [:], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package init(status: Int, contentType: String, _ body: [UInt8]) {
        self.init(status: status, headers: ["Content-Type": contentType], body: .bytes(body))
    }
}
