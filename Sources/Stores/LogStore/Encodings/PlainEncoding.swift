import Bytes
import Columns

/// Tokens as they are: `[packed lengths][all tokens]`.
enum PlainEncoding {
    static func append(_ tokens: Tokens, to writer: inout ByteWriter) {
        writer.append(uint8: ColumnEncoding.plain.rawValue)
        PackedIntegers.append((0..<tokens.count).map { Int64(tokens.ends[$0] &- tokens.starts[$0]) }, to: &writer)
        for index in 0..<tokens.count { writer.append(bytes: UnsafeRawBufferPointer(tokens[index])) }
    }

    static func read(_ reader: inout ByteReader, countMax: Int) throws(BytesError) -> ColumnValues {
        .texts(try strings(&reader, countMax: countMax))
    }

    static func strings(_ reader: inout ByteReader, countMax: Int) throws(BytesError) -> BytesVector {
        let lengths = try PackedIntegers.read(&reader, countMax: countMax)
        var ends: [UInt32] = []
        ends.reserveCapacity(lengths.count)
        var end = 0
        for length in lengths {
            guard length >= 0, length <= reader.remaining else { throw BytesError(code: .malformed, message: "cannot read texts: a length of \(length)") }
            end += Int(length)
            guard end <= Int(UInt32.max) else { throw BytesError(code: .malformed, message: "cannot read texts: over 4 GB") }
            ends.append(UInt32(end))
        }
        return BytesVector(bytes: Array(try reader.bytes(end)), ends: ends)
    }
}
