import Glibc

/// Builds one series, step by step.
struct SeriesMaker {
    /// A Monday.
    private static let start: Int64 = 1_795_392_000 / 604_800 * 604_800 + 345_600

    private var random: SeededRandom
    private let period: Int64
    private var times: [Int64]
    private var values: [Double?]
    private var anomalies: [ClosedRange<Int64>] = []

    init(seed: UInt64, period: Int64, days: Int) {
        random = SeededRandom(seed: seed)
        self.period = period
        times = stride(from: Self.start, to: Self.start + Int64(days) * 86_400, by: Int(period)).map { $0 }
        values = []
    }

    /// From 0 in the night to 1 in the afternoon.
    static func day(_ time: Int64) -> Double { 0.5 - 0.5 * cos(2 * .pi * (Double(time % 86_400) - 7200) / 86_400) }
    static func isWeekend(_ time: Int64) -> Bool { (time / 86_400 + 3) % 7 >= 5 }

    mutating func each(_ value: (_ time: Int64, _ noise: () -> Double) -> Double) {
        var random = random
        values = times.map { value($0) { random.normal() } }
        self.random = random
    }

    /// A place that is not near another anomaly; the first days are for learning.
    private mutating func place(_ count: Int) -> Range<Int> {
        let first = times.count / 4
        while true {
            let start = first + Int(random.next() % UInt64(times.count - first - count))
            let range = times[start]...times[start + count - 1]
            let isFree = !anomalies.contains { $0.lowerBound - 4 * 3600 < range.upperBound && $0.upperBound + 4 * 3600 > range.lowerBound }
            if isFree {
                anomalies.append(range)
                return start..<(start + count)
            }
        }
    }

    mutating func spikes(_ count: Int, size: ClosedRange<Double>) {
        for _ in 0..<count { for place in place(1) { values[place] = values[place].map { $0 + random.between(size) } } }
    }

    mutating func spans(_ count: Int, hours: ClosedRange<Double>, _ change: (_ value: Double, _ noise: () -> Double) -> Double) {
        for _ in 0..<count {
            let range = place(max(1, Int(random.between(hours) * 3600) / Int(period)))
            var random = random
            for place in range { values[place] = values[place].map { change($0) { random.normal() } } }
            self.random = random
        }
    }

    /// The first hour of the new level is what is to be found.
    mutating func shift(at share: Double, by size: Double) {
        let first = Int(share * Double(times.count))
        anomalies.append(times[first]...(times[first] + 3600))
        for place in first..<values.count { values[place] = values[place].map { $0 + size } }
    }

    mutating func flatDay(_ day: Int, _ level: Double, from: Int64 = 8, to: Int64 = 19) {
        let start = Self.start + Int64(day) * 86_400
        anomalies.append((start + from * 3600)...(start + to * 3600))
        for place in times.indices where times[place] >= start + from * 3600 && times[place] < start + to * 3600 { values[place] = level + 2 * random.normal() }
    }

    mutating func gaps(_ count: Int, hours: ClosedRange<Double>) {
        for _ in 0..<count {
            let range = place(Int(random.between(hours) * 3600) / Int(period))
            anomalies.removeLast()      // nothing is wrong there, there is only nothing
            for place in range { values[place] = nil }
        }
    }

    func series(named name: String) -> LabelledSeries {
        let known = times.indices.filter { values[$0] != nil }
        return LabelledSeries(
            name: name, periodSeconds: period, times: known.map { times[$0] }, values: known.compactMap { values[$0] },
            anomalies: anomalies.sorted { $0.lowerBound < $1.lowerBound })
    }
}

extension SeededRandom {
    fileprivate mutating func between(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * Double(next() >> 11) / 9_007_199_254_740_992
    }

    /// By Box and Muller.
    fileprivate mutating func normal() -> Double { (-2 * log(between(1e-12...1))).squareRoot() * cos(2 * .pi * between(0...1)) }
}
