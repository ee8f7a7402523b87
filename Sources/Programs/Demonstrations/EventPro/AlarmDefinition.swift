import WireFormats

/// An alarm of the system's operators, as PutMetricAlarm takes it.
struct AlarmDefinition: Sendable {
    let name: String
    /// What it means and what to do.
    let description: String
    let condition: [(String, WireValue)]
    let threshold: Double
    /// Periods looked at, and how many of them must be over the threshold.
    var periods = 1, breaching = 1

    func call(notifying topicARN: String) -> AWSCall {
        let members: [(String, WireValue)] = [
            ("AlarmName", .text(name)), ("AlarmDescription", .text("\(description) Runbook: \(EventPro.runbooks)/\(name)")),
            ("ActionsEnabled", true), ("AlarmActions", [.text(topicARN)]), ("OKActions", [.text(topicARN)]),
            ("EvaluationPeriods", .integer(Int64(periods))), ("DatapointsToAlarm", .integer(Int64(breaching))),
            ("Threshold", .double(threshold)), ("ComparisonOperator", "GreaterThanThreshold"), ("TreatMissingData", "notBreaching"),
        ]
        return .cloudWatch("PutMetricAlarm", .structure(members + condition))
    }

    /// The key metrics of EventPro's operations and their thresholds, and one more with a period of ten seconds, which a flash
    /// sale sets off within half a minute. Their table says ApproximateNumberOfMessages for what AWS publishes as
    /// ApproximateNumberOfMessagesVisible.
    static let all = [
        AlarmDefinition(
            name: "eventpro-api-5xx", description: "More than 1 % of the API's answers were server errors for five minutes.",
            condition: metrics([("m5xx", .apiServerErrors), ("mcount", .apiCount)], "100 * m5xx / mcount", label: "5XX errors, percent"),
            threshold: 1, periods: 5, breaching: 5),
        AlarmDefinition(
            name: "eventpro-api-latency-p99", description: "One in a hundred API answers took longer than 3 seconds.",
            condition: metric(.apiLatency, ("ExtendedStatistic", "p99"), period: 60), threshold: 3000),
        AlarmDefinition(
            name: "eventpro-lambda-errors", description: "Functions failed in each of the last five minutes.",
            condition: metrics(
                LambdaFunction.all.enumerated().map { ("e\($0.offset + 1)", .lambda(.errors, $0.element)) }, "SUM([e1, e2, e3, e4, e5])",
                label: "Errors of all functions"),
            threshold: 0, periods: 5, breaching: 5),
        AlarmDefinition(
            name: "eventpro-queue-depth", description: "More than 10,000 orders wait: the processors do not keep up.",
            condition: metric(.messagesVisible, ("Statistic", "Maximum"), period: 60), threshold: 10_000),
        AlarmDefinition(
            name: "eventpro-queue-age", description: "An order has waited for more than five minutes.",
            condition: metric(.oldestMessageAge, ("Statistic", "Maximum"), period: 60), threshold: 300),
        AlarmDefinition(
            name: "eventpro-dynamodb-throttles", description: "Writes to the inventory are throttled: its capacity is too small.",
            condition: metric(.table(.throttles, EventPro.inventory), ("Statistic", "Sum"), period: 60), threshold: 0),
        AlarmDefinition(
            name: "eventpro-payment-failures",
            description: "More than five payments failed in ten seconds, and that in two of three such periods.",
            condition: metric(.paymentFailures, ("Statistic", "Sum"), period: 10), threshold: 5, periods: 3, breaching: 2),
    ]

    private static func metric(_ metric: Metric, _ statistic: (String, WireValue), period: Int64) -> [(String, WireValue)] {
        identity(metric) + [statistic, ("Period", .integer(period))]
    }

    /// Metric math over the sums of a minute.
    private static func metrics(_ metrics: [(id: String, metric: Metric)], _ expression: String, label: String) -> [(String, WireValue)] {
        let inputs: [WireValue] = metrics.map { id, metric in
            let stat: WireValue = ["Metric": .structure(identity(metric)), "Period": 60, "Stat": "Sum"]
            return ["Id": .text(id), "MetricStat": stat, "ReturnData": false]
        }
        let result: WireValue = ["Id": "result", "Expression": .text(expression), "Label": .text(label), "ReturnData": true]
        return [("Metrics", .list(inputs + [result]))]
    }

    private static func identity(_ metric: Metric) -> [(String, WireValue)] {
        [("Namespace", .text(metric.namespace)), ("MetricName", .text(metric.name))]
            + (metric.dimension.map { [("Dimensions", [["Name": .text($0.name), "Value": .text($0.value)]])] } ?? [])
    }
}
