// Values as CBOR (RFC 8949), definite lengths throughout.

package enum CBOR {
    package static func encode(_ value: WireValue) -> [UInt8] {
        var out: [UInt8] = []
        append(value, to: &out)
        return out
    }

    /// Doubles are 64 bits wide; timestamps are tag 1 with whole seconds or a double.
    package static func append(_ value: WireValue, to out: inout [UInt8]) {
        switch value {
        case .bool(let value): out.append(value ? 0xF5 : 0xF4)
        case .integer(let value): append(value, to: &out)
        case .double(let value): append(value, to: &out)
        case .text(let value): append(value, to: &out)
        case .blob(let bytes):
            head(2, UInt64(bytes.count), to: &out)
            out.append(contentsOf: bytes)
        case .timestamp(let nanoseconds): timestamp(nanoseconds, to: &out)
        case .list(let values):
            head(4, UInt64(values.count), to: &out)
            for value in values { append(value, to: &out) }
        case .doubles(let values):
            head(4, UInt64(values.count), to: &out)
            for value in values { append(value, to: &out) }
        case .timestamps(let values):
            head(4, UInt64(values.count), to: &out)
            for value in values { timestamp(value, to: &out) }
        case .map(let members), .structure(let members):
            head(5, UInt64(members.count), to: &out)
            for (key, value) in members {
                append(key, to: &out)
                append(value, to: &out)
            }
        }
    }

    private static func append(_ value: Int64, to out: inout [UInt8]) {
        value < 0 ? head(1, UInt64(-1 - value), to: &out) : head(0, UInt64(value), to: &out)
    }

    private static func append(_ value: Double, to out: inout [UInt8]) {
        out.append(0xFB)
        bigEndian(value.bitPattern, bytes: 8, to: &out)
    }

    private static func append(_ text: String, to out: inout [UInt8]) {
        var text = text
        text.withUTF8 {
            head(3, UInt64($0.count), to: &out)
            out.append(contentsOf: $0)
        }
    }

    private static func timestamp(_ nanoseconds: Int64, to out: inout [UInt8]) {
        out.append(0xC1)
        if nanoseconds % 1_000_000_000 == 0 {
            append(nanoseconds / 1_000_000_000, to: &out)
        } else {
            append(Double(nanoseconds / 1000) / 1e6, to: &out)
        }
    }

    private static func head(_ major: UInt8, _ argument: UInt64, to out: inout [UInt8]) {
        let (short, width): (UInt8, Int) =
            switch argument {
            case 0..<24: (UInt8(argument), 0)
            case 0...0xFF: (24, 1)
            case 0...0xFFFF: (25, 2)
            case 0...0xFFFF_FFFF: (26, 4)
            default: (27, 8)
            }
        out.append(major << 5 | short)
        bigEndian(argument, bytes: width, to: &out)
    }

    private static func bigEndian(_ value: UInt64, bytes: Int, to out: inout [UInt8]) {
        for i in stride(from: bytes - 1, through: 0, by: -1) { out.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * i))) }
    }
}
