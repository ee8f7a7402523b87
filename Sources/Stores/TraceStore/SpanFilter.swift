import Bytes
import ColumnStore
import Columns
import SignalModel
import WireFormats

/// A predicate cut into conditions that all must hold, the cheapest to test first: what signatures decide, what times decide, and what
/// needs a row's ids or attributes. Some of them let whole blocks be left out unread.
struct SpanFilter {
    private enum Cost: Int { case signature, times, rest }

    private let conditions: [(predicate: Predicate, cost: Cost)]

    init(_ predicate: Predicate) {
        conditions = Self.conjuncts(of: predicate).map { ($0, Self.cost(of: $0)) }.sorted { $0.1.rawValue < $1.1.rawValue }
    }

    private static func conjuncts(of predicate: Predicate) -> [Predicate] {
        switch predicate {
        case .and(let parts): parts.flatMap(conjuncts)
        case .always(true): []
        default: [predicate]
        }
    }

    private static let signatureNames = Set([SpanColumn.service, .name, .kind, .flags, .status].map(\.name))
    private static let timeNames: Set<String> = [SpanColumn.start.name, SpanColumn.end.name, SpanField.duration]

    private static func cost(of predicate: Predicate) -> Cost {
        let names = predicate.columnNames
        if names.allSatisfy({ signatureNames.contains($0) || $0.hasPrefix(SpanField.resourcePrefix) }) { return .signature }
        return names.isSubset(of: timeNames) ? .times : .rest
    }

    static func column(named name: String) -> SpanColumn? { SpanColumn.allCases.first { $0.name == name } }

    // MARK: blocks

    /// False when the summary alone says that no row passes.
    func mayPass(_ summary: SpanSummary) -> Bool {
        conditions.allSatisfy { Self.mayHold($0.predicate, summary) }
    }

    private static func mayHold(_ predicate: Predicate, _ summary: SpanSummary) -> Bool {
        switch predicate {
        case .compare(SpanColumn.service.name, .equal, .text(let service)):
            summary.services?.contains(SpanSummary.fingerprint(service)) ?? true
        case .isOneOf(SpanColumn.service.name, let services):
            services.contains { mayHold(.compare(SpanColumn.service.name, .equal, $0), summary) }
        case .compare(SpanField.duration, .greater, .number(let limit)): summary.longest.map { Double($0) > limit } ?? true
        case .compare(SpanField.duration, .greaterOrEqual, .number(let limit)): summary.longest.map { Double($0) >= limit } ?? true
        case .compare(SpanColumn.status.name, .equal, .number(let status)):
            status < 0 || status > 6 || status != status.rounded() || summary.statuses & 1 << UInt8(status) != 0
        case .or(let parts): parts.contains { mayHold($0, summary) }
        case .and(let parts): parts.allSatisfy { mayHold($0, summary) }
        case .always(let holds): holds
        default: true
        }
    }

    /// What the keys of a block must fulfil; nil when they say nothing.
    var keyCondition: KeyCondition? {
        let keys = conditions.compactMap { Self.keyCondition(of: $0.predicate) }
        return keys.isEmpty ? nil : .all(keys)
    }

    private static func keyCondition(of predicate: Predicate) -> KeyCondition? {
        switch predicate {
        case .compare(let name, .equal, let literal): return key(name, literal).map(KeyCondition.key)
        case .isOneOf(let name, let literals):
            let keys = literals.map { key(name, $0) }
            return keys.contains(nil) ? nil : .any(keys.compactMap { $0.map(KeyCondition.key) })
        case .or(let parts):
            let conditions = parts.map(keyCondition)
            return conditions.contains { $0 == nil } ? nil : .any(conditions.compactMap { $0 })
        case .and(let parts):
            let conditions = parts.compactMap(keyCondition)
            return conditions.isEmpty ? nil : .all(conditions)
        default: return nil
        }
    }

