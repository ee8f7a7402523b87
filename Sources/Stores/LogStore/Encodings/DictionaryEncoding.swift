import Bytes
import Columns
import Glibc

/// Few different tokens: each once, in order of appearance, and a code a row: `[varint count][varint different][their column, of any other
/// encoding][low bytes of the codes][high bytes, where there are more than 256]`.
enum DictionaryEncoding {
    /// Different tokens in a block; codes are 16 bits wide.
    static let valuesMax = 32_768
    /// Rows looked at before it is given up for having too many different tokens, and again from time to time.
    private static let sampleRows = 512

    static func append(_ tokens: Tokens, scratch: inout DictionaryScratch, to writer: inout ByteWriter) -> Bool {
        guard tokens.count >= 2, scratch.fill(tokens, sampleRows: sampleRows) else { return false }
        writer.append(uint8: ColumnEncoding.dictionary.rawValue)
        writer.append(varint: UInt64(tokens.count))
        writer.append(varint: UInt64(scratch.values.count))
        var distinct = Tokens(tokens.text)
        for index in scratch.values { distinct.append(tokens.starts[Int(index)], tokens.ends[Int(index)]) }
        ColumnEncoding.appendDistinct(distinct, isNumber: false, to: &writer)
        writer.append(bytes: scratch.codes.map { UInt8(truncatingIfNeeded: $0) })
        if scratch.values.count > 256 { writer.append(bytes: scratch.codes.map { UInt8(truncatingIfNeeded: $0 >> 8) }) }
        return true
    }

    static func read(_ reader: inout ByteReader, countMax: Int) throws(BytesError) -> ColumnValues {
        let count = try reader.valueCount(max: countMax)
        let distinct = try reader.valueCount(max: valuesMax)
        let values = try ColumnEncoding.readNested(&reader, countMax: distinct, times: [], depth: 1).texts
        guard values.count == distinct else { throw BytesError(code: .malformed, message: "cannot read dictionary: \(values.count) values") }
        let low = try reader.bytes(count)
        var codes = [UInt16](repeating: 0, count: count)
        for index in 0..<count { codes[index] = UInt16(low[index]) }
        if distinct > 256 {
            let high = try reader.bytes(count)
            for index in 0..<count { codes[index] |= UInt16(high[index]) &<< 8 }
        }
        guard codes.allSatisfy({ Int($0) < distinct }) else { throw BytesError(code: .malformed, message: "cannot read dictionary: a code without value") }
        return .dictionary(DictionaryVector(codes: codes, values: values))
    }
}

/// Finds equal tokens: an open-addressing table that is used again for column after column.
struct DictionaryScratch {
    private static let slotCount = 1 << 16

    /// Position in `values` plus one; 0 where free.
    private var slots = [UInt16](repeating: 0, count: slotCount)
    private var used: [UInt32] = []
    /// Of the first token of each value, its row.
    private(set) var values: [UInt32] = []
    private(set) var codes: [UInt16] = []
    private var hashes: [UInt32] = []

    /// - Returns: false when more than half of the tokens are different.
    mutating func fill(_ tokens: Tokens, sampleRows: Int) -> Bool {
        for slot in used { slots[Int(slot)] = 0 }
        used.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        hashes.removeAll(keepingCapacity: true)
        codes.removeAll(keepingCapacity: true)
        codes.reserveCapacity(tokens.count)
        let limit = min(tokens.count / 2, DictionaryEncoding.valuesMax)
        for row in 0..<tokens.count {
            let code = code(of: tokens[row], row, tokens)
            codes.append(code)
            guard values.count <= limit else { return false }
            // A column of ids is left after a few hundred rows, not after thousands.
            if row == sampleRows, values.count > sampleRows * 3 / 4 { return false }
        }
        return true
    }

    @inline(__always)
    private mutating func code(of token: UnsafeBufferPointer<UInt8>, _ row: Int, _ tokens: Tokens) -> UInt16 {
        let hash = Self.hash(token)
        var slot = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
        while true {
            let found = slots[slot]
            guard found != 0 else {
                values.append(UInt32(row))
                hashes.append(UInt32(truncatingIfNeeded: hash >> 32))
                slots[slot] = UInt16(values.count)
                used.append(UInt32(slot))
                return UInt16(values.count - 1)
            }
            let value = Int(found) - 1
            if hashes[value] == UInt32(truncatingIfNeeded: hash >> 32) {
                let known = tokens[Int(values[value])]
                if known.count == token.count, token.isEmpty || memcmp(known.baseAddress!, token.baseAddress!, token.count) == 0 {
                    return UInt16(value)
                }
            }
            slot = (slot &+ 1) & (Self.slotCount - 1)
        }
    }

    /// Multiplies and folds eight bytes at a time. Tokens that meet on purpose cost a block's time to write, which is bounded by its rows.
    @inline(__always)
    private static func hash(_ token: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var state = UInt64(token.count) &* 0x9e37_79b9_7f4a_7c15
        guard let base = token.baseAddress.map({ UnsafeRawPointer($0) }) else { return state }
        var place = 0
        while place &+ 8 <= token.count {
            state = mixed(state ^ base.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            place &+= 8
        }
        var rest: UInt64 = 0
        while place < token.count {
            rest = rest &<< 8 | UInt64(token[place])
            place &+= 1
        }
        return mixed(state ^ rest)
    }

    @inline(__always)
    private static func mixed(_ word: UInt64) -> UInt64 {
        let product = word.multipliedFullWidth(by: 0xa076_1d64_78bd_642f)
        return product.high ^ product.low
    }
}
