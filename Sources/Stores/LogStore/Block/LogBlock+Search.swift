import Columns
import SignalModel
import WireFormats

// The search for text in whole messages, column by column, without putting the messages together.
extension LogBlock {
    /// The rows whose message has `needle` in it.
    func rows(containing needle: [UInt8]) throws(StorageError) -> Selection {
        guard !needle.isEmpty else { return Selection(all: rowCount) }
        guard !mayStraddle(needle) else {
            return try messages(Array(0..<rowCount)).rows(containing: needle)
        }
        let isInLiteral = head.shapes.map { shape in
            shape.literals.contains { literal in literal.withUnsafeBufferPointer { $0.contains(needle) } }
        }
        var found = isInLiteral.contains(true) ? try rows(whereShape: { $0 < isInLiteral.count && isInLiteral[$0] }) : Selection(none: rowCount)
        let characters = CharacterClasses(of: needle)
        for (number, field) in head.fields.enumerated() where field.tokenMax >= needle.count && field.characters.isSuperset(of: characters) {
            let values = try column(number).places(containing: needle)
            guard !values.isEmpty else { continue }
            guard let places = try places(ofField: number) else {
                found.formUnion(values)
                continue
            }
            found.formUnion(Selection(rowCount: rowCount) { places[$0] >= 0 && values[Int(places[$0])] })
        }
        if head.rawCount > 0 {
            let raw = try rawMessages().rows(containing: needle)
            for (place, row) in try rawRows().enumerated() where raw[place] { found[row] = true }
        }
        return found
    }

    /// Whether the needle could begin in a literal and end in a token, or the other way round: then only whole messages can tell.
    private func mayStraddle(_ needle: [UInt8]) -> Bool {
        guard needle.count > 1 else { return false }
        let pairs = zip(needle, needle.dropFirst()).map { (left: $0, right: $1) }
        return head.shapes.contains { shape in
            shape.slots.enumerated().contains { index, slot in
                let field = head.fields[slot]
                // Two tokens beside each other, or a token without characters between two literals.
                if index > 0, shape.literals[index].isEmpty { return true }
                if field.hasEmptyTokens, Self.mayMeet(shape.literals[index], shape.literals[index + 1], pairs) { return true }
                return pairs.contains { pair in
                    shape.literals[index].last == pair.left && field.characters.contains(CharacterClasses(of: pair.right))
                        || shape.literals[index + 1].first == pair.right && field.characters.contains(CharacterClasses(of: pair.left))
                }
            }
        }
    }

    /// Literals with an empty token between them.
    private static func mayMeet(_ before: [UInt8], _ after: [UInt8], _ pairs: [(left: UInt8, right: UInt8)]) -> Bool {
        pairs.contains { before.last == $0.left && after.first == $0.right }
    }
}

extension LogBlockHead.Field {
    /// JSON strings and what stands between tabs may be empty.
    fileprivate var hasEmptyTokens: Bool {
        switch field.kind {
        case .string, .word, .rest: true
        default: false
        }
    }
}

extension ColumnValues {
    /// The places whose token has `needle` in it.
    fileprivate func places(containing needle: [UInt8]) -> Selection {
        switch self {
        case .constant(let token, let count):
            let isIn = token.withUnsafeBufferPointer { $0.contains(needle) }
            return isIn ? Selection(all: count) : Selection(none: count)
        case .dictionary(let values):
            let has = values.values.rows(containing: needle)
            guard !has.isEmpty else { return Selection(none: values.codes.count) }
            return Selection(rowCount: values.codes.count) { has[Int(values.codes[$0])] }
        case .numbered(let values) where !needle.contains(where: { $0 &- 48 < 10 }):
            let isIn = values.prefix.withUnsafeBufferPointer { $0.contains(needle) }
            return isIn ? Selection(all: count) : Selection(none: count)
        case .hexadecimal(let values): return values.places(containing: needle)
        case .decimal, .numbered, .texts: return texts.rows(containing: needle)
        }
    }
}
