import AWSProtocol
import Alarms
import MetricMath
import WireFormats

/// The alarms that watch exactly this metric; not those that calculate with it, nor those that watch other alarms.
/// Source: CloudWatch API reference, DescribeAlarmsForMetric.
struct DescribeAlarmsForMetric: APIOperation {
    static let name = "DescribeAlarmsForMetric"
    let alarms: AlarmBook

    struct Input: APIInput {
        let metric: MetricIdentity
        let statistic: String?
        let periodSeconds: Int64?
        let unit: String?

        init(from reader: inout InputReader) throws {
            let name = reader.requiredText("MetricName", length: 1...Limits.nameLengthMax)
            let namespace = reader.requiredText("Namespace", length: 1...Limits.nameLengthMax, pattern: NamespacePattern.pattern)
            metric = MetricIdentity(namespace: namespace, name: name, dimensions: try reader.dimensions())
            let basic: GetMetricStatistics.BasicStatistic? = reader.enumeration("Statistic")
            statistic = basic?.rawValue ?? reader.text("ExtendedStatistic")
            periodSeconds = reader.integer("Period", in: 1...Int64(Int32.max))
            unit = reader.unit()
        }

        func holds(_ alarm: Alarm) -> Bool {
            guard case .metric(let watched)? = alarm.rule?.subject, watched.stat.metric == metric else { return false }
            return statistic.map { $0 == watched.stat.statisticText } ?? true
                && periodSeconds.map { $0 == watched.stat.periodSeconds } ?? true && unit.map { $0 == watched.stat.unit } ?? true
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        var found: [Alarm] = []
        var last: String?
        repeat {
            let batch = try await alarms.alarms(of: context.tenant, after: last, limit: 500)
            found += batch.filter(input.holds)
            last = batch.last?.name
        } while last != nil
        return .members(("MetricAlarms", .list(found.map(\.wire))))
    }
}
