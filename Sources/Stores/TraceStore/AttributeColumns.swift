import Bytes
import ColumnStore
import Columns
import WireFormats

/// The attributes of a block's spans, a column for each key and type: spans of one shape (which keys, in which order) are told apart by a
/// number, and what is left are values, which compress best among their like.
///
/// A section's head: `[varint columns]` then each `[1 B type][varint and key][varint values]` and the values' streams, `[varint shapes]`
/// then each `[varint length][varint column]…`. A text, list, map or byte string is a text of `TextStreams` (of the last three the whole
/// AnyValue), integers and booleans are signed integers, doubles their bits.
struct AttributeColumns {
    enum ValueType: UInt8 { case text = 0, bool, integer, double, other }

    struct Column {
        let type: ValueType
        let key: [UInt8]
        var texts = BytesVector()
        var integers: [Int64] = []
        var bits: [UInt64] = []

        var count: Int {
            switch type {
            case .text, .other: texts.count
            case .bool, .integer: integers.count
            case .double: bits.count
            }
        }
    }

    private(set) var columns: [Column] = []
    /// The columns of each shape, in order.
    private(set) var shapes: [[Int]] = []
    /// Of each row.
    private(set) var shapeCodes: [UInt64] = []

    private var columnIndex = TextIndex()
    private var nodes: [Node] = [Node()]
    private var nodePlaces: [UInt64: Int] = [:]
    private var path: [Int] = []

    /// A place in the tree of shapes: which columns came so far.
    private struct Node {
        var shape = -1
        /// What came behind it the last time; -1 for nothing yet.
        var nextColumn = -1
        var nextNode = -1
    }

    /// - Parameter rows: the attribute fields of each span.
    /// - Throws: for what is no attribute field, which no door lets through.
    init(_ rows: BytesVector) throws(WireError) {
        shapeCodes.reserveCapacity(rows.count)
        let failure: WireError? = rows.bytes.withUnsafeBytes { raw in
            do throws(WireError) {
                for row in 0..<rows.count { try add(UnsafeRawBufferPointer(rebasing: raw[rows.range(at: row)])) }
                return nil
            } catch { return error }
        }
        if let failure { throw failure }
    }

    private mutating func add(_ fields: UnsafeRawBufferPointer) throws(WireError) {
        var reader = ProtobufReader(fields)
        var node = 0
        path.removeAll(keepingCapacity: true)
        while let field = try reader.nextField() {
            guard field == .init(SpanMessage.attributes, .bytes) else { throw reader.wrongType(of: field) }
            let message = try reader.bytes()
            let (key, value) = try OTLPAttributes.pair(ProtobufReader(message))
            let column = column(key, Self.type(of: value), expected: nodes[node].nextColumn)
            try append(value, message, to: column)
            path.append(column)
            node = child(of: node, column)
        }
        if nodes[node].shape < 0 {
            nodes[node].shape = shapes.count
            shapes.append(path)
        }
        shapeCodes.append(UInt64(nodes[node].shape))
    }

    private static func type(of value: OTLPValue) -> ValueType {
        switch value {
        case .text: .text
        case .bool: .bool
        case .integer: .integer
        case .double: .double
        case .none, .bytes, .list, .map: .other
        }
    }

    private mutating func column(_ key: UnsafeRawBufferPointer, _ type: ValueType, expected: Int) -> Int {
        if expected >= 0, columns[expected].type == type, key.isEqual(to: columns[expected].key) { return expected }
        return withUnsafeTemporaryAllocation(byteCount: key.count + 1, alignment: 1) { name in
            name.copyMemory(from: key)
            name[key.count] = type.rawValue
            let number = columnIndex.place(of: UnsafeRawBufferPointer(name))
            if number == columns.count { columns.append(Column(type: type, key: Array(key))) }
            return number
        }
    }

    private mutating func child(of node: Int, _ column: Int) -> Int {
        if nodes[node].nextColumn == column { return nodes[node].nextNode }
        let place = UInt64(node) << 32 | UInt64(column)
        var next = nodePlaces[place] ?? -1
        if next < 0 {
            next = nodes.count
            nodes.append(Node())
            nodePlaces[place] = next
        }
        nodes[node].nextColumn = column
        nodes[node].nextNode = next
        return next
    }

    private mutating func append(_ value: OTLPValue, _ pair: UnsafeRawBufferPointer, to column: Int) throws(WireError) {
        switch value {
        case .text(let text): columns[column].texts.append(text)
        case .bool(let value): columns[column].integers.append(value ? 1 : 0)
        case .integer(let value): columns[column].integers.append(value)
        case .double(let value): columns[column].bits.append(value.bitPattern)
        case .none, .bytes, .list, .map: columns[column].texts.append(try Self.anyValue(of: pair))
        }
    }

    /// The last AnyValue of a KeyValue; empty when there is none.
    private static func anyValue(of pair: UnsafeRawBufferPointer) throws(WireError) -> UnsafeRawBufferPointer {
        var reader = ProtobufReader(pair)
        var value = UnsafeRawBufferPointer(start: nil, count: 0)
        while let field = try reader.nextField() {
            if field == .init(2, .bytes) { value = try reader.bytes() } else { try reader.skip(field) }
        }
        return value
    }

    /// - Parameter note: told each column's values, distinct ones where they are known.
    func section(note: (_ column: Column, _ distinct: BytesVector?) -> Void) -> EncodedSection {
        var section = StreamWriter()
        section.head.append(varint: UInt64(columns.count))
        for column in columns {
            section.head.append(uint8: column.type.rawValue)
            section.head.append(lengthPrefixed: column.key)
            section.head.append(varint: UInt64(column.count))
            switch column.type {
            case .text, .other: note(column, section.append(texts: column.texts))
            case .bool, .integer:
                section.append(signed: column.integers)
                note(column, nil)
            case .double:
                section.append(integers: column.bits)
                note(column, nil)
            }
        }
        section.head.append(varint: UInt64(shapes.count))
        for shape in shapes {
            section.head.append(varint: UInt64(shape.count))
            for column in shape { section.head.append(varint: UInt64(column)) }
        }
        return section.finished()
    }
}

extension UnsafeRawBufferPointer {
    func isEqual(to other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }
}
