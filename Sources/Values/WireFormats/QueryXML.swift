// Values as the XML of AWS's query protocol.

import Bytes
import Platform

package enum QueryXML {
    /// `<name>…</name>`; an empty list, map or structure is `<name/>`.
    package static func append(element name: String, _ value: WireValue, to out: inout [UInt8]) {
        if isEmpty(value) {
            out.append(contentsOf: "<\(name)/>".utf8)
        } else {
            out.append(contentsOf: "<\(name)>".utf8)
            append(contentOf: value, to: &out)
            out.append(contentsOf: "</\(name)>".utf8)
        }
    }

    /// What stands between the tags: members of a structure under their names, `<member>` for each element of a list,
    /// `<entry><key/><value/></entry>` for each of a map, timestamps as ISO 8601 with milliseconds, doubles as `80.0`.
    package static func append(contentOf value: WireValue, to out: inout [UInt8]) {
        switch value {
        case .bool(let value): out.append(contentsOf: value ? "true".utf8 : "false".utf8)
        case .integer(let value): DecimalText.append(value, to: &out)
        case .double(let value): append(value, to: &out)
        case .text(let value): append(text: value, to: &out)
        case .blob(let bytes): out.append(contentsOf: Base64.encode(bytes).utf8)
        case .timestamp(let nanoseconds): out.append(contentsOf: UTCText.milliseconds(nanoseconds).utf8)
        case .list(let values): for value in values { append(element: "member", value, to: &out) }
        case .doubles(let values): for value in values { append(element: "member", .double(value), to: &out) }
        case .timestamps(let values): for value in values { append(element: "member", .timestamp(value), to: &out) }
        case .structure(let members): for (name, value) in members { append(element: name, value, to: &out) }
        case .map(let entries):
            for (key, value) in entries {
                append(element: "entry", .structure([("key", .text(key)), ("value", value)]), to: &out)
            }
        }
    }

    private static func isEmpty(_ value: WireValue) -> Bool {
        switch value {
        case .list(let values): values.isEmpty
        case .doubles(let values): values.isEmpty
        case .timestamps(let values): values.isEmpty
        case .map(let members), .structure(let members): members.isEmpty
        case .text(let text): text.isEmpty
        case .blob(let bytes): bytes.isEmpty
        default: false
        }
    }

    private static func append(_ value: Double, to out: inout [UInt8]) {
        if value.isFinite { return DecimalText.append(value, to: &out) }
        out.append(contentsOf: value.isNaN ? "NaN".utf8 : value < 0 ? "-Infinity".utf8 : "Infinity".utf8)
    }

    /// Escapes markup, and carriage returns, which a reader would otherwise turn into line feeds. Characters that XML 1.0
    /// cannot hold in any form (most controls, U+FFFE, U+FFFF) become U+FFFD.
    package static func append(text: String, to out: inout [UInt8]) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out.append(contentsOf: "&amp;".utf8)
            case "<": out.append(contentsOf: "&lt;".utf8)
            case ">": out.append(contentsOf: "&gt;".utf8)
            case "\"": out.append(contentsOf: "&quot;".utf8)
            case "\r": out.append(contentsOf: "&#xD;".utf8)
            case "\t", "\n": out.append(UInt8(ascii: scalar))
            case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": out.append(contentsOf: "\u{FFFD}".utf8)
            default: out.append(contentsOf: UTF8.encode(scalar).unsafelyUnwrapped)
            }
        }
    }
}
