import Columns

/// `dedup f, g`: of the rows with the same values the first; rows that lack one of them all stay.
struct DedupCommand: Command {
    private let fields: [String]

    init(from parser: inout QueryParser) throws(InsightsError) {
        var fields: [String] = []
        repeat {
            let start = parser.token.range.lowerBound
            guard case .field(let name) = try parser.expression() else {
                throw parser.error("dedup takes fields only", at: start..<parser.lastRange.upperBound)
            }
            fields.append(name)
        } while try parser.take(.comma)
        self.fields = fields
        parser.scope.leaveRows()
    }

    var effect: CommandEffect { .rearranges }
    func step(rowsKept: Int?, moment: InsightsMoment) -> (any Step)? { DedupStep(fields: fields) }
}

struct DedupStep: Step {
    private let fields: [String]
    private var seen: Set<[UInt8]> = []
    private var keyBytes = 0

    init(fields: [String]) { self.fields = fields }

    mutating func take(_ batch: RowBatch) -> RowBatch {
        var kept = Selection(none: batch.rowCount)
        let columns = fields.map { batch[$0] }
        for row in 0..<batch.rowCount {
            let values = columns.map { $0.value(row) }
            if values.contains(where: \.isNull) {
                kept[row] = true
                continue
            }
            var key: [UInt8] = []
            for value in values { GroupKey.append(value, to: &key) }
            if seen.insert(key).inserted {
                kept[row] = true
                keyBytes += key.count + 64
            }
        }
        return batch.filtered(by: kept)
    }

    var heldBytes: Int { keyBytes }
}

/// Values as bytes that are equal exactly when the values look the same.
enum GroupKey {
    static func append(_ texts: BytesVector, _ index: Int, to key: inout [UInt8]) {
        let range = texts.range(at: index)
        key.append(1)
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: range.count)) { key.append(contentsOf: $0) }
        texts.bytes.withUnsafeBytes { key.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    static func append(_ value: InsightsValue, to key: inout [UInt8]) {
        guard let bytes = value.bytes else {
            key.append(0)
            return
        }
        key.append(1)
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: bytes.count)) { key.append(contentsOf: $0) }
        key.append(contentsOf: bytes)
    }
}
