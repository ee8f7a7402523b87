// The three small questions of HTTP that a file server has to answer: which encoding, is it fresh, what is it.

/// What `Accept-Encoding` allows (RFC 9110 section 12.5.3), of the two encodings there are here.
struct AcceptedEncodings {
    /// Without the field nothing is promised, so plain text is the safe answer (a person with curl).
    var gzip = false

    init(_ field: String?) {
        guard let field else { return }
        var wildcard: Bool?, named: Bool?
        for entry in field.split(separator: ",") {
            let parts = entry.split(separator: ";").map(trimmed)
            guard let coding = parts.first?.lowercased() else { continue }
            // A weight of zero ("q=0", "q=0.000") forbids.
            let isAllowed = !parts.dropFirst().contains { part in
                let text = part.lowercased()
                return text.hasPrefix("q=0") && text.dropFirst(3).allSatisfy { $0 == "." || $0 == "0" }
            }
            if coding == "gzip" || coding == "x-gzip" { named = isAllowed }
            if coding == "*" { wildcard = isAllowed }
        }
        gzip = named ?? wildcard ?? false
    }
}

/// The tags of `If-None-Match` (RFC 9110 section 13.1.2), compared weakly.
struct EntityTags {
    private let tags: [Substring]

    init(_ field: String?) {
        tags = (field ?? "").split(separator: ",").map { entry in
            let tag = trimmed(entry)
            return tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
        }
    }

    func contains(_ tag: String) -> Bool { tags.contains { $0 == tag || $0 == "*" } }
}

/// The content types of the kinds of file the console has.
enum MediaType {
    static func of(_ name: String) -> String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        case "json": "application/json"
        case "txt": "text/plain; charset=utf-8"
        default: "application/octet-stream"
        }
    }
}

/// Without the blanks and tabs around it.
private func trimmed(_ text: Substring) -> Substring {
    var rest = text.drop { $0 == " " || $0 == "\t" }
    while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
    return rest
}
