/// What a metric does at each minute of an hour, beyond what its day says: jobs that run on the hour, cron's five-minute beats.
///
/// A bin holds what was left over at its last seven visits and says their median, so one or two wild values teach it nothing and
/// three hours are enough to learn.
struct HourProfile: Sendable {
    private static let visits = 7
    private static let visitsMin = 3

    private let binSeconds: Int64
    private var kept: [Float]
    private var counts: [Int]
    private var medians: [Float]
    /// Median distance of a bin's visits from its median.
    private var spreads: [Float]

    /// Nil for periods that do not divide an hour into two parts at least.
    init?(period: Int64) {
        guard period <= 1800, 3600 % max(period, 60) == 0 else { return nil }
        binSeconds = max(period, 60)
        let bins = Int(3600 / binSeconds)
        kept = [Float](repeating: 0, count: bins * Self.visits)
        counts = [Int](repeating: 0, count: bins)
        medians = [Float](repeating: 0, count: bins)
        spreads = medians
    }

    func value(at time: Int64) -> Double { Double(medians[bin(of: time)]) }

    func spread(at time: Int64) -> Double { Double(spreads[bin(of: time)]) }

    private func bin(of time: Int64) -> Int { Int(time % 3600 / binSeconds) }

    mutating func add(_ time: Int64, _ rest: Double) {
        let bin = bin(of: time), first = bin * Self.visits
        kept[first + counts[bin] % Self.visits] = Float(rest)
        counts[bin] += 1
        guard counts[bin] >= Self.visitsMin else { return }
        var sample = kept[first..<(first + min(counts[bin], Self.visits))].map(Double.init)
        let median = Robust.median(&sample) ?? 0
        medians[bin] = Float(median)
        for index in sample.indices { sample[index] = (sample[index] - median).magnitude }
        spreads[bin] = Float(Robust.median(&sample) ?? 0)
    }
}
