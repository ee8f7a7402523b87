import Bytes
import Columns

/// The values of a column of a block, as they were taken apart: one a row that has one, in the rows' order.
enum ColumnValues: Sendable {
    case constant([UInt8], count: Int)
    case dictionary(DictionaryVector)
    case decimal(DecimalVector)
    case numbered(NumberedTexts)
    case hexadecimal(HexadecimalTexts)
    case texts(BytesVector)

    var count: Int {
        switch self {
        case .constant(_, let count): count
        case .dictionary(let values): values.codes.count
        case .decimal(let values): values.mantissas.count
        case .numbered(let values): values.numbers.count
        case .hexadecimal(let values): values.count
        case .texts(let values): values.count
        }
    }

    /// The tokens as they stood in the messages.
    var texts: BytesVector {
        switch self {
        case .constant(let token, let count):
            var values = BytesVector()
            for _ in 0..<count { values.append(token) }
            return values
        case .dictionary(let values): return values.texts
        case .decimal(let values): return values.texts
        case .numbered(let values): return values.texts
        case .hexadecimal(let values): return values.texts
        case .texts(let values): return values
        }
    }
}

/// How the tokens of a column may be written. Numbers are on disk: never reuse one.
///
/// Each encoder writes behind the number and says no, with nothing written, where it would not give every token back byte for byte.
enum ColumnEncoding: UInt8, Sendable {
    /// `[varint count][varint length][token]`
    case constant = 1
    case dictionary = 2
    case decimal = 3
    case hexadecimal = 4
    case numbered = 5
    case time = 6
    case plain = 7

    /// - Parameters:
    ///   - times: gives those of the rows that the tokens belong to.
    ///   - isNumber: JSON numbers and the like; others are not looked at as such.
    static func append(
        _ tokens: Tokens, times: () -> [Int64], isNumber: Bool, scratch: inout DictionaryScratch, to writer: inout ByteWriter
    ) {
        if ConstantEncoding.append(tokens, to: &writer) { return }
        if !isNumber, TimeEncoding.append(tokens, times: times, to: &writer) { return }
        if DictionaryEncoding.append(tokens, scratch: &scratch, to: &writer) { return }
        appendDistinct(tokens, isNumber: isNumber, to: &writer)
    }

    /// Tokens that are mostly different.
    static func appendDistinct(_ tokens: Tokens, isNumber: Bool, to writer: inout ByteWriter) {
        if isNumber, DecimalEncoding.append(tokens, to: &writer) { return }
        if !isNumber, HexadecimalEncoding.append(tokens, to: &writer) { return }
        if !isNumber, NumberedEncoding.append(tokens, to: &writer) { return }
        PlainEncoding.append(tokens, to: &writer)
    }

    /// - Parameter times: of the rows that have a value, as many as there are.
    static func read(_ reader: inout ByteReader, times: [Int64]) throws(BytesError) -> ColumnValues {
        let values = try readNested(&reader, countMax: times.count, times: times, depth: 0)
        guard values.count == times.count else {
            throw BytesError(code: .malformed, message: "cannot read column: \(values.count) values for \(times.count) rows")
        }
        return values
    }

    static func readNested(
        _ reader: inout ByteReader, countMax: Int, times: [Int64], depth: Int
    ) throws(BytesError) -> ColumnValues {
        let number = try reader.uint8()
        switch ColumnEncoding(rawValue: number) {
        case .constant: return try ConstantEncoding.read(&reader, countMax: countMax)
        case .dictionary where depth == 0: return try DictionaryEncoding.read(&reader, countMax: countMax)
        case .decimal: return try DecimalEncoding.read(&reader, countMax: countMax)
        case .hexadecimal: return try HexadecimalEncoding.read(&reader, countMax: countMax)
        case .numbered: return try NumberedEncoding.read(&reader, countMax: countMax)
        case .time where depth == 0: return try TimeEncoding.read(&reader, times: times)
        case .plain: return try PlainEncoding.read(&reader, countMax: countMax)
        default: throw BytesError(code: .malformed, message: "cannot read column: unknown encoding \(number)")
        }
    }
}

extension ByteReader {
    /// How many values follow that need not take bytes each.
    mutating func valueCount(max: Int) throws(BytesError) -> Int {
        let count = try varint()
        guard count <= UInt64(max) else { throw BytesError(code: .malformed, message: "cannot read column: \(count) values, \(max) at most") }
        return Int(count)
    }
}
