import MetricMath
import Platform
import SignalModel

/// A label with values in it that are known only when the data is: `CPU max ${MAX} of ${PROP('Dim.InstanceId')}`.
/// Source: CloudWatch user guide, "Using dynamic labels".
struct DynamicLabel {
    /// What the values are about.
    struct Subject {
        /// What the result is called without a label.
        let name: String
        let series: TimeSeries
        /// Nil for what was calculated.
        let stat: MetricStat?
        /// Of a Metrics Insights query: what it is about, and the values of the labels that it groups by.
        var insights: (subject: InsightsSubject, group: [String])?
        let tenant: Tenant
        let now: Timestamp
        /// Minutes east of Greenwich.
        let zoneMinutes: Int
    }

    private enum Part {
        case text(String)
        case value(String)
        case property(String)
    }

    private let parts: [Part]

    /// Nil for a label without any.
    init?(_ text: String) {
        var parts: [Part] = [], rest = text[...], hasValues = false
        while let dollar = rest.firstRange(of: "${"), let end = rest[dollar.upperBound...].firstIndex(of: "}") {
            let word = String(rest[dollar.upperBound..<end])
            if let part = Self.part(word) {
                parts += [.text(String(rest[..<dollar.lowerBound])), part]
                hasValues = true
            } else {
                parts.append(.text(String(rest[...end])))
            }
            rest = rest[rest.index(after: end)...]
        }
        guard hasValues else { return nil }
        self.parts = parts + [.text(String(rest))]
    }

    /// Nil for a word that nobody knows; it stays as it is.
    private static func part(_ word: String) -> Part? {
        if values[word] != nil { return .value(word) }
        guard word.hasPrefix("PROP("), word.hasSuffix(")") else { return nil }
        let quoted = word.dropFirst(5).dropLast()
        guard quoted.count > 2, let quote = quoted.first, quote == "'" || quote == "\"", quoted.last == quote else { return nil }
        return .property(String(quoted.dropFirst().dropLast()))
    }

    func text(of subject: Subject) -> String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .value(let word): Self.values[word].map { $0(subject) ?? "--" } ?? ""
            case .property(let name): subject.property(name) ?? ""
            }
        }.joined()
    }

    // MARK: Values

    /// Nil where there is no datapoint.
    private static let values: [String: @Sendable (Subject) -> String?] = [
        "LABEL": { $0.name },
        "AVG": { $0.series.isEmpty ? nil : number($0.sum / Double($0.series.count)) },
        "SUM": { $0.series.isEmpty ? nil : number($0.sum) },
        "MAX": { $0.maximum.map { number($0.value) } },
        "MIN": { $0.minimum.map { number($0.value) } },
        "FIRST": { $0.first.map { number($0.value) } },
        "LAST": { $0.last.map { number($0.value) } },
        "DATAPOINT_COUNT": { "\($0.series.count)" },
        "FIRST_LAST_RANGE": { subject in between(subject.first, subject.last) { number(($1.value - $0.value).magnitude) } },
        "MIN_MAX_RANGE": { subject in between(subject.minimum, subject.maximum) { number($1.value - $0.value) } },
        "FIRST_TIME": { subject in subject.first.map { subject.time($0.time) } },
        "LAST_TIME": { subject in subject.last.map { subject.time($0.time) } },
        "MIN_TIME": { subject in subject.minimum.map { subject.time($0.time) } },
        "MAX_TIME": { subject in subject.maximum.map { subject.time($0.time) } },
        "FIRST_TIME_RELATIVE": { subject in subject.first.map { subject.age($0.time) } },
        "LAST_TIME_RELATIVE": { subject in subject.last.map { subject.age($0.time) } },
        "MIN_TIME_RELATIVE": { subject in subject.minimum.map { subject.age($0.time) } },
        "MAX_TIME_RELATIVE": { subject in subject.maximum.map { subject.age($0.time) } },
        "FIRST_LAST_TIME_RANGE": { subject in between(subject.first, subject.last) { duration($1.time - $0.time) } },
        "FIRST_LAST_TIME_RELATIVE": { subject in between(subject.first, subject.last) { "\(subject.age($0.time)) to \(subject.age($1.time))" } },
        "MIN_MAX_TIME_RANGE": { subject in between(subject.minimum, subject.maximum) { duration(($1.time - $0.time).magnitude) } },
        "MIN_MAX_TIME_RELATIVE": { subject in between(subject.minimum, subject.maximum) { "\(subject.age($0.time)) to \(subject.age($1.time))" } },
    ]

    private static func between(_ a: Subject.Point?, _ b: Subject.Point?, _ text: (Subject.Point, Subject.Point) -> String) -> String? {
        guard let a, let b else { return nil }
        return text(a, b)
    }

    /// At most four digits that matter, and as many before the point as there are.
    private static func number(_ value: Double) -> String {
        if value == value.rounded(), value.magnitude < 1e15 { return "\(Int64(value))" }
        if value.magnitude >= 1e15 || value.magnitude < 1e-4 { return "\(value)" }
        var scale = 1.0
        while value.magnitude * scale < 1000 { scale *= 10 }
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() ? "\(Int64(rounded))" : "\(rounded)"
    }

    private static func duration(_ nanoseconds: Int64) -> String { duration(nanoseconds.magnitude) }

    /// The two largest units: `2d 3h`, `45m`, `10s`.
    fileprivate static func duration(_ nanoseconds: UInt64) -> String {
        var rest = nanoseconds / 1_000_000_000
        var parts: [String] = []
        for (length, unit) in [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")] as [(UInt64, String)] {
            if rest >= length, parts.count < 2 { parts.append("\(rest / length)\(unit)") }
            rest %= length
        }
        return parts.isEmpty ? "0s" : parts.joined(separator: " ")
    }
}

