import Columns

/// Rows between two commands: named columns of one length. A name that is not there is a column without values.
///
/// The kind of a column's vector is the kind of its values: `.double` numbers, `.int64` times, `.bytes` text.
struct RowBatch: Sendable {
    private(set) var rowCount: Int
    private(set) var names: [String] = []
    private var columns: [Column] = []

    init(rowCount: Int = 0) { self.rowCount = rowCount }

    init(names: [String], chunk: ColumnChunk) {
        precondition(chunk.columns.count >= names.count, "a chunk lacks columns that the query asked for")
        rowCount = chunk.rowCount
        self.names = names
        columns = Array(chunk.columns.prefix(names.count))
    }

    subscript(name: String) -> Column {
        get { names.firstIndex(of: name).map { columns[$0] } ?? .absent }
        set {
            if let index = names.firstIndex(of: name) {
                columns[index] = newValue
            } else {
                names.append(name)
                columns.append(newValue)
            }
        }
    }

    var byteCount: Int { columns.reduce(0) { $0 + $1.vector.byteCount } }

    func filtered(by selection: Selection) -> RowBatch {
        var result = self
        let chunk = ColumnChunk(rowCount: rowCount, columns: columns).filtered(by: selection)
        result.rowCount = chunk.rowCount
        result.columns = chunk.columns
        return result
    }

    func prefix(_ count: Int) -> RowBatch {
        guard count < rowCount else { return self }
        var first = Selection(none: rowCount)
        for row in 0..<count { first[row] = true }
        return filtered(by: first)
    }

    /// Rows of several batches, in the order of `places`.
    static func gathered(_ places: some Sequence<RowPlace>, of batches: [RowBatch]) -> RowBatch {
        let places = Array(places)
        var result = RowBatch(rowCount: places.count)
        for name in batches.flatMap(\.names) where !result.names.contains(name) {
            let columns = batches.map { $0[name] }
            var builder = ColumnBuilder()
            for place in places { builder.append(columns[place.batch].value(place.row)) }
            result[name] = builder.column()
        }
        return result
    }
}

/// A row of one of several batches.
struct RowPlace: Sendable {
    var batch: Int
    var row: Int
}

extension Column {
    /// Numbers of other types than double come as numbers, signed ones as times.
    func value(_ row: Int) -> InsightsValue {
        guard validity?[row] ?? true else { return .null }
        switch vector {
        case .absent: return .null
        case .double(let values): return .number(values[row])
        case .int64(let values): return .time(values[row])
        case .bytes(let values): return .text(values[row])
        case .uint64(let values): return .number(Double(values[row]))
        case .uint32(let values): return .number(Double(values[row]))
        case .uint8(let values): return .number(Double(values[row]))
        case .dictionary(let values): return .text(values.values[Int(values.codes[row])])
        case .decimal(let values):
            var text: [UInt8] = []
            values.form.append(values.mantissas[row], to: &text)
            return .text(text[...])
        }
    }
}

/// Makes a column of values as they come. Kinds that differ meet as text.
struct ColumnBuilder {
    private enum Kind { case nothing, number, time, text }

    private var kind = Kind.nothing
    private var numbers: [Double] = []
    private var times: [Int64] = []
    private var texts = BytesVector()
    private var isPresent: [Bool] = []

    var count: Int { isPresent.count }
    var byteCount: Int { numbers.count * 8 + times.count * 8 + texts.bytes.count + texts.count * 4 + isPresent.count }

    mutating func append(_ value: InsightsValue) {
        switch (value, kind) {
        case (.null, _):
            isPresent.append(false)
            pad()
            return
        case (.number(let number), .number): numbers.append(number)
        case (.time(let time), .time): times.append(time)
        case (.text(let bytes), .text): texts.append(bytes)
        case (_, .nothing):
            kind =
                switch value {
                case .number: .number
                case .time: .time
                default: .text
                }
            pad()
            append(value)
            return
        default:
            if kind != .text { turnIntoText() }
            texts.append(value.bytes ?? [])
        }
        isPresent.append(true)
    }

    func value(_ row: Int) -> InsightsValue {
        guard isPresent[row] else { return .null }
        switch kind {
        case .nothing: return .null
        case .number: return .number(numbers[row])
        case .time: return .time(times[row])
        case .text: return .text(texts[row])
        }
    }

    consuming func column() -> Column {
        var validity: Selection?
        if isPresent.contains(false) {
            var present = Selection(none: isPresent.count)
            for (row, isPresent) in isPresent.enumerated() where isPresent { present[row] = true }
            validity = present
        }
        switch kind {
        case .nothing: return .absent
        case .number: return Column(.double(numbers), validity: validity)
        case .time: return Column(.int64(times), validity: validity)
        case .text: return Column(.bytes(texts), validity: validity)
        }
    }

    /// Fills the vector up to the rows without values.
    private mutating func pad() {
        switch kind {
        case .nothing: break
        case .number: while numbers.count < isPresent.count { numbers.append(0) }
        case .time: while times.count < isPresent.count { times.append(0) }
        case .text: while texts.count < isPresent.count { texts.append(EmptyCollection()) }
        }
    }

    private mutating func turnIntoText() {
        for row in 0..<isPresent.count { texts.append(value(row).bytes ?? []) }
        numbers = []
        times = []
        kind = .text
    }
}
