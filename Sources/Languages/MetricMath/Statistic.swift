import Columns

/// What to make of the samples of one period. Source: CloudWatch statistics definitions.
package enum Statistic: Hashable, Sendable {
    case sampleCount, sum, average, minimum, maximum
    /// 0...100
    case percentile(Double)
    case trimmed(Measure, Bounds)
    /// The share, in percent, of samples above `lower` and up to `upper`.
    case percentileRank(lower: Double?, upper: Double?)

    package enum Measure: String, Hashable, Sendable {
        case mean = "TM"
        /// Samples outside the bounds count as the bound itself.
        case winsorizedMean = "WM"
        case count = "TC"
        case sum = "TS"
    }

    /// Which samples are left after trimming; nil: not bounded on that side.
    package enum Bounds: Hashable, Sendable {
        /// By rank, in percent of the samples: 0...100.
        case percent(lower: Double?, upper: Double?)
        /// By value: the lower one excluded, the upper one included.
        case value(lower: Double?, upper: Double?)
    }

    package static let interquartileMean = Statistic.trimmed(.mean, .percent(lower: 25, upper: 75))

    /// True when count, sum and extremes of a period do not answer it.
    package var needsSamples: Bool {
        switch self {
        case .sampleCount, .sum, .average, .minimum, .maximum: false
        case .percentile, .trimmed, .percentileRank: true
        }
    }
}

extension Statistic {
    /// - Throws: `.statistic` for text that is not the name of a statistic.
    package init(_ text: String) throws(MetricMathError) {
        guard let statistic = Self.basic[text] ?? Self.ranked(text) ?? Self.bounded(text) else {
            throw MetricMathError(code: .statistic, message: "cannot use '\(text)' as a statistic: there is none of this name")
        }
        self = statistic
    }

    /// The five that `Statistics` and an alarm's `Statistic` may name.
    package static let basic: [String: Statistic] = [
        "SampleCount": .sampleCount, "Average": .average, "Sum": .sum, "Minimum": .minimum, "Maximum": .maximum,
    ]

    /// `p99`, `tm95.5`, `wm98`, `tc90`, `ts90`, `IQM`.
    private static func ranked(_ text: String) -> Statistic? {
        if text == "IQM" { return interquartileMean }
        if text.hasPrefix("p"), let rank = percent(text.dropFirst()) { return .percentile(rank) }
        guard text.utf8.count > 2, let measure = Measure(rawValue: text.prefix(2).uppercased()),
            text.prefix(2) == measure.rawValue.lowercased(),
            let rank = percent(text.dropFirst(2))
        else { return nil }
        return .trimmed(measure, .percent(lower: nil, upper: rank))
    }

    /// `TM(10%:90%)`, `TC(0.5:2)`, `PR(:300)`.
    private static func bounded(_ text: String) -> Statistic? {
        guard text.utf8.count > 4, text.hasSuffix(")"), text.dropFirst(2).hasPrefix("(") else { return nil }
        let inner = text.dropFirst(3).dropLast()
        let ends = inner.split(separator: ":", omittingEmptySubsequences: false)
        guard ends.count == 2, let bounds = bounds(ends[0], ends[1]) else { return nil }
        if let measure = Measure(rawValue: String(text.prefix(2))) { return .trimmed(measure, bounds) }
        guard text.hasPrefix("PR"), case .value(let lower, let upper) = bounds else { return nil }
        return .percentileRank(lower: lower, upper: upper)
    }

    /// Both ends are percentages or both are values; at least one is there and they are in order.
    private static func bounds(_ lowerText: Substring, _ upperText: Substring) -> Bounds? {
        guard !(lowerText.isEmpty && upperText.isEmpty) else { return nil }
        let isPercent = [lowerText, upperText].filter { !$0.isEmpty }.map { $0.hasSuffix("%") }
        guard Set(isPercent).count == 1 else { return nil }
        func end(_ text: Substring) -> Double?? {
            if text.isEmpty { return .some(nil) }
            let number = isPercent[0] ? percent(text.dropLast()) : NumberText.parse(text)
            return number.map { .some($0) } ?? nil
        }
        guard let lower = end(lowerText), let upper = end(upperText) else { return nil }
        if let lower, let upper, lower >= upper { return nil }
        return isPercent[0] ? .percent(lower: lower, upper: upper) : .value(lower: lower, upper: upper)
    }

    /// 0...100 with at most ten digits after the point, without a sign or an exponent.
    private static func percent(_ text: Substring) -> Double? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...3).contains(parts[0].utf8.count) else { return nil }
        guard parts.count == 1 || (1...10).contains(parts[1].utf8.count) else { return nil }
        guard parts.allSatisfy({ $0.utf8.allSatisfy { $0 &- 48 < 10 } }), let value = NumberText.parse(text) else { return nil }
        return value <= 100 ? value : nil
    }
}
