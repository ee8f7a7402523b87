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

    /// Values of a column, unpacked.
    private enum Values {
        case texts(BytesVector)
        case integers([Int64])
        case bits([UInt64])
    }

    private(set) var section: StreamReader
    private var entries: [Entry] = []
    private var shapes: [[Int]] = []
    private let shapeOfRow: [Int]

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
    /// - Parameter rows: ascending.
    mutating func fields(of rows: [Int]) throws(BytesError) -> BytesVector {
        let places = places(of: rows) { _ in true }
        var values = [Values?](repeating: nil, count: entries.count)
        for column in entries.indices where !places[column].isEmpty { values[column] = try self.values(of: column, at: places[column]) }
        var next = [Int](repeating: 0, count: entries.count)
        var result = BytesVector()
        result.reserve(strings: rows.count, bytes: rows.count * 160)
        var writer = ProtobufWriter()
        for row in rows {
            writer.removeAll()
            for column in shapes[shapeOfRow[row]] {
                append(column, values[column]!, next[column], to: &writer)
                next[column] += 1
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
    /// - Parameter rows: ascending.
    mutating func column(_ key: [UInt8], rows: [Int]) throws(BytesError) -> Column {
        let columns = entries.indices.filter { entries[$0].key == key && entries[$0].type != .other }
        guard !columns.isEmpty else { return .absent }
        let places = places(of: rows) { columns.contains($0) }
        var cells = AttributeCells(count: rows.count)
        for column in columns where !places[column].isEmpty {
            let values = try values(of: column, at: places[column])
            let type = entries[column].type
            let repeats = shapes.map { shape in shape.count { $0 == column } }
            var next = 0
            for (index, row) in rows.enumerated() where repeats[shapeOfRow[row]] > 0 {
                switch values {
                case .texts(let texts): cells.set(index, text: texts[next])
                case .integers(let integers): type == .bool ? cells.set(index, bool: integers[next] != 0) : cells.set(index, integer: integers[next])
                case .bits(let bits): cells.set(index, double: Double(bitPattern: bits[next]))
                }
                next += repeats[shapeOfRow[row]]
            }
        }
        return cells.column
    }

    /// Of each wanted column: which of its values these rows have, in their order.
    private func places(of rows: [Int], in isWanted: (Int) -> Bool) -> [[Int]] {
        let wanted = entries.indices.map(isWanted)
        let shapes = shapes.map { shape in shape.filter { wanted[$0] } }
        var places = [[Int]](repeating: [], count: entries.count)
        var passed = [Int](repeating: 0, count: entries.count)
        // Of each shape: rows that were stepped over since the last wanted one.
        var skipped = [Int](repeating: 0, count: shapes.count)
        var next = 0
        for row in rows {
            if next < row {
                for row in next..<row { skipped[shapeOfRow[row]] += 1 }
                for shape in shapes.indices where skipped[shape] > 0 {
                    for column in shapes[shape] { passed[column] += skipped[shape] }
                    skipped[shape] = 0
                }
            }
            next = row + 1
            for column in shapes[shapeOfRow[row]] {
                places[column].append(passed[column])
                passed[column] += 1
            }
        }
        return places
    }

    /// - Parameter places: which of the column's values, ascending.
    private mutating func values(of column: Int, at places: [Int]) throws(BytesError) -> Values {
        let entry = entries[column]
        switch entry.place {
        case .texts(let place):
            return .texts(try section.texts(place, count: entry.count, rows: places.count == entry.count ? nil : places))
        case .integers(let place):
            if entry.type == .double {
                let bits = try section.integers(place, count: entry.count)
                return .bits(places.map { bits[$0] })
            }
            let integers = try section.signed(place, count: entry.count)
            return .integers(places.map { integers[$0] })
        }
    }
}
