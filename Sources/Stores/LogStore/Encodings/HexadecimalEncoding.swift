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
    fileprivate static let values: [UInt8] = (0...255).map { byte in
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
        let width = (pattern.count { $0 == 0 } + 1) / 2
        return .hexadecimal(HexadecimalTexts(pattern: pattern, packed: Array(try reader.bytes(width * count)), count: count))
    }
}

/// Ids as they lie in a block. A search for one goes over the packed digits: putting all of a block's ids together costs a hundred times more.
struct HexadecimalTexts: Sendable {
    /// A zero byte where a digit goes, and else the sign that stands there.
    let pattern: [UInt8]
    let count: Int
    private let packed: [UInt8]
    private let width: Int
    private let digitPlaces: [Int]

    /// - Precondition: `packed` has two digits a byte for each of `count` ids, every id from a new byte on.
    fileprivate init(pattern: [UInt8], packed: [UInt8], count: Int) {
        self.pattern = pattern
        self.packed = packed
        self.count = count
        digitPlaces = pattern.indices.filter { pattern[$0] == 0 }
        width = (digitPlaces.count + 1) / 2
        precondition(packed.count == width * count, "digits of \(count) ids")
    }

    func append(_ place: Int, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: pattern)
        bytes.withUnsafeMutableBufferPointer { all in write(place, to: all.baseAddress! + (all.count - pattern.count)) }
    }

    var texts: BytesVector {
        let bytes = [UInt8](unsafeUninitializedCapacity: pattern.count * count) { target, filled in
            for place in 0..<count {
                let out = target.baseAddress! + place * pattern.count
                for index in pattern.indices { out[index] = pattern[index] }
                write(place, to: out)
            }
            filled = pattern.count * count
        }
        return BytesVector(bytes: bytes, ends: (0..<count).map { UInt32(($0 + 1) * pattern.count) })
    }

    /// - Parameter out: `pattern.count` bytes that hold the pattern.
    @inline(__always)
    private func write(_ place: Int, to out: UnsafeMutablePointer<UInt8>) {
        packed.withUnsafeBufferPointer { packed in
            for (number, index) in digitPlaces.enumerated() {
                let byte = packed[place &* width &+ number &>> 1]
                let digit = number & 1 == 0 ? byte &>> 4 : byte & 15
                out[index] = digit < 10 ? 48 &+ digit : 87 &+ digit
            }
        }
    }

    // MARK: searching

    /// More ways to lay a needle over an id than this, and a search of the texts is quicker.
    private static let alignmentsMax = 4

    /// The places whose id has `needle` in it.
    func places(containing needle: [UInt8]) -> Selection {
        guard needle.count <= pattern.count else { return Selection(none: count) }
        guard pattern.count - needle.count < Self.alignmentsMax else { return texts.rows(containing: needle) }
        let masks = (0...(pattern.count - needle.count)).compactMap { digits(of: needle, at: $0) }
        return Selection(rowCount: count) { place in masks.contains { isMatch($0, place) } }
    }

    /// What the packed bytes of an id must be under a mask.
    private struct Digits {
        let bytes: Range<Int>
        var wanted: [UInt8]
        var mask: [UInt8]
    }

    /// - Returns: nil when the needle cannot stand there, whatever the digits.
    private func digits(of needle: [UInt8], at offset: Int) -> Digits? {
        let covered = digitPlaces.indices.filter { (offset..<(offset + needle.count)).contains(digitPlaces[$0]) }
        let bytes = covered.isEmpty ? 0..<0 : covered[0] / 2..<(covered[covered.count - 1] / 2 + 1)
        var digits = Digits(bytes: bytes, wanted: [UInt8](repeating: 0, count: bytes.count), mask: [UInt8](repeating: 0, count: bytes.count))
        for index in needle.indices where pattern[offset + index] != 0 && pattern[offset + index] != needle[index] { return nil }
        for number in covered {
            let value = HexadecimalEncoding.values[Int(needle[digitPlaces[number] - offset])]
            guard value < 16 else { return nil }
            digits.wanted[number / 2 - bytes.lowerBound] |= number & 1 == 0 ? value << 4 : value
            digits.mask[number / 2 - bytes.lowerBound] |= number & 1 == 0 ? 0xF0 : 0x0F
        }
        return digits
    }

    @inline(__always)
    private func isMatch(_ digits: Digits, _ place: Int) -> Bool {
        let start = place &* width &+ digits.bytes.lowerBound
        for index in digits.wanted.indices where packed[start &+ index] & digits.mask[index] != digits.wanted[index] { return false }
        return true
    }
}
