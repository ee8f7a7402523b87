import Columns
import SignalModel
import WireFormats

// What queries see of a block: a column for each name, as `LogFieldExtractor` would find it in every message.
extension LogBlock {
    /// One value a row. Fields of a type of their own come as dictionaries and decimals, others as texts.
    func field(_ name: String) throws(StorageError) -> Column {
        let fields = head.fields.indices.filter { head.fields[$0].field.name == name && head.fields[$0].field.isNamed }
        let read = try rowsToRead(for: name)
        let types = name == LogBlock.typeName ? head.shapes.map(\.lambdaType) : []
        guard read.isEmpty, types.allSatisfy(\.isEmpty) else { return try mixed(name, fields, read, types) }
        switch fields.count {
        case 0: return .absent
        case 1: return try single(fields[0])
        default: return try mixed(name, fields, read, types)
        }
    }

    private static let typeName = "@type"

    /// Rows of whose value only the message knows: those of no shape, and those where the name is that of an object or lies in a token.
    private func rowsToRead(for name: String) throws(StorageError) -> Selection {
        let isInside = head.shapes.map { shape in
            shape.containers.contains(name)
                || shape.slots.contains { head.fields[$0].field.kind == .json && name.hasPrefix(head.fields[$0].field.name + ".") }
        }
        guard head.rawCount > 0 || isInside.contains(true) else { return Selection(none: rowCount) }
        return try rows(whereShape: { $0 == head.shapes.count || isInside[$0] })
    }

    // MARK: One field

    private func single(_ field: Int) throws(StorageError) -> Column {
        let shown = Self.shown(try column(field), head.fields[field].field.kind)
        guard let places = try places(ofField: field) else { return shown }
        return shown.scattered(places)
    }

    /// Values as a query sees them, one for each token.
    private static func shown(_ values: ColumnValues, _ kind: MessageField.Kind) -> Column {
        switch values {
        case .constant(let token, let count):
            var texts = BytesVector()
            texts.append(token)
            return shown(DictionaryVector(codes: [UInt16](repeating: 0, count: count), values: texts), kind)
        case .dictionary(let dictionary): return shown(dictionary, kind)
        case .decimal(let decimals) where kind == .bare: return Column(.decimal(decimals))
        case .hexadecimal(let ids) where kind == .string && !ids.pattern.contains(UInt8(ascii: "\\")): return Column(.bytes(ids.texts))
        case .texts(let texts) where kind == .string && !texts.bytes.contains(UInt8(ascii: "\\")): return Column(.bytes(texts))
        default: return shown(values.texts, kind)
        }
    }

    private static func shown(_ dictionary: DictionaryVector, _ kind: MessageField.Kind) -> Column {
        let values = shown(dictionary.values, kind)
        let texts = values.vector.strings ?? BytesVector([String](repeating: "", count: dictionary.values.count))
        let column = Vector.dictionary(DictionaryVector(codes: dictionary.codes, values: texts))
        guard values.validity != nil || values.vector == .absent else { return Column(column) }
        return Column(column, validity: Selection(rowCount: dictionary.codes.count) { values.isPresent(Int(dictionary.codes[$0])) })
    }

    private static func shown(_ texts: BytesVector, _ kind: MessageField.Kind) -> Column {
        var values = BytesVector()
        values.reserve(strings: texts.count, bytes: texts.bytes.count)
        var validity = Selection(all: texts.count)
        texts.bytes.withUnsafeBufferPointer { bytes in
            for row in 0..<texts.count {
                let token = UnsafeBufferPointer(rebasing: bytes[texts.range(at: row)])
                if kind.isShownAsWritten(token) {
                    values.append(UnsafeRawBufferPointer(token))
                } else if let shown = kind.shown(token) {
                    values.append(shown)
                } else {
                    values.append([])
                    validity[row] = false
                }
            }
        }
        return validity.isEmpty && texts.count > 0 ? .absent : Column(.bytes(values), validity: validity.count == texts.count ? nil : validity)
    }

    // MARK: Several

    /// Row by row, where a name stands for fields of several kinds, or where messages must be read.
    private func mixed(_ name: String, _ fields: [Int], _ read: Selection, _ types: [String]) throws(StorageError) -> Column {
        var texts = [ArraySlice<UInt8>?](repeating: nil, count: rowCount)
        for field in fields {
            let column = Self.shown(try column(field), head.fields[field].field.kind)
            let values = column.vector.strings
            for (place, row) in try rows(ofField: field).enumerated() where column.isPresent(place) { texts[row] = values.map { $0[place] } }
        }
        if types.contains(where: { !$0.isEmpty }) {
            for row in try rows(whereShape: { $0 < types.count && !types[$0].isEmpty }).rows {
                let shape = try shapeOfRow().map { Int($0[row]) } ?? 0
                texts[row] = Array(types[shape].utf8)[...]
            }
        }
        let readRows = read.rows
        if !readRows.isEmpty {
            let found = LogFieldExtractor(names: [name]).columns(of: try messages(readRows))[0]
            let values = found.vector.strings
            for (index, row) in readRows.enumerated() { texts[row] = found.isPresent(index) ? values.map { $0[index] } : nil }
        }
        return Self.column(texts)
    }

    private static func column(_ texts: [ArraySlice<UInt8>?]) -> Column {
        var values = BytesVector()
        for text in texts { values.append(text ?? []) }
        let validity = Selection(rowCount: texts.count) { texts[$0] != nil }
        if validity.isEmpty { return .absent }
        return Column(.bytes(values), validity: validity.count == texts.count ? nil : validity)
    }
}

extension Column {
    /// One row for each place, with the value that stands there; none where the place is -1.
    fileprivate func scattered(_ places: [Int32]) -> Column {
        if case .absent = vector { return .absent }
        let validity = Selection(rowCount: places.count) { row in
            let place = Int(places[row])
            return place >= 0 && self.isPresent(place)
        }
        if validity.isEmpty { return .absent }
        switch vector {
        case .dictionary(let values):
            return Column(.dictionary(DictionaryVector(codes: places.map { $0 < 0 ? 0 : values.codes[Int($0)] }, values: values.values)), validity: validity)
        case .decimal(let values):
            return Column(.decimal(DecimalVector(mantissas: places.map { $0 < 0 ? 0 : values.mantissas[Int($0)] }, form: values.form)), validity: validity)
        default:
            let texts = vector.strings ?? BytesVector()
            var scattered = BytesVector()
            scattered.reserve(strings: places.count, bytes: texts.bytes.count)
            for place in places { if place < 0 { scattered.append([]) } else { scattered.append(texts[Int(place)]) } }
            return Column(.bytes(scattered), validity: validity)
        }
    }
}
