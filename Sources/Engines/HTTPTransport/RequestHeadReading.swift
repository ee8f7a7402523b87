import CHTTP
import WireFormats

/// How long the body is.
enum BodyFraming: Sendable, Equatable { case none, length(Int), chunks }

/// A head that must not be served. Two readers that disagree about such a head let a client hide a second request in the first
/// (RFC 9112, 11.2), so nothing is repaired.
struct HeadRefusal: Error, Equatable {
    let status: Int
    let why: String
}

/// A request's head as the library gives it. The library is forgiving, so everything is looked at again.
struct RawHead {
    /// Fields of a head; real clients send fewer than 30.
    static let fieldsMax = 200

    let method: UnsafeBufferPointer<UInt8>
    let target: UnsafeBufferPointer<UInt8>
    let version: UnsafeBufferPointer<UInt8>
    let fields: UnsafeBufferPointer<gw_http_field>

    func checked(peer: String) throws(HeadRefusal) -> (HTTPRequestHead, BodyFraming) {
        guard isToken(method), method.count <= 32 else { throw HeadRefusal(status: 400, why: "method") }
        let (path, query) = try checkedTarget()
        var head = HTTPRequestHead(method: text(method), path: path, query: query, peer: peer)
        for field in fields { try add(field, to: &head.headers) }
        guard head.headers.values(of: "Host").count <= 1 else { throw HeadRefusal(status: 400, why: "several Host fields") }
        return (head, try framing())
    }

    /// RFC 9112, 3.2: origin form, the absolute form that proxies use, or the asterisk of OPTIONS.
    private func checkedTarget() throws(HeadRefusal) -> (path: String, query: String) {
        guard target.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw HeadRefusal(status: 400, why: "byte in the request target") }
        var rest = target[...]
        for scheme in ["http://", "https://"] where rest.count >= scheme.utf8.count && text(rest.prefix(scheme.utf8.count)).lowercased() == scheme {
            rest = rest.dropFirst(scheme.utf8.count).drop { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
            break
        }
        let path = rest.prefix { $0 != UInt8(ascii: "?") }
        let query = text(rest[path.endIndex...].dropFirst())
        if path.isEmpty, rest.startIndex > 0 { return ("/", query) }
        let isAsterisk = text(method) == "OPTIONS" && text(path) == "*"
        guard path.first == UInt8(ascii: "/") || isAsterisk else { throw HeadRefusal(status: 400, why: "form of the request target") }
        return (text(path), query)
    }

    private func add(_ field: gw_http_field, to headers: inout HTTPHeaders) throws(HeadRefusal) {
        let name = UnsafeRawBufferPointer(start: field.name, count: field.name_length)
        var value = UnsafeRawBufferPointer(start: field.value, count: field.value_length)
        guard isToken(name) else { throw HeadRefusal(status: 400, why: "field name") }
        guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { throw HeadRefusal(status: 400, why: "field value") }
        while let last = value.last, last == 0x20 || last == 0x09 { value = UnsafeRawBufferPointer(rebasing: value.dropLast()) }
        headers.add(text(name), text(value))
    }

    /// Looks at the values as the library does, with trailing blanks: it takes "chunked " for a body without an end.
    private func framing() throws(HeadRefusal) -> BodyFraming {
        let lengths = values(of: "content-length"), codings = values(of: "transfer-encoding")
        if let coding = codings.first {
            guard lengths.isEmpty, codings.count == 1 else { throw HeadRefusal(status: 400, why: "framed twice") }
            guard text(version) != "HTTP/1.0" else { throw HeadRefusal(status: 400, why: "Transfer-Encoding in HTTP/1.0") }
            guard coding.lowercased() == "chunked" else { throw HeadRefusal(status: 501, why: "Transfer-Encoding") }
            return .chunks
        }
        guard let length = lengths.first else { return .none }
        guard lengths.count == 1 else { throw HeadRefusal(status: 400, why: "several Content-Length fields") }
        guard !length.isEmpty, length.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            throw HeadRefusal(status: 400, why: "Content-Length")
        }
        guard let count = Int(length) else { throw HeadRefusal(status: 413, why: "Content-Length") }
        return count == 0 ? .none : .length(count)
    }

    private func values(of name: String) -> [String] {
        fields.compactMap { field in
            guard field.name_length == name.utf8.count else { return nil }
            let bytes = UnsafeRawBufferPointer(start: field.name, count: field.name_length)
            guard zip(bytes, name.utf8).allSatisfy({ $0 | 0x20 == $1 }) else { return nil }
            return text(UnsafeRawBufferPointer(start: field.value, count: field.value_length))
        }
    }

    private func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
}

private func isToken(_ bytes: some Collection<UInt8>) -> Bool { !bytes.isEmpty && bytes.allSatisfy { isTokenByte($0) } }

/// RFC 9110, 5.6.2.
func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
    case UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"),
        UInt8(ascii: "."), UInt8(ascii: "^")...UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
        true
    default: false
    }
}
