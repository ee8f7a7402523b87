import Glibc

/// Every function of the language, by name. Source: CloudWatch user guide, "Metric math syntax and functions"; FORECAST and TIME_UNTIL
/// are ours.
enum MathFunctions {
    private static let all: [MathFunction] = [
        .elementwise("ABS") { $0.magnitude },
        .model(.band, 1...2),
        .aggregate("AVG", .average),
        .elementwise("CEIL") { $0.rounded(.up) },
        .aggregate("DATAPOINT_COUNT", .count),
        .calendar("DATE", .dayOfMonth),
        .calendar("DAY", .dayOfWeek),
        .notServed("DB_PERF_INSIGHTS", 3...4, because: "Performance Insights metrics are not served yet"),
        .diff,
        .diffTime,
        .calendar("EPOCH", .epoch),
        .fill,
        .first,
        .model(.forecast, 1...2),
        .elementwise("FLOOR") { $0.rounded(.down) },
        .calendar("HOUR", .hour),
        .condition,
        .notServed("INSIGHT_RULE_METRIC", 2...2, because: "Contributor Insights rules are not served yet"),
        .notServed("LAMBDA", 1...Int.max, because: "data sources behind functions are not served yet"),
        .last,
        .elementwise("LOG") { log($0) },
        .elementwise("LOG10") { log10($0) },
        .aggregate("MAX", .maximum),
        .metrics,
        .metricCount,
        .aggregate("MIN", .minimum),
        .calendar("MINUTE", .minute),
        .calendar("MONTH", .month),
        .period,
        .rate,
        .removeEmpty,
        .runningSum,
        .search,
        .notServed("SERVICE_QUOTA", 1...1, because: "service quotas are not served yet"),
        .slice,
        .sort,
        .aggregate("STDDEV", .standardDeviation),
        .aggregate("SUM", .sum),
        .timeSeries,
        .model(.timeUntil, 2...4),
        .calendar("YEAR", .year),
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    static func named(_ name: String) -> MathFunction? { byName[name] }

    /// Those that are computed, in alphabetical order.
    static let served = all.filter { if case .notServed = $0.kind { false } else { true } }.map(\.name).sorted()
}
