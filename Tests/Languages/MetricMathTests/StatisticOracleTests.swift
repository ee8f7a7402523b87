@testable import MetricMath
import Simulation
import Testing

/// Every kind of statistic against a list of single samples, sorted: what the words of CloudWatch's definitions say, without any cleverness.
struct StatisticOracleTests {
    /// Samples in their order, each as often as it came.
    private struct Oracle {
        let sorted: [Double]

        func value(_ statistic: Statistic) -> Double? {
            let count = Double(sorted.count)
            switch statistic {
            case .sampleCount: return count
            case .sum: return sorted.reduce(0, +)
            case .average: return sorted.reduce(0, +) / count
            case .minimum: return sorted[0]
            case .maximum: return sorted[sorted.count - 1]
            // The first sample at or below which that share of all lie.
            case .percentile(let percent): return sorted.indices.first { Double(($0 + 1) * 100) >= percent * count - 1e-7 }.map { sorted[$0] }
            case .percentileRank(let lower, let upper): return Double(within(lower, upper).count) / count * 100
            case .trimmed(let measure, .value(let lower, let upper)):
                guard measure == .winsorizedMean else { return self.measure(measure, within(lower, upper)) }
                return mean(sorted.map { min(max($0, lower ?? -.infinity), upper ?? .infinity) })
            case .trimmed(let measure, .percent(let lower, let upper)):
                // Sample i lies in the ranks from i to i + 1; those that the bounds only touch stay.
                let kept = sorted.indices.filter { index in
                    let isAbove = lower.map { Double((index + 1) * 100) > $0 * count + 1e-7 } ?? true
                    let isBelow = upper.map { Double(index * 100) < $0 * count - 1e-7 } ?? true
                    return isAbove && isBelow
                }
                guard measure == .winsorizedMean else { return self.measure(measure, kept.map { sorted[$0] }) }
                guard let first = kept.first, let last = kept.last else { return nil }
                return mean(sorted.map { min(max($0, sorted[first]), sorted[last]) })
            }
        }

        private func within(_ lower: Double?, _ upper: Double?) -> [Double] { sorted.filter { $0 > lower ?? -.infinity && $0 <= upper ?? .infinity } }

        private func mean(_ values: [Double]) -> Double? { values.isEmpty ? nil : values.reduce(0, +) / Double(values.count) }

        private func measure(_ measure: Statistic.Measure, _ values: [Double]) -> Double? {
            switch measure {
            case .count: Double(values.count)
            case .sum: values.reduce(0, +)
            case .mean, .winsorizedMean: mean(values)
            }
        }
    }

    private func statistics(_ random: inout SeededRandom) -> [String] {
        let low = Int.random(in: 0...60, using: &random), high = Int.random(in: (low + 1)...100, using: &random)
        let a = Double(Int.random(in: -20...10, using: &random)) / 2, b = a + Double(Int.random(in: 1...30, using: &random)) / 2
        let rank = "\(Int.random(in: 0...100, using: &random))", fine = "\(Double(Int.random(in: 0...9999, using: &random)) / 100)"
        var names = ["SampleCount", "Sum", "Average", "Minimum", "Maximum", "IQM", "p\(rank)", "p\(fine)", "PR(\(a):\(b))", "PR(:\(b))", "PR(\(a):)"]
        for measure in ["TM", "WM", "TC", "TS"] {
            names += ["\(measure.lowercased())\(rank)", "\(measure)(\(low)%:\(high)%)", "\(measure)(:\(high)%)", "\(measure)(\(low)%:)"]
            names += ["\(measure)(\(a):\(b))", "\(measure)(:\(b))", "\(measure)(\(a):)"]
        }
        return names
    }

    @Test(arguments: 1...60)
    func `all statistics say what their definitions say`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var bucket = PeriodBucket(keepingSamples: true), all: [Double] = []
        for _ in 0..<Int.random(in: 1...40, using: &random) {
            // Few distinct values, so that many are equal.
            let value = Double(Int.random(in: -20...20, using: &random)) / 2, count = random.oneIn(3) ? Int.random(in: 2...9, using: &random) : 1
            _ = bucket.add(value: value, count: Double(count), minimum: value, maximum: value)
            all += [Double](repeating: value, count: count)
        }
        let oracle = Oracle(sorted: all.sorted())
        for name in statistics(&random) {
            let statistic = try Statistic(name)
            let ours = bucket.value(of: statistic), expected = oracle.value(statistic)
            guard let ours, let expected else {
                #expect(ours == expected, "\(name) of \(oracle.sorted)")
                continue
            }
            #expect(abs(ours - expected) <= 1e-9 * max(1, abs(expected)), "\(name) of \(oracle.sorted)")
        }
    }

    @Test(arguments: 1...10)
    func `buckets that are put together say what one of all samples says`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var parts = [PeriodBucket](repeating: PeriodBucket(keepingSamples: true), count: 3), whole = PeriodBucket(keepingSamples: true)
        for _ in 0..<60 {
            let value = Double(Int.random(in: -20...20, using: &random)) / 2
            _ = parts[Int.random(in: 0..<3, using: &random)].add(value: value, count: 1, minimum: value, maximum: value)
            _ = whole.add(value: value, count: 1, minimum: value, maximum: value)
        }
        var merged = parts[0]
        for part in parts.dropFirst() { merged.merge(part) }
        for name in statistics(&random) {
            let statistic = try Statistic(name)
            let a = merged.value(of: statistic) ?? .nan, b = whole.value(of: statistic) ?? .nan
            #expect(a.isNaN == b.isNaN && (a.isNaN || abs(a - b) < 1e-9 * max(1, abs(b))), "\(name)")
        }
    }
}
