import Columns
import SignalModel
import WireFormats

/// What predicates name, in rows that are not cut into columns yet.
enum SpanAttributes {
    /// - Parameter columns: in the order of `SpanColumn`, each row with its own context.
    static func column(named name: String, rows: [Int], of columns: [Vector]) throws(StorageError) -> Column {
        if name == SpanField.duration {
            guard let starts = columns[SpanColumn.start.rawValue].int64s, let ends = columns[SpanColumn.end.rawValue].int64s else { return .absent }
            return Column(.int64(rows.map { ends[$0] &- starts[$0] }))
        }
        if name.hasPrefix(SpanField.attributePrefix), let texts = columns[SpanColumn.attributes.rawValue].strings {
            let key = Array(name.dropFirst(SpanField.attributePrefix.count).utf8)
            return try column(key, field: SpanMessage.attributes, in: rows.map { texts[$0] })
        }
        if name.hasPrefix(SpanField.resourcePrefix), let contexts = columns[SpanColumn.context.rawValue].strings {
            return try resourceColumn(Array(name.dropFirst(SpanField.resourcePrefix.count).utf8), contexts: rows.map { contexts[$0] })
        }
        return SpanFilter.column(named: name).map { Column(columns[$0.rawValue].gathered(rows)) } ?? .absent
    }

    /// An attribute of the resource of each context.
    static func resourceColumn(_ key: [UInt8], contexts: [ArraySlice<UInt8>]) throws(StorageError) -> Column {
        try column(key, field: SpanContext.resourceAttributes, in: contexts) { context throws(WireError) in
            try SpanContext.resource(of: context)
        }
    }

    private static func column(
        _ key: [UInt8], field: UInt32, in messages: [ArraySlice<UInt8>],
        _ part: (UnsafeRawBufferPointer) throws(WireError) -> UnsafeRawBufferPointer = { $0 }
    ) throws(StorageError) -> Column {
        var cells = AttributeCells(count: messages.count)
        for (row, message) in messages.enumerated() {
            let failure: WireError? = message.withUnsafeBytes { raw in
                do throws(WireError) {
                    var attributes = OTLPAttributes(try part(raw), field: field)
                    while let (found, value) = try attributes.next(), !cells.isSet(row) {
                        if found.isEqual(to: key) { set(value, row, &cells) }
                    }
                    return nil
                } catch { return error }
            }
            // Doors let nothing else through.
            if let failure { throw StorageError(code: .corrupt, message: "cannot read attributes: \(failure)") }
        }
        return cells.column
    }

    private static func set(_ value: OTLPValue, _ row: Int, _ cells: inout AttributeCells) {
        switch value {
        case .text(let text): cells.set(row, text: text)
        case .bool(let value): cells.set(row, bool: value)
        case .integer(let value): cells.set(row, integer: value)
        case .double(let value): cells.set(row, double: value)
        case .none, .bytes, .list, .map: break
        }
    }
}
