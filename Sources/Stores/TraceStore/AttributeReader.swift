import Bytes
import Columns
import WireFormats

/// The attributes of a sealed block: unpacks only the columns that are asked for.
struct AttributeReader {
    private struct Entry {
        let type: AttributeColumns.ValueType
        let key: [UInt8]
        let count: Int
        let place: Place
    }

    private enum Place {
        case texts(TextPlace)
        case integers(IntegerPlace)
    }

    /// A column's values, unpacked.
    private enum Values {
        case texts(BytesVector)
        case integers([Int64])
        case bits([UInt64])
    }

    private(set) var section: StreamReader
    private var entries: [Entry] = []
    private var shapes: [[Int]] = []
    private let shapeOfRow: [Int]
    private var unpacked: [Int: Values] = [:]
    /// By column: of each row, which of the column's values is its first; counted once.
    private var ordinals: [Int: [UInt32]] = [:]

    /// - Parameter shapeCodes: of each row.
    init(_ bytes: [UInt8], shapeCodes: [UInt64]) throws(BytesError) {
        section = try StreamReader(bytes)
        let head = try section.head()
        (entries, shapes) = try ByteReader.reading(head) { reader throws(BytesError) in
            var stream = 0
            var entries: [Entry] = []
            for _ in 0..<(try reader.count()) { entries.append(try Self.entry(&reader, &stream)) }
            var shapes: [[Int]] = []
            for _ in 0..<(try reader.count()) {
                var shape: [Int] = []
                for _ in 0..<(try reader.count()) {
                    let column = try reader.varint()
                    guard column < UInt64(entries.count) else { throw StreamReader.malformed("a column that is not there") }
                    shape.append(Int(column))
                }
                shapes.append(shape)
            }
            try reader.expectEnd()
            return (entries, shapes)
        }
        let count = UInt64(shapes.count)
        guard shapeCodes.allSatisfy({ $0 < count }) else { throw StreamReader.malformed("a shape that is not there") }
        shapeOfRow = shapeCodes.map { Int($0) }
        try checkCounts()
    }

    private static func entry(_ reader: inout ByteReader, _ stream: inout Int) throws(BytesError) -> Entry {
        guard let type = AttributeColumns.ValueType(rawValue: try reader.uint8()) else { throw StreamReader.malformed("an unknown type") }
        let key = Array(try reader.lengthPrefixed())
        let count = try reader.varint()
        guard count <= 1 << 26 else { throw StreamReader.malformed("\(count) values") }
        let place: Place =
            switch type {
            case .text, .other: .texts(try TextPlace(&reader, stream: &stream, count: Int(count)))
            case .bool, .integer, .double: .integers(try IntegerPlace(&reader, stream: &stream))
            }
        return Entry(type: type, key: key, count: Int(count), place: place)
    }

    /// Every column has as many values as its rows want, so that none is missed later.
    private func checkCounts() throws(BytesError) {
        var counts = [Int](repeating: 0, count: entries.count)
        for shape in shapeOfRow {
            for column in shapes[shape] { counts[column] += 1 }
        }
        guard zip(counts, entries).allSatisfy({ $0 == $1.count }) else { throw StreamReader.malformed("values are missing or too many") }
    }

    // MARK: whole rows

    /// The attribute fields of these rows, as they were sent.
    mutating func fields(of rows: [Int]) throws(BytesError) -> BytesVector {
        var wanted: Set<Int> = []
        for shape in Set(rows.map { shapeOfRow[$0] }) { wanted.formUnion(shapes[shape]) }
        var values = [Values?](repeating: nil, count: entries.count)
        var places = [[UInt32]](repeating: [], count: entries.count)
        for column in wanted {
            values[column] = try self.values(of: column)
            places[column] = ordinals(of: column)
        }
        var result = BytesVector()
        result.reserve(strings: rows.count, bytes: rows.count * 160)
        var writer = ProtobufWriter()
        for row in rows {
            writer.removeAll()
            let shape = shapes[shapeOfRow[row]]
            for (position, column) in shape.enumerated() {
                // A key may come twice in a span: then its second value follows its first.
                let repeats = shape.count > 1 ? shape[..<position].count { $0 == column } : 0
                append(column, values[column]!, Int(places[column][row]) + repeats, to: &writer)
            }
            writer.bytes.withUnsafeBytes { result.append($0) }
        }
        return result
    }

    private func append(_ column: Int, _ values: Values, _ place: Int, to writer: inout ProtobufWriter) {
        let entry = entries[column]
        switch values {
        case .texts(let texts):
            if entry.type == .text {
                writer.append(attribute: entry.key, text: texts[place])
            } else {
                writer.append(attribute: entry.key, value: texts[place])
            }
        case .integers(let integers): writer.append(attribute: entry.key, integer: integers[place], isBool: entry.type == .bool)
        case .bits(let bits): writer.append(attribute: entry.key, bits: bits[place])
        }
    }

    // MARK: single attributes

    /// The values of one key in these rows, the first where it comes twice.
    mutating func column(_ key: [UInt8], rows: [Int]) throws(BytesError) -> Column {
        let columns = entries.indices.filter { entries[$0].key == key && entries[$0].type != .other }
        guard !columns.isEmpty else { return .absent }
        var cells = AttributeCells(count: rows.count)
        for column in columns {
            let values = try values(of: column)
            let places = ordinals(of: column)
            let type = entries[column].type
            for (index, row) in rows.enumerated() where shapes[shapeOfRow[row]].contains(column) {
                let place = Int(places[row])
                switch values {
                case .texts(let texts): cells.set(index, text: texts[place])
                case .integers(let integers): type == .bool ? cells.set(index, bool: integers[place] != 0) : cells.set(index, integer: integers[place])
                case .bits(let bits): cells.set(index, double: Double(bitPattern: bits[place]))
                }
            }
        }
        return cells.column
    }

    private mutating func values(of column: Int) throws(BytesError) -> Values {
        if let known = unpacked[column] { return known }
        let entry = entries[column]
        let values: Values =
            switch entry.place {
            case .texts(let place): .texts(try section.texts(place, count: entry.count))
            case .integers(let place):
                entry.type == .double
                    ? .bits(try section.integers(place, count: entry.count)) : .integers(try section.signed(place, count: entry.count))
            }
        unpacked[column] = values
        return values
    }

    private mutating func ordinals(of column: Int) -> [UInt32] {
        if let known = ordinals[column] { return known }
        let perShape = shapes.map { shape in UInt32(shape.count { $0 == column }) }
        var next: UInt32 = 0
        let result = shapeOfRow.map { shape in
            defer { next += perShape[shape] }
            return next
        }
        ordinals[column] = result
        return result
    }
}
