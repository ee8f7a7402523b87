import Bytes
import Glibc

/// The same token in every row.
enum ConstantEncoding {
    static func append(_ tokens: Tokens, to writer: inout ByteWriter) -> Bool {
        guard tokens.count > 0 else { return false }
        let first = tokens[0]
        for index in 1..<max(1, tokens.count) {
            let token = tokens[index]
            guard token.count == first.count, token.isEmpty || memcmp(token.baseAddress!, first.baseAddress!, token.count) == 0 else { return false }
        }
        writer.append(uint8: ColumnEncoding.constant.rawValue)
        writer.append(varint: UInt64(tokens.count))
        writer.append(lengthPrefixed: first)
        return true
    }

    static func read(_ reader: inout ByteReader, countMax: Int) throws(BytesError) -> ColumnValues {
        let count = try reader.valueCount(max: countMax)
        return .constant(Array(try reader.lengthPrefixed()), count: count)
    }
}
