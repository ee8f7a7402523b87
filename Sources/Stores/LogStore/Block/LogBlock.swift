import Bytes
import Columns
import ColumnStore
import SignalModel
import WireFormats

/// A block of columns while somebody looks at it. Sections are read when they are first asked for. Not to be shared between threads.
final class LogBlock {
    let head: LogBlockHead
    private let read: ([Int]) throws(StorageError) -> [[UInt8]]
    private var loadedTimes: [Int64]?
    private var loadedArrival: Arrival?
    private var loadedShapes: [UInt16]?
    private var loadedRaw: BytesVector?
    private var loadedColumns: [Int: ColumnValues] = [:]
    private var loadedPlaces: [Int: [Int32]] = [:]

    struct Arrival {
        let ingestionTimes: [Int64]
        let streams: [UInt32]
        let numbers: [UInt64]
    }

    /// - Parameter read: gives sections by number.
    init(rowCount: Int, read: @escaping ([Int]) throws(StorageError) -> [[UInt8]]) throws(StorageError) {
        self.read = read
        head = try Self.decoding(try read([LogBlockSection.head])[0]) { reader throws(BytesError) in try LogBlockHead(&reader) }
        guard head.rowCount == rowCount else { throw Self.corrupt("its head speaks of \(head.rowCount) rows, its header of \(rowCount)") }
    }

    var rowCount: Int { head.rowCount }

    private func section<Result>(
        _ number: Int, _ body: (inout ByteReader) throws(BytesError) -> Result
    ) throws(StorageError) -> Result {
        try Self.decoding(try read([number])[0], body)
    }

    private static func decoding<Result>(
        _ bytes: [UInt8], _ body: (inout ByteReader) throws(BytesError) -> Result
    ) throws(StorageError) -> Result {
        do throws(BytesError) { return try ByteReader.reading(bytes, body) } catch { throw corrupt(error.message) }
    }

    static func corrupt(_ why: String) -> StorageError { StorageError(code: .corrupt, message: "cannot read a log block: \(why)") }

    // MARK: What every row has

    /// Ascending.
    func times() throws(StorageError) -> [Int64] {
        if let loadedTimes { return loadedTimes }
        let count = rowCount
        let times = try section(LogBlockSection.times) { reader throws(BytesError) in try PackedIntegers.read(&reader, countMax: count) }
        guard times.count == count else { throw Self.corrupt("\(times.count) times for \(count) rows") }
        loadedTimes = times
        return times
    }

    func arrival() throws(StorageError) -> Arrival {
        if let loadedArrival { return loadedArrival }
        let count = rowCount
        let arrival = try section(LogBlockSection.arrival) { reader throws(BytesError) in
            let ingestionTimes = try PackedIntegers.read(&reader, countMax: count)
            let streams = try PackedIntegers.read(&reader, countMax: count)
            let numbers = try PackedIntegers.read(&reader, countMax: count)
            return Arrival(
                ingestionTimes: ingestionTimes, streams: streams.map { UInt32(truncatingIfNeeded: $0) },
                numbers: numbers.map { UInt64(bitPattern: $0) })
        }
        guard arrival.ingestionTimes.count == count, arrival.streams.count == count, arrival.numbers.count == count else {
            throw Self.corrupt("its arrival columns are not of \(count) rows")
        }
        loadedArrival = arrival
        return arrival
    }

    // MARK: Shapes

    /// The shape of each row; `head.shapes.count` for none. Nil when all rows have the first, or none.
    func shapeOfRow() throws(StorageError) -> [UInt16]? {
        let kinds = head.shapes.count + (head.rawCount > 0 ? 1 : 0)
        guard kinds > 1 else { return nil }
        if let loadedShapes { return loadedShapes }
        let bytes = try read([LogBlockSection.shapes])[0]
        guard bytes.count == rowCount * (kinds > 256 ? 2 : 1) else { throw Self.corrupt("its shapes are not of \(rowCount) rows") }
        var shapes = bytes.prefix(rowCount).map { UInt16($0) }
        if kinds > 256 { for row in 0..<rowCount { shapes[row] |= UInt16(bytes[rowCount + row]) << 8 } }
        guard shapes.allSatisfy({ Int($0) < kinds }) else { throw Self.corrupt("a row of an unknown shape") }
        loadedShapes = shapes
        return shapes
    }

    /// The rows of the shapes for which `isWanted`; the number of all shapes stands for none.
    func rows(whereShape isWanted: (Int) -> Bool) throws(StorageError) -> Selection {
        let wanted = (0...head.shapes.count).map(isWanted)
        guard let shapes = try shapeOfRow() else {
            return wanted[head.rawCount > 0 ? head.shapes.count : 0] ? Selection(all: rowCount) : Selection(none: rowCount)
        }
        return Selection(rowCount: rowCount) { wanted[Int(shapes[$0])] }
    }

