import AWSProtocol
import Bytes
import WireFormats

/// Where the next page begins, in a text of its own: no state is kept between pages.
///
/// It carries a sum over the request it was made for, so that a token of another request, or one that was changed, is refused instead
/// of giving pages that do not belong together.
struct PageToken {
    /// What the page begins after; the operation's own.
    let fields: [String]

    init(fields: [String]) { self.fields = fields }

    /// - Parameter request: everything in the request that decides what its pages are.
    func text(for request: [String]) -> String {
        let sum = Self.sum(request + fields)
        return Base64.encode(JSON.encode(.list([.text(sum), .texts(fields)])))
    }

    /// - Returns: nil for a text that is no token of this request.
    init?(_ text: String, for request: [String]) {
        guard text.utf8.count <= 16_384, let bytes = Base64.decode(text), let document = try? WireDocument(json: bytes) else { return nil }
        var members = document.root.children
        guard let sum = members.next()?.text, let list = members.next(), list.kind == .list else { return nil }
        fields = list.children.compactMap(\.text)
        guard fields.count == list.childCount, sum == Self.sum(request + fields) else { return nil }
    }

    /// What a page of names begins after.
    /// - Throws: for a text that is no token of this request.
    static func lastName(_ text: String, for request: [String]) throws(AWSError) -> String {
        guard let token = PageToken(text, for: request), token.fields.count == 1 else {
            throw .invalidNextToken("The token is not one of this request.")
        }
        return token.fields[0]
    }

    private static func sum(_ parts: [String]) -> String {
        var bytes: [UInt8] = []
        for part in parts {
            bytes += Array("\(part.utf8.count):".utf8)
            bytes += Array(part.utf8)
        }
        return String(Checksum.xxh3(bytes), radix: 16)
    }
}
