import Columns

/// Samples of one period for statistics of rank. Exact up to 16,384 entries; beyond, entries fall together into the buckets of
/// `QuantileSketch`, and values are within its 0.79 %.
///
/// Ranks run from 1 to the total weight. A percentile is the smallest sample whose rank reaches that share; trimming to `a%:b%` keeps
/// ranks above ⌊a·W⌋ and up to ⌈b·W⌉, so a sample on the border stays.
struct WeightedSamples: Sendable, Equatable {
    static let exactMax = 16_384
    private static let entryBytes = 16

    private var entries: [Entry] = []
    private var sketch: QuantileSketch?

    private struct Entry: Equatable {
        var value: Double
        var weight: Double
    }

    /// - Returns: how many more bytes are held.
    mutating func add(_ value: Double, weight: Double) -> Int {
        if sketch != nil {
            sketch?.add(value, weight: weight)
            return 0
        }
        if let last = entries.indices.last, entries[last].value == value {
            entries[last].weight += weight
            return 0
        }
        entries.append(Entry(value: value, weight: weight))
        if entries.count > Self.exactMax { collapse() }
        return Self.entryBytes
    }

    mutating func merge(_ other: WeightedSamples) {
        for entry in other.entries { _ = add(entry.value, weight: entry.weight) }
        if let others = other.sketch {
            if sketch == nil { collapse() }
            sketch?.merge(others)
        }
    }

    private mutating func collapse() {
        var sketch = QuantileSketch()
        for entry in entries { sketch.add(entry.value, weight: entry.weight) }
        entries = []
        self.sketch = sketch
    }

    func value(of statistic: Statistic) -> Double? {
        let sorted = ascending
        let weight = sorted.reduce(0) { $0 + $1.weight }
        guard weight > 0 else { return nil }
        switch statistic {
        case .percentile(let percent):
            return Self.sample(at: Self.exact(percent * weight / 100), in: sorted)
        case .percentileRank(let lower, let upper):
            return Self.within(lower, upper, sorted).reduce(0) { $0 + $1.weight } / weight * 100
        case .trimmed(let measure, .value(let lower, let upper)):
            if measure == .winsorizedMean {
                return Self.mean(sorted.map { Entry(value: min(max($0.value, lower ?? $0.value), upper ?? .infinity), weight: $0.weight) })
            }
            return Self.measure(measure, of: Self.within(lower, upper, sorted))
        case .trimmed(let measure, .percent(let lower, let upper)):
            let from = lower.map { Self.rankBelow($0, of: weight) } ?? 0
            let to = upper.map { Self.rankAbove($0, of: weight) } ?? weight
            guard from < to else { return measure == .count || measure == .sum ? 0 : nil }
            if measure == .winsorizedMean { return Self.mean(Self.winsorized(sorted, from, to)) }
            return Self.measure(measure, of: Self.ranks(from, to, sorted))
        case .sampleCount, .sum, .average, .minimum, .maximum: return nil
        }
    }

    private var ascending: [Entry] {
        guard let sketch else { return entries.sorted { $0.value < $1.value } }
        return sketch.buckets.map { Entry(value: QuantileSketch.middle(of: $0.key), weight: $0.weight) }
    }

    private static func measure(_ measure: Statistic.Measure, of entries: [Entry]) -> Double? {
        switch measure {
        case .count: entries.reduce(0) { $0 + $1.weight }
        case .sum: entries.reduce(0) { $0 + $1.weight * $1.value }
        case .mean, .winsorizedMean: mean(entries)
        }
    }

    private static func mean(_ entries: [Entry]) -> Double? {
        let weight = entries.reduce(0) { $0 + $1.weight }
        return weight > 0 ? entries.reduce(0) { $0 + $1.weight * $1.value } / weight : nil
    }

    private static func within(_ lower: Double?, _ upper: Double?, _ entries: [Entry]) -> [Entry] {
        entries.filter { $0.value > lower ?? -.infinity && $0.value <= upper ?? .infinity }
    }

    /// Those of rank above `from` and up to `to`, with the weight they have there.
    private static func ranks(_ from: Double, _ to: Double, _ sorted: [Entry]) -> [Entry] {
        var seen = 0.0
        return sorted.compactMap { entry in
            defer { seen += entry.weight }
            let weight = min(to, seen + entry.weight) - max(from, seen)
            return weight > 0 ? Entry(value: entry.value, weight: weight) : nil
        }
    }

    /// Ranks outside take the value of the nearest rank inside.
    private static func winsorized(_ sorted: [Entry], _ from: Double, _ to: Double) -> [Entry] {
        let inside = ranks(from, to, sorted)
        guard let first = inside.first, let last = inside.last else { return [] }
        return sorted.map { Entry(value: min(max($0.value, first.value), last.value), weight: $0.weight) }
    }

    private static func sample(at rank: Double, in sorted: [Entry]) -> Double? {
        var seen = 0.0
        for entry in sorted {
            seen += entry.weight
            if seen >= rank { return entry.value }
        }
        return sorted.last?.value
    }

    private static func rankBelow(_ percent: Double, of weight: Double) -> Double { exact(percent * weight / 100).rounded(.down) }
    private static func rankAbove(_ percent: Double, of weight: Double) -> Double {
        min(weight, exact(percent * weight / 100).rounded(.up))
    }

    /// A product that should be whole may miss it by a rounding error, which ⌈⌉ would make a whole rank.
    private static func exact(_ rank: Double) -> Double {
        let whole = rank.rounded()
        return abs(rank - whole) <= 1e-9 * max(1, whole) ? whole : rank
    }
}
