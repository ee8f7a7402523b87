import Columns

/// The values of an operand as numbers, all at once: what has no number in a row is NaN, and `isNumber` says so.
struct Numbers {
    private(set) var values: [Double] = []
    /// Nil when every row has one.
    private(set) var isNumber: Selection?

    init(_ operand: Operand, rowCount: Int) {
        switch operand {
        case .constant(let value):
            values = [Double](repeating: value.number ?? .nan, count: rowCount)
            if value.number == nil { isNumber = Selection(none: rowCount) }
        case .column(let column): read(column, rowCount)
        }
    }

    private mutating func read(_ column: Column, _ rowCount: Int) {
        switch column.vector {
        case .double(let numbers): (values, isNumber) = (numbers, column.validity)
        case .decimal(let decimals): (values, isNumber) = (decimals.numbers, column.validity)
        case .dictionary(let dictionary):
            // Each different text is read once.
            let numbers = (0..<dictionary.values.count).map { InsightsValue.text(dictionary.values[$0]).number }
            values = dictionary.codes.map { numbers[Int($0)] ?? .nan }
            let all = numbers.contains { $0 == nil } ? Selection(rowCount: rowCount) { numbers[Int(dictionary.codes[$0])] != nil } : nil
            isNumber = Self.both(all, column.validity)
        default:
            values.reserveCapacity(rowCount)
            var present = Selection(all: rowCount)
            for row in 0..<rowCount {
                let number = column.value(row).number
                values.append(number ?? .nan)
                if number == nil { present[row] = false }
            }
            isNumber = present.count == rowCount ? nil : present
        }
    }

    private static func both(_ a: Selection?, _ b: Selection?) -> Selection? {
        guard var result = a else { return b }
        if let b { result.formIntersection(b) }
        return result
    }

    @inline(__always) func has(_ row: Int) -> Bool { isNumber?[row] ?? true }
}
