import Bytes
import Columns

/// Ids of one form, with digits from 0 to f in the same places and the same signs between them (hex strings, UUIDs, trace ids), two
/// digits a byte: `[varint length][pattern][varint count][half of the digits, rounded up, a token]`.
///
/// The pattern has a zero byte where a digit goes, and else the sign that stands there.
enum HexadecimalEncoding {
    static let digitsMin = 8
    private static let lengthMax = 128

    static func append(_ tokens: Tokens, to writer: inout ByteWriter) -> Bool {
        guard tokens.count > 0, let pattern = pattern(of: tokens[0]) else { return false }
        let places = pattern.indices.filter { pattern[$0] == 0 }
        let width = (places.count + 1) / 2
        let isPlain = places.count == pattern.count
        guard let packed = packed(tokens, pattern, places, width: width, isPlain: isPlain) else { return false }
        writer.append(uint8: ColumnEncoding.hexadecimal.rawValue)
        writer.append(lengthPrefixed: pattern)
        writer.append(varint: UInt64(tokens.count))
        writer.append(bytes: packed)
        return true
    }

    /// Nil when a token is of another pattern.
    private static func packed(_ tokens: Tokens, _ pattern: [UInt8], _ places: [Int], width: Int, isPlain: Bool) -> [UInt8]? {
        var isFitting = true
        let packed = [UInt8](unsafeUninitializedCapacity: width * tokens.count) { target, filled in
            for index in 0..<tokens.count {
                let token = tokens[index]
                let out = target.baseAddress! + index * width
                isFitting = token.count == pattern.count
                    && (isPlain && places.count & 1 == 0 ? pack(token, to: out) : pack(token, pattern, places, to: out))
                guard isFitting else { return }
            }
            filled = width * tokens.count
        }
        return isFitting ? packed : nil
    }

    @inline(__always)
    private static func pack(_ token: UnsafeBufferPointer<UInt8>, to out: UnsafeMutablePointer<UInt8>) -> Bool {
        var bad: UInt8 = 0
        var place = 0
        while place < token.count {
            let high = values[Int(token[place])]
            let low = values[Int(token[place &+ 1])]
            bad |= high | low
            out[place &>> 1] = high &<< 4 | low & 15
            place &+= 2
        }
        return bad < 16
    }

    private static func pack(_ token: UnsafeBufferPointer<UInt8>, _ pattern: [UInt8], _ places: [Int], to out: UnsafeMutablePointer<UInt8>) -> Bool {
        for place in pattern.indices where pattern[place] != 0 && pattern[place] != token[place] { return false }
        for (number, place) in places.enumerated() {
            let digit = values[Int(token[place])]
            guard digit < 16 else { return false }
            if number & 1 == 0 { out[number >> 1] = digit << 4 } else { out[number >> 1] |= digit }
        }
        return true
    }

    /// Nil when the token does not look like an id.
    private static func pattern(of token: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard (digitsMin...lengthMax).contains(token.count) else { return nil }
        let pattern = token.map { values[Int($0)] < 16 ? 0 : $0 }
        // Words have letters from a to f too.
        guard pattern.count(where: { $0 == 0 }) * 4 >= pattern.count * 3 else { return nil }
        return pattern
    }

    /// The value of a digit; 255 for other bytes. Upper case is another byte: it would not come back.
    private static let values: [UInt8] = (0...255).map { byte in
        switch byte {
        case 48...57: UInt8(byte - 48)
        case 97...102: UInt8(byte - 87)
        default: 255
        }
    }

    static func read(_ reader: inout ByteReader, countMax: Int) throws(BytesError) -> ColumnValues {
        let pattern = Array(try reader.lengthPrefixed())
        let count = try reader.valueCount(max: countMax)
        guard !pattern.isEmpty, pattern.count <= lengthMax else { throw BytesError(code: .malformed, message: "cannot read ids: bad pattern") }
        let places = pattern.indices.filter { pattern[$0] == 0 }
        let width = (places.count + 1) / 2
        let packed = try reader.bytes(width * count)
        let bytes = [UInt8](unsafeUninitializedCapacity: pattern.count * count) { target, filled in
            for index in 0..<count {
                let out = target.baseAddress! + index * pattern.count
                for place in pattern.indices { out[place] = pattern[place] }
                for (number, place) in places.enumerated() {
                    let byte = packed[index * width + (number >> 1)]
                    let digit = number & 1 == 0 ? byte >> 4 : byte & 15
                    out[place] = digit < 10 ? 48 + digit : 87 + digit
                }
            }
            filled = pattern.count * count
        }
        return .texts(BytesVector(bytes: bytes, ends: (0..<count).map { UInt32(($0 + 1) * pattern.count) }))
    }
}
