import Bytes
import WireFormats

/// What a block's first section says: the fields that its messages have and the shapes in which they are written.
///
///     [varint rows][varint rows of no shape][varint fields]([varint length][name][1 B kind][varint values][1 B characters]
///     [varint longest token])…
///     [varint shapes]([1 B lambda type][varint slots](varint field)…([varint length][literal])…[varint objects]([varint length][name])…)…
struct LogBlockHead {
    struct Field {
        let field: MessageField
        let valueCount: Int
        /// Which there are in its tokens.
        let characters: CharacterClasses
        /// Bytes.
        let tokenMax: Int
    }

    private static let lambdaTypes = ["", "START", "END", "REPORT"]

    let rowCount: Int
    let rawCount: Int
    /// Column `i` is section `LogBlockSection.columns + i`.
    let fields: [Field]
    let shapes: [MessageShape]

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.append(varint: UInt64(rowCount))
        writer.append(varint: UInt64(rawCount))
        writer.append(varint: UInt64(fields.count))
        for field in fields {
            writer.append(lengthPrefixed: field.field.name.utf8)
            writer.append(uint8: field.field.kind.rawValue)
            writer.append(varint: UInt64(field.valueCount))
            writer.append(uint8: field.characters.rawValue)
            writer.append(varint: UInt64(field.tokenMax))
        }
        writer.append(varint: UInt64(shapes.count))
        for shape in shapes {
            writer.append(uint8: UInt8(Self.lambdaTypes.firstIndex(of: shape.lambdaType) ?? 0))
            writer.append(varint: UInt64(shape.slots.count))
            for slot in shape.slots { writer.append(varint: UInt64(slot)) }
            for literal in shape.literals { writer.append(lengthPrefixed: literal) }
            writer.append(varint: UInt64(shape.containers.count))
            for name in shape.containers { writer.append(lengthPrefixed: name.utf8) }
        }
        return writer.bytes
    }

    init(rowCount: Int, rawCount: Int, fields: [Field], shapes: [MessageShape]) {
        self.rowCount = rowCount
        self.rawCount = rawCount
        self.fields = fields
        self.shapes = shapes
    }

    init(_ reader: inout ByteReader) throws(BytesError) {
        rowCount = Int(truncatingIfNeeded: try reader.varint())
        rawCount = Int(truncatingIfNeeded: try reader.varint())
        guard (0...LogBlockSection.rowsMax).contains(rowCount), (0...rowCount).contains(rawCount) else { throw Self.malformed("row counts") }
        var fields: [Field] = []
        for _ in 0..<(try reader.count(ofAtLeast: 3)) {
            let name = try reader.text()
            guard let kind = MessageField.Kind(rawValue: try reader.uint8()) else { throw Self.malformed("a field's kind") }
            let valueCount = try reader.valueCount(max: rowCount)
            let characters = CharacterClasses(rawValue: try reader.uint8())
            fields.append(
                Field(
                    field: MessageField(name: name, kind: kind), valueCount: valueCount, characters: characters,
                    tokenMax: Int(truncatingIfNeeded: try reader.varint())))
        }
        self.fields = fields
        var shapes: [MessageShape] = []
        for _ in 0..<(try reader.count(ofAtLeast: 4)) { shapes.append(try Self.shape(&reader, fieldCount: fields.count)) }
        self.shapes = shapes
        try reader.expectEnd()
    }

    private static func shape(_ reader: inout ByteReader, fieldCount: Int) throws(BytesError) -> MessageShape {
        let type = Int(try reader.uint8())
        guard type < lambdaTypes.count else { throw malformed("a shape's type") }
        var slots: [Int] = []
        for _ in 0..<(try reader.count(ofAtLeast: 1)) {
            let field = Int(truncatingIfNeeded: try reader.varint())
            guard (0..<fieldCount).contains(field) else { throw malformed("a slot") }
            slots.append(field)
        }
        guard Set(slots).count == slots.count else { throw malformed("slots of one field") }
        var literals: [[UInt8]] = []
        for _ in 0...slots.count { literals.append(Array(try reader.lengthPrefixed())) }
        var containers: [String] = []
        for _ in 0..<(try reader.count(ofAtLeast: 1)) { containers.append(try reader.text()) }
        return MessageShape(literals: literals, slots: slots, containers: containers, lambdaType: lambdaTypes[type])
    }

    private static func malformed(_ what: String) -> BytesError {
        BytesError(code: .malformed, message: "cannot read a log block's head: \(what)")
    }
}

/// The sections of a block of form 1, by number.
enum LogBlockSection {
    static let form: UInt8 = 1

    /// `LogBlockHead`
    static let head = 0
    /// `[packed times]`
    static let times = 1
    /// `[packed ingestion times][packed stream numbers][packed event numbers]`
    static let arrival = 2
    /// The shape of each row, `shapes` for a row of no shape: `[low bytes][high bytes, where there are more than 256 codes]`; empty
    /// when all rows have the same.
    static let shapes = 3
    /// `[packed lengths][messages]` of the rows of no shape.
    static let raw = 4
    /// The first of the fields' columns, each as `ColumnEncoding` has it.
    static let columns = 5

    static let rowsMax = 8192
}
