import Bytes
import Columns

/// Numbers groups by the values of their keys, in the order in which their first rows come.
///
/// Keys that look the same are the same, whatever they are: they are compared as `GroupKey` writes them. Rows of a batch that agree in
/// codes of a dictionary, or in numbers, are looked up once.
struct GroupTable {
    private(set) var count = 0
    /// Where each group's key ends in `keys`.
    private var ends: [Int] = []
    private var hashes: [UInt64] = []
    private var keys: [UInt8] = []
    /// Group + 1, or 0 where free. A power of two of them, at most half taken.
    private var slots = [UInt32](repeating: 0, count: 64)

    var heldBytes: Int { keys.count + ends.count * 16 + slots.count * 4 }

    /// - Parameter isNew: told the row of each group that was not there before, in order of the groups.
    /// - Returns: the group of each row.
    mutating func groups(of operands: [Operand], rowCount: Int, isNew: (Int) -> Void) -> [Int] {
        guard !operands.isEmpty else { return [Int](repeating: group(of: [], row: 0, isNew), count: rowCount) }
        if let codes = BatchCodes(operands, rowCount: rowCount) { return groups(of: operands, codes, isNew) }
        var result: [Int] = []
        result.reserveCapacity(rowCount)
        var key: [UInt8] = []
        for row in 0..<rowCount {
            key.removeAll(keepingCapacity: true)
            for operand in operands { operand.appendKey(row, to: &key) }
            result.append(group(of: key, row: row, isNew))
        }
        return result
    }

    private mutating func groups(of operands: [Operand], _ codes: BatchCodes, _ isNew: (Int) -> Void) -> [Int] {
        var known = [Int32](repeating: -1, count: codes.count)
        var result: [Int] = []
        result.reserveCapacity(codes.codes.count)
        var key: [UInt8] = []
        for (row, code) in codes.codes.enumerated() {
            if known[Int(code)] < 0 {
                key.removeAll(keepingCapacity: true)
                for operand in operands { operand.appendKey(row, to: &key) }
                known[Int(code)] = Int32(group(of: key, row: row, isNew))
            }
            result.append(Int(known[Int(code)]))
        }
        return result
    }

    private mutating func group(of key: [UInt8], row: Int, _ isNew: (Int) -> Void) -> Int {
        let hash = Checksum.xxh3(key)
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let group = Int(slots[slot]) - 1
            if hashes[group] == hash, isKey(key, ofGroup: group) { return group }
            slot = (slot + 1) & mask
        }
        slots[slot] = UInt32(count + 1)
        keys += key
        ends.append(keys.count)
        hashes.append(hash)
        count += 1
        isNew(row)
        if count * 2 > slots.count { grow() }
        return count - 1
    }

    private func isKey(_ key: [UInt8], ofGroup group: Int) -> Bool {
        let start = group == 0 ? 0 : ends[group - 1]
        guard ends[group] - start == key.count else { return false }
        return keys.withUnsafeBufferPointer { keys in
            for index in key.indices where keys[start + index] != key[index] { return false }
            return true
        }
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        let mask = slots.count - 1
        for (group, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = UInt32(group + 1)
        }
    }
}

/// A small number for each row of a batch, equal where all keys are.
private struct BatchCodes {
    /// More combinations than this are looked up row by row.
    private static let countMax = 1 << 16

    private(set) var codes: [UInt32]
    private(set) var count = 1

    /// - Returns: nil when a key is a text of its own in each row, or there are too many combinations.
    init?(_ operands: [Operand], rowCount: Int) {
        codes = [UInt32](repeating: 0, count: rowCount)
        for operand in operands {
            guard let (own, ownCount) = Self.codes(of: operand, rowCount), count * ownCount <= Self.countMax else { return nil }
            for row in 0..<rowCount { codes[row] = codes[row] &* UInt32(ownCount) &+ own[row] }
            count *= ownCount
        }
    }

    /// 0 for a row without value.
    private static func codes(of operand: Operand, _ rowCount: Int) -> ([UInt32], Int)? {
        guard case .column(let column) = operand else { return ([UInt32](repeating: 0, count: rowCount), 1) }
        var codes: [UInt32]
        let count: Int
        switch column.vector {
        case .absent: return ([UInt32](repeating: 0, count: rowCount), 1)
        case .dictionary(let dictionary):
            codes = dictionary.codes.map { UInt32($0) &+ 1 }
            count = dictionary.values.count + 1
        case .int64(let values): (codes, count) = numbered(values)
        case .decimal(let decimals): (codes, count) = numbered(decimals.mantissas)
        default: return nil
        }
        if let validity = column.validity { for row in 0..<rowCount where !validity[row] { codes[row] = 0 } }
        return (codes, count)
    }

    private static func numbered(_ values: [Int64]) -> ([UInt32], Int) {
        var known: [Int64: UInt32] = [:]
        var codes: [UInt32] = []
        codes.reserveCapacity(values.count)
        var last: (value: Int64, code: UInt32)?
        for value in values {
            if let last, last.value == value {
                codes.append(last.code)
                continue
            }
            let code = known[value] ?? UInt32(known.count + 1)
            known[value] = code
            last = (value, code)
            codes.append(code)
        }
        return (codes, known.count + 1)
    }
}

extension Operand {
    /// As `GroupKey` has it.
    fileprivate func appendKey(_ row: Int, to key: inout [UInt8]) {
        guard case .column(let column) = self, column.isPresent(row) else { return GroupKey.append(value(row), to: &key) }
        switch column.vector {
        case .bytes(let texts): GroupKey.append(texts, row, to: &key)
        case .dictionary(let dictionary): GroupKey.append(dictionary.values, Int(dictionary.codes[row]), to: &key)
        default: GroupKey.append(value(row), to: &key)
        }
    }
}