    private static func key(_ name: String, _ literal: Predicate.Literal) -> UInt64? {
        guard case .text(let text) = literal else { return nil }       // a number may be written in many ways
        if name == SpanColumn.name.name { return SpanKeys.key(ofName: text) }
        guard name.hasPrefix(SpanField.attributePrefix) else { return nil }
        return SpanKeys.key(of: Array(name.dropFirst(SpanField.attributePrefix.count).utf8), value: text)
    }

    // MARK: rows of a sealed block

    /// - Parameter rows: those in question, ascending.
    func passing(_ rows: [Int], of block: inout SpanBlockReader) throws(StorageError) -> [Int] {
        var rows = rows
        for condition in conditions where !rows.isEmpty {
            switch condition.cost {
            case .signature:
                let passed = try Self.signatures(passing: condition.predicate, of: block)
                let signatures = block.signatureOfRow
                rows = rows.filter { passed[signatures[$0]] }
            case .times:
                let (starts, durations) = (block.starts, block.durations)
                let selection = condition.predicate.selection(rowCount: rows.count) { name in
                    switch name {
                    case SpanField.duration: Column(.int64(rows.map { durations[$0] }))
                    case SpanColumn.start.name: Column(.int64(rows.map { starts[$0] }))
                    default: Column(.int64(rows.map { starts[$0] &+ durations[$0] }))
                    }
                }
                rows = selection.rows.map { rows[$0] }
            case .rest: rows = try Self.rows(rows, passing: condition.predicate, of: &block)
            }
        }
        return rows
    }

    private static func signatures(passing predicate: Predicate, of block: SpanBlockReader) throws(StorageError) -> Selection {
        var columns: [String: Column] = [:]
        for name in predicate.columnNames {
            if name.hasPrefix(SpanField.resourcePrefix) {
                columns[name] = try SpanAttributes.resourceColumn(
                    Array(name.dropFirst(SpanField.resourcePrefix.count).utf8),
                    contexts: (0..<block.signatureCount).map { block.context(ofSignature: $0) })
            } else {
                columns[name] = column(named: name).flatMap { block.signatureColumn($0) }.map { Column($0) }
            }
        }
        return predicate.selection(rowCount: block.signatureCount) { columns[$0] ?? .absent }
    }

    private static func rows(_ rows: [Int], passing predicate: Predicate, of block: inout SpanBlockReader) throws(StorageError) -> [Int] {
        var columns: [String: Column] = [:]
        for name in predicate.columnNames {
            if name.hasPrefix(SpanField.attributePrefix) {
                columns[name] = try block.attribute(Array(name.dropFirst(SpanField.attributePrefix.count).utf8), rows: rows)
            } else if name.hasPrefix(SpanField.resourcePrefix) {
                let signatures = block.signatureOfRow
                columns[name] = try SpanAttributes.resourceColumn(
                    Array(name.dropFirst(SpanField.resourcePrefix.count).utf8), contexts: rows.map { block.context(ofSignature: signatures[$0]) })
            } else if name == SpanField.duration {
                columns[name] = Column(.int64(rows.map { block.durations[$0] }))
            } else if let column = column(named: name) {
                columns[name] = Column(try block.columns([column], rows: rows)[column.rawValue])
            }
        }
        return predicate.selection(rowCount: rows.count) { columns[$0] ?? .absent }.rows.map { rows[$0] }
    }

    // MARK: rows in memory

    /// - Parameter columns: whole, in the order of `SpanColumn`, each row with its own context.
    func passing(_ rows: [Int], of columns: [Vector]) throws(StorageError) -> [Int] {
        var rows = rows
        for condition in conditions where !rows.isEmpty {
            var needed: [String: Column] = [:]
            for name in condition.predicate.columnNames { needed[name] = try SpanAttributes.column(named: name, rows: rows, of: columns) }
            rows = condition.predicate.selection(rowCount: rows.count) { needed[$0] ?? .absent }.rows.map { rows[$0] }
        }
        return rows
    }
}
