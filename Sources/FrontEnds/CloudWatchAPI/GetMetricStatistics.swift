import AWSProtocol
import MetricMath
import SignalModel
import WireFormats

/// Statistics of one metric, period by period; each unit by itself.
/// Source: CloudWatch API reference, GetMetricStatistics.
struct GetMetricStatistics: APIOperation {
    static let name = "GetMetricStatistics"
    static let readsMuch = true
    let metrics: MetricAccess

    enum BasicStatistic: String, CaseIterable { case SampleCount, Average, Sum, Minimum, Maximum }

    struct Input: APIInput {
        let metric: MetricIdentity
        let range: TimeRange
        let periodSeconds: Int64
        let basic: [BasicStatistic]
        let extended: [(text: String, statistic: Statistic)]
        let unit: String?

        init(from reader: inout InputReader) throws {
            let namespace = reader.requiredText("Namespace", length: 1...Limits.nameLengthMax, pattern: NamespacePattern.pattern)
            let name = reader.requiredText("MetricName", length: 1...Limits.nameLengthMax)
            metric = MetricIdentity(namespace: namespace, name: name, dimensions: try reader.dimensions())
            range = TimeRange(start: reader.requiredTimestamp("StartTime"), end: reader.requiredTimestamp("EndTime"))
            periodSeconds = reader.requiredInteger("Period", in: 1...Int64(Int32.max))
            basic = reader.enumerations("Statistics", count: 1...5)
            let texts = reader.texts("ExtendedStatistics", count: 1...10)
            unit = reader.unit()
            try reader.check()
            guard range.start < range.end else { throw AWSError.startNotBeforeEnd }
            guard PeriodAlignment.isAllowed(seconds: periodSeconds) else {
                throw AWSError.invalidParameterValue("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.")
            }
            guard !(basic.isEmpty && texts.isEmpty) else {
                throw AWSError.invalidParameterCombination("At least one of the parameters Statistics and ExtendedStatistics must be specified.")
            }
            extended = try texts.map { text throws(AWSError) in (text, try Self.extended(text)) }
            try checkCount()
        }

        private static func extended(_ text: String) throws(AWSError) -> Statistic {
            guard let statistic = try? Statistic(text), statistic.needsSamples else { throw .invalidValue(text, "ExtendedStatistics") }
            return statistic
        }

        private func checkCount() throws(AWSError) {
            let (length, overflow) = range.end.nanoseconds.subtractingReportingOverflow(range.start.nanoseconds)
            let period = periodSeconds * PeriodAlignment.second
            let count = overflow ? Int64.max : length / period + (length % period > 0 ? 1 : 0)
            guard count <= Limits.statisticsDatapointsMax else {
                throw .invalidParameterCombination(
                    "You have requested up to \(count) datapoints, which exceeds the limit of \(Limits.statisticsDatapointsMax). "
                        + "You may reduce the datapoints requested by increasing Period, or decreasing the time range.")
            }
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let range = PeriodAlignment.onStart(input.range, periodSeconds: input.periodSeconds, now: context.now)
        let buckets = metrics.buckets(of: context.tenant, metrics.budget())
        var datapoints: [(time: Int64, unit: String, wire: WireValue)] = []
        if !range.isEmpty {
            let entries = try await buckets.series(of: input.metric, unit: input.unit, in: range)
            let units = Set(entries.map { MetricUnit.of($0.labels) }).sorted()
            let requests = units.map { unit in
                BucketRequest(
                    metric: input.metric, unit: unit, period: input.periodSeconds * PeriodAlignment.second, range: range,
                    keepsSamples: !input.extended.isEmpty)
            }
            for (unit, table) in zip(units, try await buckets.read(requests)) {
                for (start, bucket) in zip(table.starts, table.buckets) {
                    if let wire = datapoint(start, unit, bucket, input) { datapoints.append((start, unit, wire)) }
                }
            }
        }
        datapoints.sort { ($0.time, $0.unit) < ($1.time, $1.unit) }
        return .members(("Label", .text(input.metric.name)), ("Datapoints", .list(datapoints.map(\.wire))))
    }

    /// Nil when none of the statistics asked for can be told.
    private func datapoint(_ start: Int64, _ unit: String, _ bucket: PeriodBucket, _ input: Input) -> WireValue? {
        let basic = BasicStatistic.allCases.filter(input.basic.contains).compactMap { name -> (String, WireValue)? in
            guard let statistic = Statistic.basic[name.rawValue], let value = bucket.value(of: statistic) else { return nil }
            return (name.rawValue, .double(value))
        }
        let extended = input.extended.compactMap { item in bucket.value(of: item.statistic).map { (item.text, WireValue.double($0)) } }
        guard !(basic.isEmpty && extended.isEmpty) else { return nil }
        var members: [(String, WireValue)] = [("Timestamp", .timestamp(start))] + basic + [("Unit", .text(unit))]
        if !extended.isEmpty { members.append(("ExtendedStatistics", .map(extended))) }
        return .structure(members)
    }
}

extension AWSError {
    static var startNotBeforeEnd: AWSError { .invalidParameterValue("The parameter StartTime must be less than the parameter EndTime.") }
}
