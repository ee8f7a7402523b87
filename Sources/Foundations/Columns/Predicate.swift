/// A condition on a row, in terms of named columns. Languages write it, stores push down what they can, callers apply the rest.
///
/// Two-valued: every test of a row without a value is false, so `not` of it is true. Languages with a third truth value add `isPresent`.
package indirect enum Predicate: Sendable {
    case always(Bool)
    case and([Predicate])
    case or([Predicate])
    case not(Predicate)
    case isPresent(String)
    case compare(String, Comparison, Literal)
    case isOneOf(String, [Literal])
    case contains(String, [UInt8])
    case matches(String, RegularExpression)

    package enum Comparison: Sendable {
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    }

    /// Text that looks like a number compares with a number as that number; other text with a number is never less, equal or greater.
    package enum Literal: Sendable, Equatable {
        case number(Double)
        case text([UInt8])
    }

    /// The columns that it reads.
    package var columnNames: Set<String> {
        switch self {
        case .always: []
        case .and(let parts), .or(let parts): parts.reduce(into: []) { $0.formUnion($1.columnNames) }
        case .not(let part): part.columnNames
        case .isPresent(let name), .compare(let name, _, _), .isOneOf(let name, _), .contains(let name, _), .matches(let name, _): [name]
        }
    }
}

extension Predicate {
    /// The rows of a chunk for which it holds.
    ///
    /// - Parameter column: the chunk's column by name; `.absent` for one that the chunk does not have.
    /// - Complexity: O(rows × tests); each test is one pass over one column.
    package func selection(rowCount: Int, column: (String) -> Column) -> Selection {
        switch self {
        case .always(let holds):
            return holds ? Selection(all: rowCount) : Selection(none: rowCount)
        case .and(let parts):
            var result = Selection(all: rowCount)
            for part in parts where !result.isEmpty { result.formIntersection(part.selection(rowCount: rowCount, column: column)) }
            return result
        case .or(let parts):
            var result = Selection(none: rowCount)
            for part in parts { result.formUnion(part.selection(rowCount: rowCount, column: column)) }
            return result
        case .not(let part):
            var result = part.selection(rowCount: rowCount, column: column)
            result.invert()
            return result
        case .isPresent(let name):
            let column = column(name)
            if case .absent = column.vector { return Selection(none: rowCount) }
            return column.validity ?? Selection(all: rowCount)
        case .compare(let name, let comparison, let literal):
            return column(name).rows(rowCount) { Self.holds($0, comparison, literal) }
        case .isOneOf(let name, let literals):
            return column(name).rows(rowCount) { cell in literals.contains { Self.holds(cell, .equal, $0) } }
        case .contains(let name, let needle):
            let column = column(name)
            if case .bytes(let values) = column.vector { return values.rows(containing: needle, validity: column.validity) }
            return column.rows(rowCount) { cell in
                cell.withText { text in text.contains(needle) }
            }
        case .matches(let name, let expression):
            return column(name).rows(rowCount) { cell in
                cell.withText { expression.isFound(in: UnsafeRawBufferPointer($0)) }
            }
        }
    }

    private static func holds(_ cell: Cell, _ comparison: Comparison, _ literal: Literal) -> Bool {
        switch literal {
        case .number(let number):
            guard let value = cell.number else { return comparison == .notEqual }
            return comparison.holds(value, number)
        case .text(let text):
            return cell.withText { bytes in comparison.holds(order: ordering(bytes, text)) }
        }
    }

    /// Below, equal to or above zero as `a` sorts before, with or after `b`, byte by byte.
    private static func ordering(_ a: UnsafeBufferPointer<UInt8>, _ b: [UInt8]) -> Int {
        for index in 0..<min(a.count, b.count) where a[index] != b[index] { return a[index] < b[index] ? -1 : 1 }
        return a.count - b.count
    }
}

extension Predicate.Comparison {
    package func holds(_ a: Double, _ b: Double) -> Bool {
        switch self {
        case .equal: a == b
        case .notEqual: a != b
        case .less: a < b
        case .lessOrEqual: a <= b
        case .greater: a > b
        case .greaterOrEqual: a >= b
        }
    }

