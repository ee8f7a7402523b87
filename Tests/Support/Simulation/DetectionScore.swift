/// How well a detector has found what is labelled: event by event, as people who are woken count.
package struct DetectionScore: Sendable {
    /// A cry within so much after an anomaly is about it.
    private static let toleranceSeconds: Int64 = 3600

    package private(set) var found = 0, missed = 0
    /// Cries about nothing; those less than an hour apart are one.
    package private(set) var falseAlarms = 0
    /// Values outside the band that are in no anomaly, and all those.
    package private(set) var falsePoints = 0, ordinaryPoints = 0

    package init() {}

    package var recall: Double { Double(found) / Double(max(1, found + missed)) }
    package var precision: Double { Double(found) / Double(max(1, found + falseAlarms)) }

    /// - Parameter cries: times of values that the detector found wrong, ascending.
    package mutating func add(_ series: LabelledSeries, cries: [Int64]) {
        let watchedFrom = series.watchedFrom
        let anomalies = series.anomalies.map { $0.lowerBound...($0.upperBound + Self.toleranceSeconds) }
        for anomaly in anomalies { if cries.contains(where: anomaly.contains) { found += 1 } else { missed += 1 } }
        let about = cries.filter { cry in cry >= watchedFrom && !anomalies.contains { $0.contains(cry) } }
        var last = Int64.min
        for cry in about {
            if last == .min || cry - last > Self.toleranceSeconds { falseAlarms += 1 }
            last = cry
        }
        falsePoints += about.count
        ordinaryPoints += series.times.count { time in time >= watchedFrom && !anomalies.contains { $0.contains(time) } }
    }

    package mutating func add(_ other: DetectionScore) {
        found += other.found
        missed += other.missed
        falseAlarms += other.falseAlarms
        falsePoints += other.falsePoints
        ordinaryPoints += other.ordinaryPoints
    }
}
