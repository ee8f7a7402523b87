import Columns
import Platform

/// One value of the language. True and false are 1 and 0.
enum InsightsValue: Sendable, Equatable {
    case null
    case number(Double)
    /// UTC nanoseconds. As a number: its milliseconds.
    case time(Int64)
    case text(ArraySlice<UInt8>)

    static func bool(_ value: Bool) -> InsightsValue { .number(value ? 1 : 0) }
    static func text(_ text: String) -> InsightsValue { .text(Array(text.utf8)[...]) }
    /// What cannot be shown as a number is no value.
    static func finite(_ value: Double) -> InsightsValue { value.isFinite ? .number(value) : .null }

    var isNull: Bool { if case .null = self { true } else { false } }

    /// Also of text that spells a number.
    var number: Double? {
        switch self {
        case .null: nil
        case .number(let value): value
        case .time(let nanoseconds): Double(nanoseconds / 1000) / 1000
        case .text(let bytes): bytes.withUnsafeBufferPointer { NumberText.parse($0) }
        }
    }

    /// As a result shows it; nil for null.
    var bytes: ArraySlice<UInt8>? {
        switch self {
        case .null: nil
        case .number(let value): Array(NumberText.format(value).utf8)[...]
        case .time(let nanoseconds): Array(Self.timeText(nanoseconds).utf8)[...]
        case .text(let bytes): bytes
        }
    }

    var string: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    /// Whether a condition of this value alone holds.
    var isTrue: Bool { number.map { $0 != 0 } ?? false }

    /// `2026-11-21 08:00:00.000`
    static func timeText(_ nanoseconds: Int64) -> String {
        let text = UTCText.milliseconds(nanoseconds)
        return text.replacing("T", with: " ", maxReplacements: 1).replacing("Z", with: "")
    }
}

extension Predicate.Comparison {
    /// As a query compares. Null is unequal to everything, and neither less nor greater. Two texts are equal letter by letter, and sort
    /// as numbers when both are; text that is no number is unequal to every number.
    func holds(_ a: InsightsValue, _ b: InsightsValue) -> Bool {
        switch (a, b) {
        case (.null, _), (_, .null): return self == .notEqual
        case (.time(let a), .time(let b)): return holds(order: a < b ? -1 : a > b ? 1 : 0)
        case (.text(let left), .text(let right)):
            if self == .equal { return left == right }
            if self == .notEqual { return left != right }
            if let a = a.number, let b = b.number { return holds(a, b) }
            return holds(order: left.lexicographicallyPrecedes(right) ? -1 : left == right ? 0 : 1)
        default:
            guard let a = a.number, let b = b.number else { return self == .notEqual }
            return holds(a, b)
        }
    }
}

/// Where a value stands when rows are sorted: numbers, then other texts, then what has no value, which is last in both directions.
enum SortKey: Sendable {
    case number(Double)
    case time(Int64)
    case text(ArraySlice<UInt8>)
    case null

    init(_ value: InsightsValue) {
        switch value {
        case .null: self = .null
        case .number(let number): self = .number(number)
        case .time(let time): self = .time(time)
        case .text(let bytes): self = value.number.map(SortKey.number) ?? .text(bytes)
        }
    }

    private var rank: Int {
        switch self {
        case .number, .time: 0
        case .text: 1
        case .null: 2
        }
    }

    /// Below, equal to or above zero as `self` comes before, with or after `other`.
    func order(_ other: SortKey, descending: Bool = false) -> Int {
        let order: Int
        switch (self, other) {
        case (.null, _), (_, .null): return rank - other.rank
        case (.number(let a), .number(let b)): order = a < b ? -1 : a > b ? 1 : 0
        case (.time(let a), .time(let b)): order = a < b ? -1 : a > b ? 1 : 0
        case (.number(let a), .time(let b)): order = a < Double(b) / 1e6 ? -1 : a > Double(b) / 1e6 ? 1 : 0
        case (.time(let a), .number(let b)): order = Double(a) / 1e6 < b ? -1 : Double(a) / 1e6 > b ? 1 : 0
        case (.text(let a), .text(let b)): order = a.lexicographicallyPrecedes(b) ? -1 : a == b ? 0 : 1
        default: order = rank - other.rank
        }
        return descending ? -order : order
    }
}