    package func holds(order: Int) -> Bool {
        switch self {
        case .equal: order == 0
        case .notEqual: order != 0
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        case .greaterOrEqual: order >= 0
        }
    }
}

/// One value of a column, seen as a number or as text.
enum Cell {
    case number(Double)
    case text(UnsafeBufferPointer<UInt8>)
    case decimal(Int64, DecimalForm)

    var number: Double? {
        switch self {
        case .number(let value): value
        case .decimal(let mantissa, let form): Double(mantissa) / Double(form.scale)
        case .text(let bytes): NumberText.parse(bytes)
        }
    }

    func withText<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        switch self {
        case .number(let value):
            var text = NumberText.format(value)
            return text.withUTF8(body)
        case .text(let bytes): return body(bytes)
        case .decimal(let mantissa, let form):
            var text: [UInt8] = []
            form.append(mantissa, to: &text)
            return text.withUnsafeBufferPointer(body)
        }
    }
}

extension Column {
    /// The rows whose value passes `test`; rows without a value do not.
    fileprivate func rows(_ rowCount: Int, where test: (Cell) -> Bool) -> Selection {
        var result = Selection(none: rowCount)
        func scan(_ cell: (Int) -> Cell) {
            for row in 0..<rowCount where validity?[row] ?? true {
                if test(cell(row)) { result[row] = true }
            }
        }
        switch vector {
        case .absent: break
        case .int64(let values): scan { .number(Double(values[$0])) }
        case .uint64(let values): scan { .number(Double(values[$0])) }
        case .uint32(let values): scan { .number(Double(values[$0])) }
        case .uint8(let values): scan { .number(Double(values[$0])) }
        case .double(let values): scan { .number(values[$0]) }
        case .bytes(let values):
            values.bytes.withUnsafeBufferPointer { bytes in
                scan { .text(UnsafeBufferPointer(rebasing: bytes[values.range(at: $0)])) }
            }
        case .dictionary(let dictionary): return rows(of: dictionary, where: test)
        case .decimal(let decimals): scan { .decimal(decimals.mantissas[$0], decimals.form) }
        }
        return result
    }
}

extension Column {
    /// Each value is tested once.
    private func rows(of dictionary: DictionaryVector, where test: (Cell) -> Bool) -> Selection {
        let passes = dictionary.values.bytes.withUnsafeBufferPointer { bytes in
            (0..<dictionary.values.count).map { test(.text(UnsafeBufferPointer(rebasing: bytes[dictionary.values.range(at: $0)]))) }
        }
        guard passes.contains(true) else { return Selection(none: dictionary.codes.count) }
        var result = Selection(rowCount: dictionary.codes.count) { passes[Int(dictionary.codes[$0])] }
        if let validity { result.formIntersection(validity) }
        return result
    }
}

extension BytesVector {
    /// The rows whose string has `needle` in it: one search through all bytes, not one a row.
    package func rows(containing needle: [UInt8], validity: Selection? = nil) -> Selection {
        guard !needle.isEmpty else { return validity ?? Selection(all: count) }
        var result = Selection(none: count)
        bytes.withUnsafeBytes { all in
            var row = 0
            var place = 0
            while place < all.count, let found = ByteSearch.first(needle, in: all, from: place) {
                while row < count, Int(ends[row]) <= found { row += 1 }
                guard row < count else { return }
                // A find that begins in one string and ends in the next is none.
                if found + needle.count <= Int(ends[row]) {
                    result[row] = true
                    place = Int(ends[row])
                } else {
                    place = found + 1
                }
            }
        }
        if let validity { result.formIntersection(validity) }
        return result
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// True when `needle` occurs; an empty needle always does.
    package func contains(_ needle: [UInt8]) -> Bool {
        needle.isEmpty || ByteSearch.first(needle, in: UnsafeRawBufferPointer(self), from: 0) != nil
    }
}
