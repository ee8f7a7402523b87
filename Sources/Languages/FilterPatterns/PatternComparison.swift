import Columns

/// What a selected value is held against. Shared by conditions on JSON and on fields in a row.
enum PatternComparison: Sendable {
    /// `number` when the text was written without quotes and is a number.
    case text(WildcardText, number: Double?, isEqual: Bool)
    case expression(RegularExpression, isEqual: Bool)
    case number(Predicate.Comparison, Double)

    /// Reads operator and value.
    /// - Parameter isValueByte: what a value without quotes may consist of.
    init(from reader: inout PatternReader, isValueByte: (UInt8) -> Bool) throws(FilterPatternError) {
        let comparison = try Self.comparison(from: &reader)
        let next = reader.peek()
        let start = reader.position
        switch (next, comparison) {
        case (UInt8(ascii: "%"), .equal), (UInt8(ascii: "%"), .notEqual):
            self = .expression(try reader.expression(), isEqual: comparison == .equal)
        case (UInt8(ascii: "\""), .equal), (UInt8(ascii: "\""), .notEqual):
            self = .text(WildcardText(try reader.quoted()), number: nil, isEqual: comparison == .equal)
        case (_, .equal), (_, .notEqual):
            let text = reader.take(while: isValueByte)
            guard !text.isEmpty else { throw reader.error("a value is missing", at: start) }
            let number = text.withUnsafeBufferPointer { NumberText.parse($0) }
            self = .text(WildcardText(text), number: number, isEqual: comparison == .equal)
        default:
            let text = reader.take(while: isValueByte)
            guard let number = text.withUnsafeBufferPointer({ NumberText.parse($0) }) else {
                throw reader.error("only a number can be compared by < <= > >=", at: start)
            }
            self = .number(comparison, number)
        }
    }

    private static func comparison(from reader: inout PatternReader) throws(FilterPatternError) -> Predicate.Comparison {
        if reader.take("!=") { return .notEqual }
        if reader.take("<=") { return .lessOrEqual }
        if reader.take(">=") { return .greaterOrEqual }
        if reader.take("<") { return .less }
        if reader.take(">") { return .greater }
        if reader.take("=") { return .equal }
        throw reader.error("an operator is missing: one of = != < <= > >=")
    }

    /// - Parameter isNumber: whether the value may be compared as a number.
    func holds(_ value: UnsafeBufferPointer<UInt8>, isNumber: Bool) -> Bool {
        switch self {
        case .text(let text, let number, let isEqual):
            if let number, isNumber, let value = NumberText.parse(value) { return (value == number) == isEqual }
            return text.matches(value) == isEqual
        case .expression(let expression, let isEqual):
            return expression.isFound(in: UnsafeRawBufferPointer(value)) == isEqual
        case .number(let comparison, let number):
            guard isNumber, let value = NumberText.parse(value) else { return false }
            return comparison.holds(value, number)
        }
    }
}
