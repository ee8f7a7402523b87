// Percent-encoding and query strings (RFC 3986; application/x-www-form-urlencoded for forms).

package enum PercentEncoding {
    /// Writes the decoded bytes, never more than `text` has; in forms a plus stands for a space.
    /// - Returns: how many were written; they need not be valid UTF-8.
    /// - Throws: when `%` is not followed by two hexadecimal digits.
    static func decode(
        _ text: UnsafeBufferPointer<UInt8>, plusIsSpace: Bool, to out: UnsafeMutablePointer<UInt8>
    ) throws(WireError) -> Int {
        var (i, count) = (0, 0)
        while i < text.count {
            switch text[i] {
            case UInt8(ascii: "%"):
                guard i + 2 < text.count, let high = digit(text[i + 1]), let low = digit(text[i + 2]) else {
                    throw WireError(
                        code: .malformed, position: i, message: "cannot decode percent-encoding: two hexadecimal digits must follow")
                }
                out[count] = high << 4 | low
                i += 2
            case UInt8(ascii: "+") where plusIsSpace: out[count] = UInt8(ascii: " ")
            case let byte: out[count] = byte
            }
            i += 1
            count += 1
        }
        return count
    }

    /// Nil when the text is not well encoded or does not decode to UTF-8.
    package static func decode(_ text: String, plusIsSpace: Bool = false) -> String? {
        let encoded = Array(text.utf8)
        let decoded = [UInt8](unsafeUninitializedCapacity: encoded.count) { out, count in
            guard let out = out.baseAddress else { return }
            do throws(WireError) {
                count = try encoded.withUnsafeBufferPointer { utf8 throws(WireError) in
                    try decode(utf8, plusIsSpace: plusIsSpace, to: out)
                }
            } catch {
                count = 0
            }
        }
        guard decoded.isEmpty == encoded.isEmpty else { return nil }
        return String(validating: decoded, as: UTF8.self)
    }

    /// Everything but the unreserved characters becomes `%XX`, as AWS signatures demand.
    package static func encode(_ text: String, keepingSlash: Bool = false) -> String {
        var out: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) || keepingSlash && byte == UInt8(ascii: "/") {
                out.append(byte)
            } else {
                out.append(UInt8(ascii: "%"))
                out.append(upperHexadecimal(byte >> 4))
                out.append(upperHexadecimal(byte & 15))
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func upperHexadecimal(_ digit: UInt8) -> UInt8 { digit < 10 ? 0x30 + digit : 0x37 + digit }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 0x57
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 0x37
        default: nil
        }
    }
}

extension HTTPRequestHead {
    /// The decoded path; nil when it is not well encoded.
    package var decodedPath: String? { PercentEncoding.decode(path) }

    /// The query's pairs in order, decoded; a name without `=` has an empty value. Nil when it is not well encoded.
    package var queryItems: [(name: String, value: String)]? {
        var items: [(name: String, value: String)] = []
        for pair in query.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(String(halves[0]), plusIsSpace: true),
                let value = PercentEncoding.decode(halves.count > 1 ? String(halves[1]) : "", plusIsSpace: true)
            else { return nil }
            items.append((name, value))
        }
        return items
    }
}
