import Bytes
import Columns

/// One text with a number behind it, as in `user-4711`: `[varint length][prefix][packed integers]`. Numbers have no zeros in front.
enum NumberedEncoding {
    private static let digitsMax = 17

    static func append(_ tokens: Tokens, to writer: inout ByteWriter) -> Bool {
        guard tokens.count > 0, let prefix = prefix(of: tokens[0]) else { return false }
        var numbers: [Int64] = []
        numbers.reserveCapacity(tokens.count)
        for index in 0..<tokens.count {
            let token = tokens[index]
            guard token.count > prefix.count, token.count <= prefix.count + digitsMax else { return false }
            for place in prefix.indices where token[place] != prefix[place] { return false }
            guard token[prefix.count] != 48 || token.count == prefix.count + 1 else { return false }
            var number: Int64 = 0
            for place in prefix.count..<token.count {
                let digit = token[place] &- 48
                guard digit < 10 else { return false }
                number = number &* 10 &+ Int64(digit)
            }
            numbers.append(number)
        }
        writer.append(uint8: ColumnEncoding.numbered.rawValue)
        writer.append(lengthPrefixed: prefix)
        PackedIntegers.append(numbers, to: &writer)
        return true
    }

    /// Nil when the token does not end in a digit.
    private static func prefix(of token: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var end = token.count
        while end > 0, token[end - 1] &- 48 < 10 { end -= 1 }
        return end < token.count ? Array(token[..<end]) : nil
    }

    static func read(_ reader: inout ByteReader, countMax: Int) throws(BytesError) -> ColumnValues {
        let prefix = Array(try reader.lengthPrefixed())
        let numbers = try PackedIntegers.read(&reader, countMax: countMax)
        guard numbers.allSatisfy({ $0 >= 0 }) else {
            throw BytesError(code: .malformed, message: "cannot read numbered texts: a negative number")
        }
        return .numbered(NumberedTexts(prefix: prefix, numbers: numbers))
    }
}

struct NumberedTexts: Sendable {
    let prefix: [UInt8]
    let numbers: [Int64]

    func append(_ place: Int, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: prefix)
        DecimalForm.append(UInt64(numbers[place]), to: &bytes)
    }

    var texts: BytesVector {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(numbers.count * (prefix.count + 8))
        var ends: [UInt32] = []
        ends.reserveCapacity(numbers.count)
        for place in numbers.indices {
            append(place, to: &bytes)
            ends.append(UInt32(bytes.count))
        }
        return BytesVector(bytes: bytes, ends: ends)
    }
}
