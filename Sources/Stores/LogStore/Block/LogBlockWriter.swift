import Bytes
import Columns
import ColumnStore
import SignalModel
import WireFormats

/// Takes the messages of blocks apart and writes them as columns. One writer serves the blocks of one call, so that shapes are learnt once.
struct LogBlockWriter {
    private var shapes = MessageShapes()
    private var scratch = DictionaryScratch()
    private var tokens = TokenList()

    /// - Parameter rows: sorted, 1 to `LogBlockSection.rowsMax`.
    mutating func block(_ rows: LogRows) -> EncodedBlock {
        rows.messages.bytes.withUnsafeBufferPointer { text in block(rows, text) }
    }

    private mutating func block(_ rows: LogRows, _ text: UnsafeBufferPointer<UInt8>) -> EncodedBlock {
        var columns: [Tokens] = []
        let shapeOfRow = takeApart(rows, text, &columns)
        let layout = BlockNumbers(shapeOfRow: shapeOfRow, shapes: shapes, columns: columns)

        var sections: [EncodedSection] = []
        var fields: [LogBlockHead.Field] = []
        var keys = BlockKeys()
        for (number, field) in layout.fields.enumerated() {
            var writer = ByteWriter(capacity: columns[field].count * 4)
            ColumnEncoding.append(
                columns[field], times: { layout.rows(ofField: number).map { rows.times[$0] } }, isNumber: shapes.fields[field].kind == .bare,
                scratch: &scratch, to: &writer)
            sections.append(EncodedSection(writer.bytes))
            let values = distinct(columns[field], encoding: writer.bytes[0])
            fields.append(Self.field(shapes.fields[field], columns[field].count, values, encoding: writer.bytes[0]))
            keys.add(values, of: shapes.fields[field], encoding: writer.bytes[0])
        }
        let head = LogBlockHead(rowCount: rows.count, rawCount: layout.rawRows.count, fields: fields, shapes: layout.renumbered(shapes))
        let first = [head.bytes, times(rows), arrival(rows), layout.codes, raw(rows, layout)].map { EncodedSection($0) }
        for shape in layout.shapes { keys.add(shapes.shapes[shape]) }
        for row in layout.rawRows { keys.addText(UnsafeBufferPointer(rebasing: text[rows.messages.range(at: row)])) }
        let summary = LogSummary(rows, search: keys.summary(hasRaw: !layout.rawRows.isEmpty))
        return EncodedBlock(
            form: LogBlockSection.form, rowCount: rows.count, times: rows.times[0]...rows.times[rows.count - 1], summary: summary.bytes,
            sections: first + sections, keys: keys.hashes)
    }

    /// Of a column as it was just written: each value once, where that is known.
    private func distinct(_ tokens: Tokens, encoding: UInt8) -> Tokens {
        let rows: [UInt32]
        switch ColumnEncoding(rawValue: encoding) {
        case .constant: rows = [0]
        case .dictionary: rows = scratch.values
        default: return tokens
        }
        var values = Tokens(tokens.text)
        for row in rows { values.append(tokens.starts[Int(row)], tokens.ends[Int(row)]) }
        return values
    }

    /// - Returns: the shape of each row, -1 for none. `columns` get the tokens, by field.
    private mutating func takeApart(_ rows: LogRows, _ text: UnsafeBufferPointer<UInt8>, _ columns: inout [Tokens]) -> [Int] {
        var shapeOfRow: [Int] = []
        shapeOfRow.reserveCapacity(rows.count)
        var start: UInt32 = 0
        for row in 0..<rows.count {
            let range = rows.messages.range(at: row)
            guard let shape = shapes.shape(of: UnsafeBufferPointer(rebasing: text[range]), &tokens) else {
                shapeOfRow.append(-1)
                continue
            }
            while columns.count < shapes.fields.count { columns.append(Tokens(text, room: rows.count - row)) }
            start = UInt32(range.lowerBound)
            let slots = shapes.slots(ofShape: shape)
            for slot in 0..<slots.count { columns[slots[slot]].append(start &+ tokens.start(slot), start &+ tokens.end(slot)) }
            shapeOfRow.append(shape)
        }
        while columns.count < shapes.fields.count { columns.append(Tokens(text)) }
        return shapeOfRow
    }