    /// Messages of the rows of no shape, in order.
    func rawMessages() throws(StorageError) -> BytesVector {
        if let loadedRaw { return loadedRaw }
        guard head.rawCount > 0 else { return BytesVector() }
        let count = head.rawCount
        let raw = try section(LogBlockSection.raw) { reader throws(BytesError) in try PlainEncoding.strings(&reader, countMax: count) }
        guard raw.count == count else { throw Self.corrupt("\(raw.count) whole messages, not \(count)") }
        loadedRaw = raw
        return raw
    }

    func rawRows() throws(StorageError) -> [Int] {
        head.rawCount == 0 ? [] : try rows(whereShape: { $0 == head.shapes.count }).rows
    }

    // MARK: Columns

    /// A field's values, one for each row that has it.
    func column(_ field: Int) throws(StorageError) -> ColumnValues {
        if let known = loadedColumns[field] { return known }
        let bytes = try read([LogBlockSection.columns + field])[0]
        var times: [Int64] = []
        if bytes.first == ColumnEncoding.time.rawValue {
            let all = try self.times()
            times = head.fields[field].valueCount == rowCount ? all : try rows(ofField: field).map { all[$0] }
        } else {
            times = [Int64](repeating: 0, count: head.fields[field].valueCount)
        }
        let values = try Self.decoding(bytes) { reader throws(BytesError) in
            let values = try ColumnEncoding.read(&reader, times: times)
            try reader.expectEnd()
            return values
        }
        loadedColumns[field] = values
        return values
    }

    /// The rows that have a field, ascending.
    func rows(ofField field: Int) throws(StorageError) -> [Int] {
        guard head.fields[field].valueCount < rowCount else { return Array(0..<rowCount) }
        let has = head.shapes.map { $0.slots.contains(field) } + [false]
        let rows = try rows(whereShape: { has[$0] }).rows
        guard rows.count == head.fields[field].valueCount else { throw Self.corrupt("a field of \(rows.count) rows has \(head.fields[field].valueCount) values") }
        return rows
    }

    /// Where in a field's values that of each row is, -1 where there is none; nil when every row has one.
    func places(ofField field: Int) throws(StorageError) -> [Int32]? {
        guard head.fields[field].valueCount < rowCount else { return nil }
        if let known = loadedPlaces[field] { return known }
        var places = [Int32](repeating: -1, count: rowCount)
        for (place, row) in try rows(ofField: field).enumerated() { places[row] = Int32(place) }
        loadedPlaces[field] = places
        return places
    }

    // MARK: Messages

    /// The messages of some rows, byte for byte as they were sent.
    /// - Parameter rows: in any order.
    func messages(_ rows: [Int]) throws(StorageError) -> BytesVector {
        let shapes = try shapeOfRow()
        let raw = try rawMessages()
        var rawPlaces: [Int: Int] = [:]
        if head.rawCount > 0 { for (place, row) in try rawRows().enumerated() { rawPlaces[row] = place } }
        var columns: [(values: ColumnValues, places: [Int32]?)?] = head.fields.map { _ in nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.count * 256)
        var ends: [UInt32] = []
        ends.reserveCapacity(rows.count)
        for row in rows {
            let shape = shapes.map { Int($0[row]) } ?? (head.rawCount > 0 ? head.shapes.count : 0)
            if shape == head.shapes.count {
                if let place = rawPlaces[row] { bytes.append(contentsOf: raw[place]) }
            } else {
                for (index, field) in head.shapes[shape].slots.enumerated() {
                    bytes.append(contentsOf: head.shapes[shape].literals[index])
                    if columns[field] == nil { columns[field] = (try column(field), try places(ofField: field)) }
                    let place = columns[field]!.places.map { Int($0[row]) } ?? row
                    columns[field]!.values.append(place, to: &bytes)
                }
                bytes.append(contentsOf: head.shapes[shape].literals[head.shapes[shape].slots.count])
            }
            guard bytes.count <= Int(UInt32.max) else { throw Self.corrupt("over 4 GB of messages") }
            ends.append(UInt32(bytes.count))
        }
        return BytesVector(bytes: bytes, ends: ends)
    }
}

extension ColumnValues {
    /// Appends the token at `place`.
    @inline(__always)
    fileprivate func append(_ place: Int, to bytes: inout [UInt8]) {
        switch self {
        case .constant(let token, _): bytes.append(contentsOf: token)
        case .dictionary(let values): values.values.append(Int(values.codes[place]), to: &bytes)
        case .decimal(let values): values.form.append(values.mantissas[place], to: &bytes)
        case .numbered(let values): values.append(place, to: &bytes)
        case .hexadecimal(let values): values.append(place, to: &bytes)
        case .texts(let values): values.append(place, to: &bytes)
        }
    }
}

extension BytesVector {
    @inline(__always)
    fileprivate func append(_ index: Int, to bytes: inout [UInt8]) {
        self.bytes.withUnsafeBytes { all in bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: all[range(at: index)])) }
    }
}

extension LogBlock {
    /// The fixed columns of the log table, of all rows.
    func allColumns() throws(StorageError) -> [Vector] {
        let arrival = try arrival()
        return [
            .int64(try times()), .int64(arrival.ingestionTimes), .uint32(arrival.streams), .uint64(arrival.numbers),
            .bytes(try messages(Array(0..<rowCount))),
        ]
    }
}
