import WireFormats

/// Reads of a metric load, with what they must answer.
extension MetricLoad {
    private static let secondsPerMinute: Int64 = 60

    /// GetMetricData: minute sums of some series.
    func dataRequest(_ series: [Int]) -> Request {
        let queries: [WireValue] = series.enumerated().map { index, series in
            ["Id": .text("m\(index)"), "MetricStat": ["Metric": Self.metric(series), "Period": 60, "Stat": "Sum"]]
        }
        return .cloudWatch(
            "GetMetricData",
            [
                "MetricDataQueries": .list(queries), "StartTime": .timestamp(start), "EndTime": .timestamp(end),
                "ScanBy": "TimestampAscending",
            ])
    }

    func checkData(_ response: Response, of series: [Int]) throws {
        let results = try response.json.root["MetricDataResults"]?.children ?? .none
        var seen = 0
        for result in results {
            let id = result["Id"]?.text ?? ""
            guard let index = Int(id.dropFirst()), series.indices.contains(index) else {
                throw Self.wrong("there is a result \(id)", response)
            }
            try Self.check(result["Values"]?.children.compactMap(\.double) ?? [], minuteSums(of: series[index]), response)
            seen += 1
        }
        guard seen == series.count else { throw Self.wrong("\(seen) of \(series.count) series are in it", response) }
    }

    /// GetMetricStatistics: minute sums of one series.
    func statisticsRequest(_ series: Int) -> Request {
        guard case .structure(let metric) = Self.metric(series) else { preconditionFailure("a metric is a structure") }
        return .cloudWatch(
            "GetMetricStatistics",
            .structure(
                metric + [
                    ("StartTime", .timestamp(start)), ("EndTime", .timestamp(end)), ("Period", .integer(Self.secondsPerMinute)),
                    ("Statistics", ["Sum"]),
                ]))
    }

    func checkStatistics(_ response: Response, of series: Int) throws {
        let points = try (response.json.root["Datapoints"]?.children ?? .none).map {
            ($0["Timestamp"]?.double ?? 0, $0["Sum"]?.double ?? .nan)
        }
        try Self.check(points.sorted { $0.0 < $1.0 }.map(\.1), minuteSums(of: series), response)
    }

    private static func metric(_ series: Int) -> WireValue {
        ["Namespace": .text(namespace), "MetricName": .text(metricName(series)), "Dimensions": dimensions(series)]
    }

    private static func check(_ values: [Double], _ expected: [Double], _ response: Response) throws {
        let isEqual = values.count == expected.count && zip(values, expected).allSatisfy { abs($0 - $1) <= 1e-9 * max(1, abs($1)) }
        guard isEqual else {
            throw wrong("\(values.prefix(3))… are not \(expected.prefix(3))…, \(values.count) of \(expected.count)", response)
        }
    }

    private static func wrong(_ why: String, _ response: Response) -> BenchmarkError {
        BenchmarkError(.answer, "cannot accept an answer about metrics: \(why): \(response.text)")
    }
}
