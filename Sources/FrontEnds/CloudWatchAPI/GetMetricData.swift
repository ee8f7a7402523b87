import AWSProtocol
import Dashboards
import MetricMath
import SignalModel
import WireFormats

/// Series of metrics and of expressions over them.
/// Source: CloudWatch API reference, GetMetricData.
struct GetMetricData: APIOperation {
    static let name = "GetMetricData"
    static let readsMuch = true
    let metrics: MetricAccess

    enum ScanBy: String, CaseIterable { case TimestampDescending, TimestampAscending }

    struct Input: APIInput {
        let plan: MetricDataPlan
        let range: TimeRange
        let scanBy: ScanBy
        let datapointsMax: Int
        let nextToken: String?
        /// Of times in labels.
        let zoneMinutes: Int

        init(from reader: inout InputReader) throws {
            let queries = try reader.queries("MetricDataQueries", countMax: Limits.queriesMax)
            range = TimeRange(start: reader.requiredTimestamp("StartTime"), end: reader.requiredTimestamp("EndTime"))
            scanBy = reader.enumeration("ScanBy") ?? .TimestampDescending
            datapointsMax = Int(reader.integer("MaxDatapoints", in: 1...Int64(Limits.dataDatapointsMax)) ?? Int64(Limits.dataDatapointsMax))
            nextToken = reader.text("NextToken")
            let options: LabelOptions? = try reader.structure("LabelOptions")
            zoneMinutes = options?.zoneMinutes ?? 0
            try reader.check()
            guard !queries.isEmpty else { throw AWSError.missingParameter("MetricDataQueries") }
            guard queries.contains(where: \.returnsData) else {
                throw AWSError.validation("At least one element in MetricDataQueries must have ReturnData set to true.")
            }
            guard range.start < range.end else { throw AWSError.startNotBeforeEnd }
            for (index, query) in queries.enumerated() {
                guard let period = query.metricStat?.periodSeconds, !PeriodAlignment.isAllowed(seconds: period) else { continue }
                throw AWSError.validation(
                    "The parameter MetricDataQueries.member.\(index + 1).MetricStat.Period must be 1, 5, 10, 20, 30 or a multiple of 60.")
            }
            do { plan = try MetricDataPlan(queries) } catch { throw AWSError(error) }
        }

        private struct LabelOptions: APIInput {
            let zoneMinutes: Int

            init(from reader: inout InputReader) throws {
                let zone = reader.text("Timezone")
                guard let minutes = zone.map(MetricWidget.minutes(ofZone:)) ?? 0 else {
                    throw AWSError.validation("The value \(zone ?? "") for parameter LabelOptions.Timezone is invalid: it must be like +0130.")
                }
                zoneMinutes = minutes
            }
        }

        /// What decides the pages.
        var key: [String] {
            let queries = plan.queries.flatMap { query -> [String] in
                let stat = query.metricStat
                let metric =
                    stat.map { [$0.metric.namespace, $0.metric.name] + $0.metric.dimensions.flatMap { [$0.name, $0.value] } } ?? []
                let source = [query.expression ?? "", stat?.statisticText ?? "", "\(stat?.periodSeconds ?? 0)", stat?.unit ?? ""]
                return [query.id, query.returnsData ? "returned" : "", "\(query.periodSeconds ?? 0)"] + source + ["\(metric.count)"]
                    + metric
            }
            return ["\(range.start.nanoseconds)", "\(range.end.nanoseconds)", scanBy.rawValue] + queries
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let request = [context.tenant.account, context.tenant.region] + input.key
        let start = try input.nextToken.map { text in
            guard let token = PageToken(text, for: request), let start = MetricDataPage.Start(token.fields) else {
                throw AWSError.invalidNextToken("The token is not one of this request.")
            }
            return start
        }
        // Later pages keep the first one's idea of now, so that all of them lie on the same periods.
        let now = start?.now ?? context.now
        let answer = try await answer(to: input, now, of: context.tenant)
        let results = try Self.results(input, answer.values, context.tenant, now)
        let page = MetricDataPage(
            results, from: start ?? MetricDataPage.Start(now: now), descending: input.scanBy == .TimestampDescending,
            max: input.datapointsMax)
        return .members(
            ("MetricDataResults", .list(page.results.map(\.wire))),
            ("NextToken", page.next.map { .text(PageToken(fields: $0.fields).text(for: request)) }),
            ("Messages", .list(answer.messages.map(\.wire))))
    }

    private func answer(to input: Input, _ now: Timestamp, of tenant: Tenant) async throws -> MetricDataAnswer {
        let buckets = metrics.buckets(of: tenant, metrics.budget())
        do { return try await buckets.answer(input.plan, in: .onEpoch(input.range, now: now)) } catch let error as MetricDataPlan.Failure {
            throw AWSError(error)
        }
    }

    private static func results(
        _ input: Input, _ values: [MathValue], _ tenant: Tenant, _ now: Timestamp
    ) throws -> [MetricDataResult] {
        let labels = MetricLabels(input.plan.queries, values)
        return try zip(input.plan.queries, values).filter(\.0.returnsData).flatMap { query, value in
            let elements: [MathValue.Element]
            switch value {
            case .series(let series): elements = [MathValue.Element(source: .query(query.id), series: series)]
            case .array(let found): elements = found
            case .scalar, .text:
                throw AWSError.validation(
                    "Error in expression '\(query.id)': cannot return a scalar: the result must be a time series or an array of them")
            }
            let dynamic = query.label.flatMap(DynamicLabel.init)
            let insights = dynamic == nil ? nil : input.plan.insights(of: query.id)
            let isArray = if case .array = value { true } else { false }
            return elements.map { element in
                let label: String
                if let dynamic {
                    label = dynamic.text(
                        of: DynamicLabel.Subject(
                            name: labels.name(of: query, from: element.source), series: element.series,
                            stat: labels.stat(of: element.source), insights: insights.map { ($0, element.source.group) }, tenant: tenant, now: now, zoneMinutes: input.zoneMinutes))
                } else {
                    label = isArray ? labels.label(of: query, from: element.source) : labels.label(of: query)
                }
                return MetricDataResult(id: query.id, label: label, series: element.series)
            }
        }
    }
}

/// A series of an answer.
struct MetricDataResult: Sendable {
    var id: String
    var label: String
    var series: TimeSeries
    /// Calculations gave no datapoint where they came to no number.
    let hasDroppedPoints: Bool
    /// False: the rest is on the next page.
    var isComplete = true

    init(id: String, label: String, series: TimeSeries) {
        self.id = id
        self.label = label
        self.series = series
        hasDroppedPoints = series.hasDroppedPoints
    }

    var wire: WireValue {
        .members(
            ("Id", .text(id)), ("Label", .text(label)), ("Timestamps", .timestamps(series.times)), ("Values", .doubles(series.values)),
            ("StatusCode", .text(isComplete ? "Complete" : "PartialData")),
            ("Messages", hasDroppedPoints ? .list([Self.droppedPoints.wire]) : nil))
    }

    private static let droppedPoints = MetricDataMessage(
        code: "ArithmeticError", text: "One or more data-points have been dropped due to non-numeric values (NaN, -Infinite, +Infinite)")
}

extension MetricDataMessage {
    fileprivate var wire: WireValue { .members(("Code", .text(code)), ("Value", .text(text))) }
}
