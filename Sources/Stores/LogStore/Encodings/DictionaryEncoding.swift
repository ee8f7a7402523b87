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

    /// A value's length and first 16 bytes, which are all of most values, so that they are compared without a look at the text.
    private struct Head: Equatable {
        var low: UInt64 = 0
        var high: UInt64 = 0
        var count: Int = 0
    }

    /// Position in `values` plus one; 0 where free.
    private var slots = [UInt16](repeating: 0, count: slotCount)
    private var used: [UInt32] = []
    private var heads: [Head] = []
    /// Of the first token of each value, its row.
    private(set) var values: [UInt32] = []
    private(set) var codes: [UInt16] = []

    /// - Returns: false when more than half of the tokens are different.
    mutating func fill(_ tokens: Tokens, sampleRows: Int) -> Bool {
        for slot in used { slots[Int(slot)] = 0 }
        used.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        heads.removeAll(keepingCapacity: true)
        codes.removeAll(keepingCapacity: true)
        codes.reserveCapacity(tokens.count)
        let limit = min(tokens.count / 2, DictionaryEncoding.valuesMax)
        for row in 0..<tokens.count {
            let code = code(ofRow: row, tokens)
            codes.append(code)
            guard values.count <= limit else { return false }
            // A column of ids is left after a few hundred rows, not after thousands.
            if row == sampleRows, values.count > sampleRows * 3 / 4 { return false }
        }
        return true
    }

    @inline(__always)
    private mutating func code(ofRow row: Int, _ tokens: Tokens) -> UInt16 {
        let head = Self.head(of: row, tokens)
        var slot = Int(truncatingIfNeeded: Self.hash(head, row, tokens)) & (Self.slotCount - 1)
        while true {
            let found = slots[slot]
            guard found != 0 else {
                values.append(UInt32(row))
                heads.append(head)
                slots[slot] = UInt16(values.count)
                used.append(UInt32(slot))
                return UInt16(values.count - 1)
            }
            let value = Int(found) - 1
            if heads[value] == head, head.count <= 16 || Self.isSame(tokens[Int(values[value])], tokens[row]) { return UInt16(value) }
            slot = (slot &+ 1) & (Self.slotCount - 1)
        }
    }

    @inline(__always)
    private static func head(of row: Int, _ tokens: Tokens) -> Head {
        let start = Int(tokens.starts[row])
        let count = Int(tokens.ends[row]) &- start
        guard start &+ 16 <= tokens.text.count else { return slowHead(of: tokens[row]) }
        let base = UnsafeRawPointer(tokens.text.baseAddress!) + start
        let low = base.loadUnaligned(as: UInt64.self)
        guard count > 8 else { return Head(low: count == 8 ? low : low & ((1 &<< UInt64(8 &* count)) &- 1), high: 0, count: count) }
        let high = base.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        return Head(low: low, high: count >= 16 ? high : high & ((1 &<< UInt64(8 &* (count &- 8))) &- 1), count: count)
    }

    /// Of one that ends less than 16 bytes before the text does.
    private static func slowHead(of token: UnsafeBufferPointer<UInt8>) -> Head {
        var head = Head(count: token.count)
        for place in 0..<min(16, token.count) {
            if place < 8 { head.low |= UInt64(token[place]) << UInt64(8 * place) } else { head.high |= UInt64(token[place]) << UInt64(8 * (place - 8)) }
        }
        return head
    }

    private static func isSame(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Bool {
        memcmp(a.baseAddress!, b.baseAddress!, a.count) == 0
    }

    /// Multiplies and folds eight bytes at a time. Tokens that meet on purpose cost a block's time to write, which is bounded by its rows.
    @inline(__always)
    private static func hash(_ head: Head, _ row: Int, _ tokens: Tokens) -> UInt64 {
        var state = mixed(mixed(UInt64(head.count) &* 0x9e37_79b9_7f4a_7c15 ^ head.low) ^ head.high)
        guard head.count > 16 else { return state }
        let token = tokens[row]
        let base = UnsafeRawPointer(token.baseAddress!)
        var place = 16
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
