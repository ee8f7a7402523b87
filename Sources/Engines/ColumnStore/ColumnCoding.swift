import Bytes
import Columns
import SignalModel

// Columns as bytes: whole arrays copied as they lie in memory, never value by value. The formats are little-endian; so are the
// machines this runs on (x86-64, arm64), which `BatchCodingTests` holds with golden bytes.
//
//     [2 B columns] then each [1 B type][values]
//
// Values: `rows` numbers of the type's width; for byte strings `[4 B arena bytes][rows × 4 B ends][arena]`; nothing for an absent
// column. The number of rows stands beside.

private enum ColumnType: UInt8 {
    case absent = 0, int64 = 1, uint64 = 2, uint32 = 3, uint8 = 4, double = 5, bytes = 6
}

extension ByteWriter {
    mutating func append(_ columns: [Vector]) {
        append(uint16: UInt16(columns.count))
        for column in columns { append(column) }
    }

    private mutating func append(_ column: Vector) {
        switch column {
        case .absent: append(uint8: ColumnType.absent.rawValue)
        case .int64(let values): append(.int64, values)
        case .uint64(let values): append(.uint64, values)
        case .uint32(let values): append(.uint32, values)
        case .uint8(let values): append(.uint8, values)
        case .double(let values): append(.double, values)
        case .bytes(let strings): append(strings)
        case .dictionary(let values): append(values.texts)
        case .decimal(let values): append(values.texts)
        }
    }

    private mutating func append(_ strings: BytesVector) {
        append(uint8: ColumnType.bytes.rawValue)
        append(uint32: UInt32(strings.bytes.count))
        copy(strings.ends)
        copy(strings.bytes)
    }

    private mutating func append<Value: BitwiseCopyable>(_ type: ColumnType, _ values: [Value]) {
        append(uint8: type.rawValue)
        copy(values)
    }

    private mutating func copy<Value: BitwiseCopyable>(_ values: [Value]) {
        values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
}

extension ByteReader {
    /// - Parameter rowCount: values in every column that is not absent.
    mutating func columns(rowCount: Int) throws(BytesError) -> [Vector] {
        let count = try uint16()
        var columns: [Vector] = []
        for _ in 0..<count { columns.append(try column(rowCount)) }
        return columns
    }

    private mutating func column(_ rowCount: Int) throws(BytesError) -> Vector {
        let number = try uint8()
        switch ColumnType(rawValue: number) {
        case .absent: return .absent
        case .int64: return .int64(try values(rowCount))
        case .uint64: return .uint64(try values(rowCount))
        case .uint32: return .uint32(try values(rowCount))
        case .uint8: return .uint8(try values(rowCount))
        case .double: return .double(try values(rowCount))
        case .bytes: return .bytes(try strings(rowCount))
        case nil: throw BytesError(code: .malformed, message: "cannot read column: unknown type \(number)")
        }
    }

    private mutating func strings(_ rowCount: Int) throws(BytesError) -> BytesVector {
        let arenaBytes = Int(try uint32())
        let ends: [UInt32] = try values(rowCount)
        let arena: [UInt8] = try values(arenaBytes)
        guard BytesVector.isWellFormed(byteCount: arenaBytes, ends: ends) else {
            throw BytesError(code: .malformed, message: "cannot read column: strings do not fit their arena")
        }
        return BytesVector(bytes: arena, ends: ends)
    }

    private mutating func values<Value: BitwiseCopyable>(_ count: Int) throws(BytesError) -> [Value] {
        let (byteCount, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Value>.stride)
        guard !overflow else { throw BytesError(code: .malformed, message: "cannot read column: \(count) values") }
        let raw = try bytes(byteCount)
        return [Value](unsafeUninitializedCapacity: count) { target, filled in
            UnsafeMutableRawBufferPointer(target).copyMemory(from: raw)
            filled = count
        }
    }
}