extension DynamicLabel.Subject {
    struct Point {
        let time: Int64
        let value: Double
    }

    fileprivate var sum: Double { series.values.reduce(0, +) }
    fileprivate var first: Point? { series.isEmpty ? nil : point(0) }
    fileprivate var last: Point? { series.isEmpty ? nil : point(series.count - 1) }
    fileprivate var minimum: Point? { series.values.indices.min { series.values[$0] < series.values[$1] }.map(point) }
    /// The first one of equals, like `minimum`.
    fileprivate var maximum: Point? {
        series.values.indices.reduce(nil as Int?) { best, index in best.map { series.values[$0] >= series.values[index] ? $0 : index } ?? index }.map(point)
    }

    private func point(_ index: Int) -> Point { Point(time: series.times[index], value: series.values[index]) }

    /// `2026-11-21 09:00 UTC`, or with the zone: `2026-11-21 10:00 +0100`.
    fileprivate func time(_ nanoseconds: Int64) -> String {
        let local = UTCText.milliseconds(nanoseconds + Int64(zoneMinutes) * 60_000_000_000)
        let minutes = zoneMinutes.magnitude
        let zone = zoneMinutes == 0 ? "UTC" : (zoneMinutes < 0 ? "-" : "+") + Self.padded(minutes / 60) + Self.padded(minutes % 60)
        return "\(local.prefix(10)) \(local.dropFirst(11).prefix(5)) \(zone)"
    }

    private static func padded(_ number: UInt) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// How long before the present.
    fileprivate func age(_ nanoseconds: Int64) -> String { DynamicLabel.duration((now.nanoseconds - nanoseconds).magnitude) }

    fileprivate func property(_ name: String) -> String? {
        if name.hasPrefix("Dim.") {
            if let insights { return zip(insights.subject.grouping, insights.group).first { $0.0 == name.dropFirst(4) }?.1 }
            return stat?.metric.dimensions.first { $0.name == name.dropFirst(4) }?.value
        }
        return switch name {
        case "AccountId", "AccountLabel": tenant.account
        case "Region": tenant.region
        case "MetricName": stat?.metric.name ?? insights?.subject.metricName
        case "Namespace": stat?.metric.namespace ?? insights?.subject.namespace
        case "Stat": stat?.statisticText ?? insights?.subject.function
        case "Period": "\(stat?.periodSeconds ?? series.period / PeriodAlignment.second)"
        default: nil
        }
    }
}
