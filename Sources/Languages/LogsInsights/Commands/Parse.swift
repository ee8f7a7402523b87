import Columns

/// `parse [field] "glob" as a, b` and `parse [field] /regex/ [as a, b]`: new fields out of a text. Rows that do not fit stay, without them.
struct ParseCommand: Command {
    private enum Rule {
        case glob(GlobPattern)
        case expression(RegularExpression)
    }

    private static let fieldsMax = 50

    private let field: String
    private let rule: Rule
    /// One a group; nil where a group has no name.
    private let names: [String?]

    init(from parser: inout QueryParser) throws(InsightsError) {
        if case .name = parser.token.kind { field = try parser.name() } else { field = SystemField.message }
        parser.scope.read(field)
        let ruleRange = parser.token.range
        switch parser.token.kind {
        case .text(let text):
            try parser.advance()
            let glob = GlobPattern(text)
            rule = .glob(glob)
            guard try parser.take("as") else { throw parser.unexpected("'as' and names for the asterisks") }
            names = try parser.names()
            guard names.count == glob.captureCount else {
                throw parser.error("the pattern has \(glob.captureCount) asterisks and \(names.count) names", at: ruleRange)
            }
        case .symbol(.slash):
            let expression = try parser.regularExpression()
            rule = .expression(expression)
            names = try Self.names(of: expression, at: parser.lastRange, from: &parser)
        default:
            for form in ["csv", "json", "logfmt"] where parser.isAt(form) {
                throw parser.error("parse with \(form) is not supported here yet")
            }
            throw parser.unexpected("a pattern in quotes or a regular expression between slashes")
        }
        if parser.isAt("multi") { throw parser.error("parse multi is not supported here yet") }
        guard names.count <= Self.fieldsMax else { throw parser.error("parse makes \(Self.fieldsMax) fields at most", at: ruleRange) }
        for case let name? in names { parser.scope.define(name) }
        parser.scope.show(names.compactMap { $0 }, isChoice: false)
    }

    /// Names after `as` are those of the groups in order; without, the groups' own names count.
    private static func names(
        of expression: RegularExpression, at range: Range<Int>, from parser: inout QueryParser
    ) throws(InsightsError) -> [String?] {
        if parser.isAt("multi") { throw parser.error("parse multi is not supported here yet") }
        guard try parser.take("as") else {
            guard expression.groupNames.contains(where: { $0 != nil }) else {
                throw parser.error("the expression has no group with a name, such as (?<user>.*)", at: range)
            }
            return expression.groupNames
        }
        let names = try parser.names()
        guard names.count == expression.groupNames.count else {
            throw parser.error("the expression has \(expression.groupNames.count) groups and \(names.count) names", at: range)
        }
        return names
    }

    var effect: CommandEffect { .none }

    func step(rowsKept: Int?, moment: InsightsMoment) -> (any Step)? {
        switch rule {
        case .glob(let glob): ParseStep(field: field, names: names) { glob.captures(in: $0) }
        case .expression(let expression):
            ParseStep(field: field, names: names) { text in
                text.withUnsafeBytes { expression.firstMatch(in: $0)?.groups }
            }
        }
    }
}

struct ParseStep: Step {
    let field: String
    let names: [String?]
    /// Where the parts of a text lie, counted from its start; nil when it does not fit.
    let parts: @Sendable (ArraySlice<UInt8>) -> [Range<Int>?]?

    mutating func take(_ batch: RowBatch) -> RowBatch {
        var batch = batch
        let source = batch[field]
        var builders = names.map { _ in ColumnBuilder() }
        for row in 0..<batch.rowCount {
            let text = source.value(row).bytes ?? []
            let found = source.isPresent(row) ? parts(text) : nil
            for index in names.indices {
                let part = found?[index].map { text[text.startIndex + $0.lowerBound..<text.startIndex + $0.upperBound] }
                builders[index].append(part.map(InsightsValue.text) ?? .null)
            }
        }
        for (index, name) in names.enumerated() { if let name { batch[name] = builders[index].column() } }
        return batch
    }
}

/// Text with asterisks for what is wanted: `"user=* took *ms"`. Each takes as little as it can, one at the end all the rest; `\*` is itself.
struct GlobPattern: Sendable {
    /// The text before, between and behind the asterisks.
    private var pieces: [[UInt8]] = [[]]

    init(_ text: [UInt8]) {
        var place = 0
        while place < text.count {
            if text[place] == UInt8(ascii: "*") {
                pieces.append([])
            } else {
                if text[place] == UInt8(ascii: "\\"), place + 1 < text.count, text[place + 1] == UInt8(ascii: "*") { place += 1 }
                pieces[pieces.count - 1].append(text[place])
            }
            place += 1
        }
    }

    var captureCount: Int { pieces.count - 1 }

    /// - Complexity: O(text × pieces) at worst; the first place where a piece fits leaves the most for those behind it.
    @Sendable func captures(in text: ArraySlice<UInt8>) -> [Range<Int>?]? {
        guard var place = text.firstOffset(of: pieces[0], from: 0) else { return nil }
        place += pieces[0].count
        var captures: [Range<Int>?] = []
        for (index, piece) in pieces.enumerated().dropFirst() {
            let isLast = index == pieces.count - 1
            guard let end = isLast && piece.isEmpty ? text.count : text.firstOffset(of: piece, from: place) else { return nil }
            captures.append(place..<end)
            place = end + piece.count
        }
        return captures
    }
}

extension ArraySlice<UInt8> {
    fileprivate func firstOffset(of needle: [UInt8], from start: Int) -> Int? {
        guard let first = needle.first else { return start }
        return withUnsafeBufferPointer { text in
            guard text.count - start >= needle.count else { return nil }
            var place = start
            while place <= text.count - needle.count {
                if text[place] == first, text[place..<place + needle.count].elementsEqual(needle) { return place }
                place += 1
            }
            return nil
        }
    }
}
