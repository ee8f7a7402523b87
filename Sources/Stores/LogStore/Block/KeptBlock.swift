import Bytes
import Columns
import ColumnStore
import SignalModel

/// A block as it goes from one part into another: its sections as they are, and the keys of its filter made again from its columns.
enum KeptBlock {
    static func encoded(_ block: TableSnapshot.Block) throws(StorageError) -> EncodedBlock {
        let sections = try block.sections(Array(0..<block.sectionCount))
        let opened = try LogBlock(rowCount: block.header.rowCount) { wanted in wanted.map { sections[$0] } }
        return EncodedBlock(
            form: block.header.form, rowCount: block.header.rowCount, times: block.header.times, summary: block.header.summary,
            sections: sections.map { EncodedSection($0) }, keys: try keys(opened, sections))
    }

    /// As `LogBlockWriter` made them.
    private static func keys(_ block: LogBlock, _ sections: [[UInt8]]) throws(StorageError) -> [UInt64] {
        var keys = BlockKeys()
        for (number, field) in block.head.fields.enumerated() {
            let values: BytesVector = switch try block.column(number) {
            case .dictionary(let dictionary): dictionary.values
            case .constant(let token, _): ColumnValues.constant(token, count: 1).texts
            case let values: values.texts
            }
            values.bytes.withUnsafeBufferPointer { bytes in
                keys.add(Tokens(values, text: bytes), of: field.field, encoding: sections[LogBlockSection.columns + number].first ?? 0)
            }
        }
        return keys.hashes
    }
}
