// Columns of values, the only shape in which rows travel.

/// Many byte strings in one arena: string `i` is `bytes[ends[i - 1] ..< ends[i]]`. At most 4 GiB in all.
@usableFromInline package struct BytesVector: Sendable, Equatable {
    @usableFromInline package internal(set) var bytes: [UInt8]
    @usableFromInline package internal(set) var ends: [UInt32]

    package init() {
        bytes = []
        ends = []
    }

    /// - Precondition: `ends` never decreases and its last element is `bytes.count`. Check outside input with `isWellFormed` first.
    package init(bytes: [UInt8], ends: [UInt32]) {
        precondition(Self.isWellFormed(byteCount: bytes.count, ends: ends), "ends do not fit the arena")
        self.bytes = bytes
        self.ends = ends
    }

    package static func isWellFormed(byteCount: Int, ends: [UInt32]) -> Bool {
        var last: UInt32 = 0
        for end in ends {
            guard end >= last else { return false }
            last = end
        }
        return Int(last) == byteCount
    }

    package init(_ texts: [String]) {
        self.init()
        for text in texts { append(utf8: text) }
    }

    @inlinable package var count: Int { ends.count }

    @inlinable package func range(at index: Int) -> Range<Int> {
        (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
    }

    @inlinable package subscript(index: Int) -> ArraySlice<UInt8> { bytes[range(at: index)] }

    package func text(at index: Int) -> String { String(decoding: self[index], as: UTF8.self) }

    @inlinable package mutating func append(_ string: some Collection<UInt8>) {
        bytes.append(contentsOf: string)
        close()
    }

    @inlinable package mutating func append(_ string: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: string)
        close()
    }

    package mutating func append(utf8 text: String) {
        var text = text
        text.withUTF8 { bytes.append(contentsOf: $0) }
        close()
    }

    package mutating func append(contentsOf other: BytesVector) {
        let base = UInt32(bytes.count)
        bytes.append(contentsOf: other.bytes)
        precondition(bytes.count <= Int(UInt32.max), "a bytes vector holds at most 4 GiB")
        ends.reserveCapacity(ends.count + other.count)
        for end in other.ends { ends.append(base + end) }
    }

    package mutating func reserve(strings: Int, bytes byteCount: Int) {
        ends.reserveCapacity(strings)
        bytes.reserveCapacity(byteCount)
    }

    package mutating func removeAll(keepingCapacity: Bool = true) {
        bytes.removeAll(keepingCapacity: keepingCapacity)
        ends.removeAll(keepingCapacity: keepingCapacity)
    }

    /// The strings at `rows`, in that order.
    package func gathered(_ rows: [Int]) -> BytesVector {
        var result = BytesVector()
        result.reserve(strings: rows.count, bytes: rows.reduce(0) { $0 + range(at: $1).count })
        bytes.withUnsafeBytes { bytes in
            for row in rows { result.append(UnsafeRawBufferPointer(rebasing: bytes[range(at: row)])) }
        }
        return result
    }

    @inlinable mutating func close() {
        precondition(bytes.count <= Int(UInt32.max), "a bytes vector holds at most 4 GiB")
        ends.append(UInt32(bytes.count))
    }
}

/// One column's values, by type. `absent` stands for a column that has no value in any row of its chunk or batch.
package enum Vector: Sendable, Equatable {
    case absent
    case int64([Int64])
    case uint64([UInt64])
    case uint32([UInt32])
    case uint8([UInt8])
    case double([Double])
    case bytes(BytesVector)
    /// Byte strings too, for who asks `strings`.
    case dictionary(DictionaryVector)
    /// Numbers with their spelling; byte strings for who asks `strings`. Only between a store and its reader, never stored as such.
    case decimal(DecimalVector)

    /// Nil when the column is absent, and so of any length.
    package var count: Int? {
        switch self {
        case .absent: nil
        case .int64(let values): values.count
        case .uint64(let values): values.count
        case .uint32(let values): values.count
        case .uint8(let values): values.count
        case .double(let values): values.count
        case .bytes(let values): values.count
        case .dictionary(let values): values.codes.count
        case .decimal(let values): values.mantissas.count
        }
    }

    /// Bytes of memory the values take, give or take the arrays' headers.
    package var byteCount: Int {
        switch self {
        case .absent: 0
        case .int64(let values): values.count * 8
        case .uint64(let values): values.count * 8
        case .uint32(let values): values.count * 4
        case .uint8(let values): values.count
        case .double(let values): values.count * 8
        case .bytes(let values): values.bytes.count + values.count * 4
        case .dictionary(let values): values.codes.count * 2 + values.values.bytes.count + values.values.count * 4
        case .decimal(let values): values.mantissas.count * 8
        }
    }

    /// Bytes of memory that are held for the values: the room that the arrays have, which is up to twice what fills it, and their headers.
    package var heldBytes: Int {
        let header = 32
        return switch self {
        case .absent: 0
        case .int64(let values): header + values.capacity * 8
        case .uint64(let values): header + values.capacity * 8
        case .uint32(let values): header + values.capacity * 4
        case .uint8(let values): header + values.capacity
        case .double(let values): header + values.capacity * 8
        case .bytes(let values): Self.heldBytes(values)
        case .dictionary(let values): header + values.codes.capacity * 2 + Self.heldBytes(values.values)
        case .decimal(let values): header + values.mantissas.capacity * 8
        }
    }

    private static func heldBytes(_ strings: BytesVector) -> Int { 64 + strings.bytes.capacity + strings.ends.capacity * 4 }

    /// The values at `rows`, in that order.
    package func gathered(_ rows: [Int]) -> Vector {
        switch self {
        case .absent: .absent
        case .int64(let values): .int64(rows.map { values[$0] })
        case .uint64(let values): .uint64(rows.map { values[$0] })
        case .uint32(let values): .uint32(rows.map { values[$0] })
        case .uint8(let values): .uint8(rows.map { values[$0] })
        case .double(let values): .double(rows.map { values[$0] })
        case .bytes(let values): .bytes(values.gathered(rows))
        case .dictionary(let values): .dictionary(DictionaryVector(codes: rows.map { values.codes[$0] }, values: values.values))
        case .decimal(let values): .decimal(DecimalVector(mantissas: rows.map { values.mantissas[$0] }, form: values.form))
        }
    }

    package var int64s: [Int64]? { if case .int64(let values) = self { values } else { nil } }
    package var uint64s: [UInt64]? { if case .uint64(let values) = self { values } else { nil } }
    package var uint32s: [UInt32]? { if case .uint32(let values) = self { values } else { nil } }
    package var uint8s: [UInt8]? { if case .uint8(let values) = self { values } else { nil } }
    package var doubles: [Double]? { if case .double(let values) = self { values } else { nil } }
    /// Of a dictionary or of decimals a copy, made anew at each call.
    package var strings: BytesVector? {
        switch self {
        case .bytes(let values): values
        case .dictionary(let values): values.texts
        case .decimal(let values): values.texts
        default: nil
        }
    }
}
