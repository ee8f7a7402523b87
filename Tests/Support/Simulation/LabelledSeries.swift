import Glibc

/// A made-up metric of which it is known where something is wrong: to measure detectors by, in the shapes that public collections of
/// labelled metrics have.
///
///     for series in LabelledSeries.suite(seed: 1) { … }
package struct LabelledSeries: Sendable {
    package let name: String
    package let periodSeconds: Int64
    /// Seconds since 1970, ascending; gaps where nothing came.
    package let times: [Int64]
    package let values: [Double]
    /// Where something is wrong.
    package let anomalies: [ClosedRange<Int64>]

    package init(name: String, periodSeconds: Int64, times: [Int64], values: [Double], anomalies: [ClosedRange<Int64>]) {
        self.name = name
        self.periodSeconds = periodSeconds
        self.times = times
        self.values = values
        self.anomalies = anomalies
    }

    /// Detectors are to learn from what comes before.
    package var watchedFrom: Int64 { times[times.count / 4] }

    /// One of each shape.
    package static func suite(seed: UInt64) -> [LabelledSeries] {
        shapes.enumerated().map { index, shape in
            var maker = SeriesMaker(seed: seed &* 1000 &+ UInt64(index), period: shape.period, days: shape.days)
            shape.make(&maker)
            return maker.series(named: shape.name)
        }
    }

    private static let shapes: [(name: String, period: Int64, days: Int, make: @Sendable (inout SeriesMaker) -> Void)] = [
        ("flat, spikes", 300, 14, { maker in
            maker.each { _, noise in 50 + 2 * noise() }
            maker.spikes(6, size: 20...40)
        }),
        ("daily, spikes and dips", 300, 14, { maker in
            maker.each { time, noise in 100 + 60 * SeriesMaker.day(time) + 4 * noise() }
            maker.spikes(4, size: 50...80)
            maker.spikes(4, size: -60 ... -45)
        }),
        ("daily, noise in proportion", 300, 14, { maker in
            maker.each { time, noise in (1000 + 900 * SeriesMaker.day(time)) * (1 + 0.06 * noise()) }
            maker.spans(4, hours: 1...2) { value, _ in value * 0.4 }
            maker.spans(3, hours: 1...2) { value, _ in value + 900 }
        }),
        ("daily and weekly, growing", 300, 21, { maker in
            maker.each { time, noise in
                (200 + 150 * SeriesMaker.day(time)) * (SeriesMaker.isWeekend(time) ? 0.5 : 1) + Double(time % 10_000_000) / 86_400 * 2 + 8 * noise()
            }
            maker.spans(4, hours: 1...3) { value, _ in value * 0.5 }
            maker.spikes(4, size: 120...200)
        }),
        ("level shifts", 300, 14, { maker in
            maker.each { _, noise in 40 + 2 * noise() }
            maker.shift(at: 0.4, by: 30)
            maker.shift(at: 0.7, by: -18)
            maker.spikes(4, size: 25...40)
        }),
        ("daily, level shift", 300, 14, { maker in
            maker.each { time, noise in 300 + 100 * SeriesMaker.day(time) + 8 * noise() }
            maker.shift(at: 0.6, by: 200)
            maker.spikes(5, size: 90...150)
        }),
        ("steep trend", 300, 14, { maker in
            maker.each { time, noise in Double(time % 10_000_000) / 3600 * 1.5 + 3 * noise() }
            maker.spikes(5, size: 40...60)
            maker.spikes(3, size: -60 ... -40)
        }),
        ("daily, gaps", 300, 14, { maker in
            maker.each { time, noise in 100 + 60 * SeriesMaker.day(time) + 4 * noise() }
            maker.spikes(6, size: 45...80)
            maker.gaps(8, hours: 1...14)
        }),
        ("latency with a heavy tail", 60, 5, { maker in
            maker.each { time, noise in exp(4 + 0.3 * SeriesMaker.day(time) + 0.35 * noise()) }
            maker.spans(5, hours: 0.5...1.5) { value, _ in value * 5 }
        }),
        ("jobs on the hour", 60, 4, { maker in
            maker.each { time, noise in 20 + noise() + (time % 3600 < 180 ? 60 + 3 * noise() : 0) }
            maker.spikes(6, size: 25...60)
        }),
        ("a job at night", 300, 14, { maker in
            maker.each { time, noise in 30 + 2 * noise() + ((7200..<10_800).contains(time % 86_400) ? 50 : 0) }
            maker.spikes(6, size: 20...60)
        }),
        ("slow wander", 300, 14, { maker in
            var level = 0.0
            maker.each { _, noise in
                level = 0.98 * level + noise()
                return 60 + level + 0.5 * noise()
            }
            maker.spikes(6, size: 15...30)
        }),
        ("few events", 60, 4, { maker in
            maker.each { _, noise in max(0, (1.2 + 1.1 * noise()).rounded()) }
            maker.spans(5, hours: 0.3...1) { value, _ in value + 9 }
        }),
        ("availability near 100", 300, 14, { maker in
            maker.each { _, noise in min(100, 99.95 + 0.03 * noise()) }
            maker.spans(5, hours: 0.3...2) { value, noise in value - 0.6 - 0.2 * noise().magnitude }
        }),
        ("daily, flat for a day", 300, 14, { maker in
            maker.each { time, noise in ((8 * 3600..<19 * 3600).contains(time % 86_400) ? 80 : 20) + 2 * noise() }
            maker.flatDay(10, 20)
            maker.spikes(3, size: 40...60)
        }),
        ("daily, the night does not come", 300, 14, { maker in
            maker.each { time, noise in ((8 * 3600..<19 * 3600).contains(time % 86_400) ? 80 : 20) + 2 * noise() }
            maker.flatDay(11, 80, from: 20, to: 24)
        }),
    ]
}
