import Bytes
import WireFormats

/// A place in a list, or an event, in a text of its own: nothing is kept for it here.
///
/// It carries a sum over the request that it was made for, so that another request's, or one that was changed, is refused.
struct PageToken {
    let fields: [String]

    init(fields: [String]) { self.fields = fields }

    /// - Parameter request: everything that decides what the pages are.
    func text(for request: [String]) -> String {
        Base64.encode(JSON.encode(.list([.text(Self.sum(request + fields)), .texts(fields)])))
    }

    /// - Returns: nil for a text that is no token of this request.
    init?(_ text: String, for request: [String]) {
        guard text.utf8.count <= 8192, let bytes = Base64.decode(text), let document = try? WireDocument(json: bytes) else { return nil }
        var members = document.root.children
        guard let sum = members.next()?.text, let list = members.next(), list.kind == .list else { return nil }
        fields = list.children.compactMap(\.text)
        guard fields.count == list.childCount, sum == Self.sum(request + fields) else { return nil }
    }

    static func sum(_ parts: [String]) -> String {
        String(Checksum.xxh3(parts.flatMap { Array("\($0.utf8.count):\($0)".utf8) }), radix: 16)
    }
}