    /// - Parameter values: every value that is different at least once.
    private static func field(_ field: MessageField, _ count: Int, _ values: Tokens, encoding: UInt8) -> LogBlockHead.Field {
        var characters = CharacterClasses()
        var longest = 0
        // Ids are all of one form.
        let isUniform = encoding == ColumnEncoding.hexadecimal.rawValue
        if isUniform { characters = [.digits, .hexadecimals] }
        for index in 0..<(isUniform ? 1 : values.count) {
            let token = values[index]
            characters.formUnion(CharacterClasses(of: token))
            longest = max(longest, token.count)
        }
        return LogBlockHead.Field(field: field, valueCount: count, characters: characters, tokenMax: longest)
    }

    private func times(_ rows: LogRows) -> [UInt8] {
        var writer = ByteWriter()
        PackedIntegers.append(rows.times, to: &writer)
        return writer.bytes
    }

    private func arrival(_ rows: LogRows) -> [UInt8] {
        var writer = ByteWriter()
        PackedIntegers.append(rows.ingestionTimes, to: &writer)
        PackedIntegers.append(rows.streams.map(Int64.init), to: &writer)
        PackedIntegers.append(rows.numbers.map { Int64(bitPattern: $0) }, to: &writer)
        return writer.bytes
    }

    private func raw(_ rows: LogRows, _ layout: BlockNumbers) -> [UInt8] {
        guard !layout.rawRows.isEmpty else { return [] }
        var writer = ByteWriter()
        PackedIntegers.append(layout.rawRows.map { Int64(rows.messages.range(at: $0).count) }, to: &writer)
        for row in layout.rawRows { writer.append(bytes: rows.messages[row]) }
        return writer.bytes
    }
}

/// A block's own numbers of the shapes and fields that it uses.
private struct BlockNumbers {
    /// By the block's number, the number among all shapes.
    let shapes: [Int]
    let fields: [Int]
    let valueCounts: [Int]
    let rawRows: [Int]
    /// The shapes section.
    let codes: [UInt8]
    private let shapeOfRow: [Int]
    private let slotsOfShape: [Int: Set<Int>]

    init(shapeOfRow: [Int], shapes all: MessageShapes, columns: [Tokens]) {
        self.shapeOfRow = shapeOfRow
        var isUsed = [Bool](repeating: false, count: all.shapes.count)
        var raw: [Int] = []
        for (row, shape) in shapeOfRow.enumerated() { if shape < 0 { raw.append(row) } else { isUsed[shape] = true } }
        rawRows = raw
        let used = isUsed.indices.filter { isUsed[$0] }
        shapes = used
        fields = columns.indices.filter { columns[$0].count > 0 }
        valueCounts = fields.map { columns[$0].count }
        slotsOfShape = Dictionary(uniqueKeysWithValues: used.map { ($0, Set(all.shapes[$0].slots)) })
        codes = Self.codes(shapeOfRow, used, allCount: all.shapes.count, hasRaw: !raw.isEmpty)
    }

    private static func codes(_ shapeOfRow: [Int], _ used: [Int], allCount: Int, hasRaw: Bool) -> [UInt8] {
        let kinds = used.count + (hasRaw ? 1 : 0)
        guard kinds > 1 else { return [] }
        var numbers = [Int](repeating: used.count, count: allCount + 1)
        for (number, shape) in used.enumerated() { numbers[shape] = number }
        let codes = shapeOfRow.map { numbers[$0 < 0 ? allCount : $0] }
        let low = codes.map { UInt8(truncatingIfNeeded: $0) }
        return kinds > 256 ? low + codes.map { UInt8(truncatingIfNeeded: $0 >> 8) } : low
    }

    /// - Parameter number: the block's own.
    func rows(ofField number: Int) -> [Int] {
        if valueCounts[number] == shapeOfRow.count { return Array(0..<shapeOfRow.count) }
        let has = slotsOfShape.mapValues { $0.contains(fields[number]) }
        return shapeOfRow.indices.filter { shapeOfRow[$0] >= 0 && has[shapeOfRow[$0]] ?? false }
    }

    func renumbered(_ all: MessageShapes) -> [MessageShape] {
        let numbers = Dictionary(uniqueKeysWithValues: fields.enumerated().map { ($1, $0) })
        return shapes.map { number in
            let shape = all.shapes[number]
            return MessageShape(
                literals: shape.literals, slots: shape.slots.map { numbers[$0] ?? 0 }, containers: shape.containers,
                lambdaType: shape.lambdaType)
        }
    }
}
