// Values as JSON text, appended to a byte array.

import Bytes

package enum JSON {
    package static func encode(_ value: WireValue) -> [UInt8] {
        var out: [UInt8] = []
        append(value, to: &out)
        return out
    }

    /// Timestamps become epoch seconds with a fraction, blobs base64, and the doubles JSON has no number for become
    /// "NaN", "Infinity" and "-Infinity", as AWS JSON protocols write them.
    package static func append(_ value: WireValue, to out: inout [UInt8]) {
        switch value {
        case .bool(let value): out.append(contentsOf: value ? "true".utf8 : "false".utf8)
        case .integer(let value): DecimalText.append(value, to: &out)
        case .double(let value): append(value, to: &out)
        case .text(let value): append(value, to: &out)
        case .blob(let bytes): append(Base64.encode(bytes), to: &out)
        case .timestamp(let nanoseconds): DecimalText.appendSeconds(nanoseconds: nanoseconds, to: &out)
        case .list(let values): list(values, to: &out) { append($0, to: &$1) }
        case .doubles(let values): list(values, to: &out) { append($0, to: &$1) }
        case .timestamps(let values): list(values, to: &out) { DecimalText.appendSeconds(nanoseconds: $0, to: &$1) }
        case .map(let members), .structure(let members): map(members, to: &out)
        }
    }

    /// A quoted string with everything escaped that RFC 8259 section 7 demands, and nothing else.
    package static func append(_ text: String, to out: inout [UInt8]) {
        var text = text
        text.withUTF8 { bytes in
            out.append(UInt8(ascii: "\""))
            var clean = 0  // start of the run not yet written
            for i in 0..<bytes.count where bytes[i] < 0x20 || bytes[i] == UInt8(ascii: "\"") || bytes[i] == UInt8(ascii: "\\") {
                out.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[clean..<i]))
                appendEscape(of: bytes[i], to: &out)
                clean = i + 1
            }
            out.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[clean...]))
            out.append(UInt8(ascii: "\""))
        }
    }

    private static func appendEscape(of byte: UInt8, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: out.append(UInt8(ascii: "b"))
        case 0x09: out.append(UInt8(ascii: "t"))
        case 0x0A: out.append(UInt8(ascii: "n"))
        case 0x0C: out.append(UInt8(ascii: "f"))
        case 0x0D: out.append(UInt8(ascii: "r"))
        case 0..<0x20:
            out.append(contentsOf: "u00".utf8)
            out.append(hexadecimal(byte >> 4))
            out.append(hexadecimal(byte & 15))
        default: out.append(byte)
        }
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 { digit < 10 ? 0x30 + digit : 0x57 + digit }

    private static func append(_ value: Double, to out: inout [UInt8]) {
        if value.isFinite { return DecimalText.append(value, to: &out) }
        append(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity", to: &out)
    }

    private static func list<Element>(_ values: [Element], to out: inout [UInt8], _ append: (Element, inout [UInt8]) -> Void) {
        out.append(UInt8(ascii: "["))
        for (i, value) in values.enumerated() {
            if i > 0 { out.append(UInt8(ascii: ",")) }
            append(value, &out)
        }
        out.append(UInt8(ascii: "]"))
    }

    private static func map(_ members: [(String, WireValue)], to out: inout [UInt8]) {
        out.append(UInt8(ascii: "{"))
        for (i, (key, value)) in members.enumerated() {
            if i > 0 { out.append(UInt8(ascii: ",")) }
            append(key, to: &out)
            out.append(UInt8(ascii: ":"))
            append(value, to: &out)
        }
        out.append(UInt8(ascii: "}"))
    }
}
